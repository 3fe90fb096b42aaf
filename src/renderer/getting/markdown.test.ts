import { describe, expect, it } from 'vitest'
import { inlinesOf, readMarkdown } from './markdown.ts'

/** As one would read it: `[text](link)`, `code`, *em*, **strong**. */
function said(text: string): string {
  return inlinesOf(text)
    .map((one) => {
      if (one.type === 'link') return `[${one.text}](${one.href})`
      return { text: one.text, code: `\`${one.text}\``, em: `*${one.text}*`, strong: `**${one.text}**` }[one.type]
    })
    .join('')
}

describe('a line', () => {
  it.each([
    ['plain words', 'plain words'],
    ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
    ['**bold** and *leaning* and `code <b>`', '**bold** and *leaning* and `code <b>`'],
    ['``a ` b``', '`a ` b`'],
    ['[docs](https://docs.docker.com "title")', '[docs](https://docs.docker.com)'],
    ['see https://example.com/a, then', 'see [https://example.com/a](https://example.com/a), then'],
    ['<https://example.com>', '[https://example.com](https://example.com)'],
    ['[`1.27`](https://github.com/x/y)', '[1.27](https://github.com/x/y)'],
    ['![logo](https://evil.example/pixel.png)', 'logo'],
    ['[![build](https://ci/badge.svg)](https://ci/run)', '[build](https://ci/run)'],
    ['[click](javascript:alert)', 'click'],
    ['[file](file:///etc/passwd)', 'file'],
    ['<script>alert(1)</script> hi', 'alert(1) hi'],
    ['<img src=x onerror=alert(1)>text', 'text'],
    ['a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['\\*not\\*', '*not*'],
    ['[named][ref]', 'named'],
  ])('%s', (text, read) => {
    expect(said(text)).toBe(read)
  })
})

describe('a description', () => {
  it('is made of blocks', () => {
    const text = `# What is nginx?
Two lines
of one paragraph.

Title
-----

- one
  goes on
- two
    - below

1. first
2. second

\`\`\`console
$ docker run -v /x:/y nginx   # <keep>
\`\`\`

    indented

| A | B |
|---|:-:|
| 1 | \`x\` |

---
<!-- hidden
# not a heading -->
![logo](https://evil.example/logo.png) ![two][ref]

<p align="center"><img src="https://evil.example/x.png"></p>
[ref]: https://example.com`
    const blocks = readMarkdown(text)
    expect(blocks.map(({ type }) => type)).toEqual([
      'heading',
      'paragraph',
      'heading',
      'list',
      'list',
      'code',
      'code',
      'table',
      'rule',
    ])
    expect(blocks[1]).toMatchObject({ inlines: [{ text: 'Two lines of one paragraph.' }] })
    expect(blocks[3]).toMatchObject({
      ordered: false,
      items: [
        { depth: 0, inlines: [{ text: 'one goes on' }] },
        { depth: 0, inlines: [{ text: 'two' }] },
        { depth: 1, inlines: [{ text: 'below' }] },
      ],
    })
    expect(blocks[5]).toMatchObject({ text: '$ docker run -v /x:/y nginx   # <keep>' })
    expect(blocks[7]).toMatchObject({ rows: [[[{ text: '1' }], [{ type: 'code', text: 'x' }]]] })
  })

  it('ends whatever is in it', () => {
    for (const text of [
      '```',
      '- ',
      '|',
      '|\n|-|',
      '#',
      '    ',
      '>',
      '===',
      'a\n===',
      '1.',
      '[x',
      '**',
      '\t- a\n\n\n- b',
    ])
      expect(() => readMarkdown(text)).not.toThrow()
  })

  it('of many unclosed signs is read to its end', () => {
    for (const sign of ['*', '_', '`', '[', '![', '<', '[![', '**a', '- ', '|', '<a '])
      expect(readMarkdown(sign.repeat(60_000 / sign.length)).length).toBeLessThan(2)
  })
})
