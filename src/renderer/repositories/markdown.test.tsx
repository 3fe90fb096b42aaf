// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { fakeHost } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { Markdown } from './markdown.tsx'

const HOSTILE = [
  '# Shop & Co',
  'A **small** shop with `docker run lea/shop`, see [the site](https://shop.example/) or [this](javascript:alert(1)).',
  '<script>window.stolen = 1</script>',
  '<img src="https://evil.example/track.png" onerror="window.stolen = 1">',
  '![The front page](https://evil.example/front.png)',
  'Text with <b onclick="x()">markup</b> &lt;kept&gt; in words.',
  '| Port | For |\n| --- | --- |\n| 80 | web |',
  '- [x] one\n- two\n\n  1. three',
  '> said',
  '```\ndocker run x < y\n```',
].join('\n\n')

describe('a README from elsewhere', () => {
  afterEach(cleanup)

  it('is shown with elements of ours alone: nothing of it runs, is fetched or opens', async () => {
    const { client } = fakeHost()
    const { container } = await show(client, <Markdown text={HOSTILE} />)
    expect(
      container.querySelectorAll('.markdown :is(script, img, iframe, a, style, [onclick], [onerror], [src], [href])'),
    ).toHaveLength(0)
    expect('stolen' in window).toBe(false)
    expect(screen.getByRole('heading', { name: 'Shop & Co' })).toBeTruthy()
    expect(container.textContent).toContain('the site (https://shop.example/)')
    expect(container.textContent).not.toContain('javascript:')
    expect(container.textContent).toContain('Picture: The front page')
    expect(container.textContent).toContain('Text with markup <kept> in words.')
    expect(screen.getByRole('table').textContent).toBe('PortFor80web')
    expect(container.querySelector('pre')?.textContent).toBe('docker run x < y')
    expect(container.querySelector('li li')?.textContent).toContain('three')
    expect(container.textContent).toContain('☑ one')
  })

  it('is shown whatever it is', async () => {
    const { client } = fakeHost()
    for (const text of ['', '[', '<!--', '|||', '&#x0;', '`'.repeat(500), '['.repeat(500)]) {
      await show(client, <Markdown text={text} />)
      cleanup()
    }
  })
})
