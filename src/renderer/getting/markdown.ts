/**
 * The Markdown of descriptions, as far as it is text: headings, paragraphs, lists, code, tables, links. HTML in it and pictures
 * fall away but for their words: nothing of elsewhere is loaded, and nothing written there becomes part of the page.
 */

export type Inline =
  | { readonly type: 'text' | 'code' | 'strong' | 'em'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string }

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly inlines: readonly Inline[] }
  | { readonly type: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] }
  | { readonly type: 'table'; readonly head: readonly Inline[][]; readonly rows: readonly Inline[][][] }
  | { readonly type: 'rule' }

export interface ListItem {
  readonly depth: number
  readonly inlines: readonly Inline[]
}

/** Characters: a description at Docker Hub has 25,000 at most; more is somebody's mistake. */
const MOST = 200_000

const FENCE = /^\s{0,3}(```+|~~~+)/
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/
const RULE = /^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/
const PICTURES = /^(?:\s*!\[[^\]]{0,300}\](?:\([^)]{0,1000}\)|\[[^\]]{0,300}\]))+\s*$/
const INDENTED = /^(?: {4}|\t)(.*)$/

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

function withoutHtml(text: string): string {
  return text.replaceAll(/<\/?[a-zA-Z][^<>]{0,1000}>/g, '')
}

function withEntities(text: string): string {
  return text
    .replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replaceAll(/&#(\d{1,6});/g, (whole, code: string) =>
      Number(code) > 31 ? String.fromCodePoint(Number(code)) : whole,
    )
}

function plain(text: string): string {
  return withEntities(text.replaceAll(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1'))
}

const INLINE = new RegExp(
  [
    /\\(?<escaped>[\\`*_{}[\]()#+.!|<>~-])/,
    /(?<ticks>`{1,3})(?<code>.{1,1000}?)\k<ticks>(?!`)/,
    // A picture inside a link, or alone: its words stay.
    /\[!\[(?<pictured>[^\]]{0,300})\](?:\([^)]{0,1000}\)|\[[^\]]{0,300}\])\](?:\((?<picturedTo>[^)\s]{0,1000})[^)]{0,300}\)|\[[^\]]{0,300}\])/,
    /!\[(?<picture>[^\]]{0,300})\](?:\([^)]{0,1000}\)|\[[^\]]{0,300}\])/,
    /\[(?<label>[^[\]]{1,300})\]\(<?(?<to>[^)\s>]{0,1000})>?[^)]{0,300}\)/,
    /\[(?<named>[^[\]]{1,300})\]\[[^[\]]{0,300}\]/,
    /<(?<auto>https?:\/\/[^<>\s]{1,1000})>/,
    /(?<tag><\/?[a-zA-Z][^<>]{0,1000}>)/,
    /(?<bare>https?:\/\/[^\s<>()[\]"'`]{0,1000}[^\s<>()[\]"'`.,;:!?])/,
    /(?<![\w*])\*\*(?<strong>[^*]{1,1000}?)\*\*(?!\*)/,
    /(?<!\w)__(?<strongLow>[^_]{1,1000}?)__(?!\w)/,
    /(?<![\w*])\*(?<em>[^*\s](?:[^*]{0,1000}[^*\s])?)\*(?!\*)/,
    /(?<!\w)_(?<emLow>[^_\s](?:[^_]{0,1000}[^_\s])?)_(?!\w)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** Links of the web alone: what else a link may be (a script, a file) is only its words. */
function link(text: string, href: string): Inline {
  const words = plain(withoutHtml(text).replaceAll(/[*`]/g, ''))
  return /^https?:\/\//i.test(href) ? { type: 'link', text: words || href, href } : { type: 'text', text: words }
}

function meant(groups: Readonly<Record<string, string | undefined>>): Inline {
  const {
    escaped,
    tag,
    code,
    pictured,
    picturedTo,
    picture,
    label,
    to,
    named,
    auto,
    bare,
    strong,
    strongLow,
    em,
    emLow,
  } = groups
  if (escaped !== undefined) return { type: 'text', text: escaped }
  if (tag !== undefined) return { type: 'text', text: /^<br/i.test(tag) ? ' ' : '' }
  if (code !== undefined) return { type: 'code', text: code.replace(/^ (.*) $/, '$1') }
  if (pictured !== undefined) return pictured === '' ? { type: 'text', text: '' } : link(pictured, picturedTo ?? '')
  if (label !== undefined) return link(label, to ?? '')
  if (auto !== undefined || bare !== undefined) return link(auto ?? bare ?? '', auto ?? bare ?? '')
  const bold = strong ?? strongLow
  if (bold !== undefined) return { type: 'strong', text: plain(bold.replaceAll('`', '')) }
  const leaning = em ?? emLow
  if (leaning !== undefined) return { type: 'em', text: plain(leaning.replaceAll('`', '')) }
  return { type: 'text', text: plain(picture ?? named ?? '') }
}

/** What a line of text is made of. */
export function inlinesOf(text: string): Inline[] {
  const inlines: Inline[] = []
  let at = 0
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) inlines.push({ type: 'text', text: withEntities(text.slice(at, match.index)) })
    inlines.push(meant(match.groups ?? {}))
    at = match.index + match[0].length
  }
  inlines.push({ type: 'text', text: withEntities(text.slice(at)) })
  return inlines.filter(({ text: words }) => words !== '')
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => inlinesOf(cell.trim()))
}

class Reader {
  readonly blocks: Block[] = []
  readonly #lines: readonly string[]
  #at = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  read(): readonly Block[] {
    while (this.#at < this.#lines.length) this.#block()
    return this.blocks
  }

  get #line(): string {
    return this.#lines[this.#at] ?? ''
  }

  #block(): void {
    const line = this.#line
    const heading = HEADING.exec(line)
    if (line.trim() === '') this.#at += 1
    else if (FENCE.test(line)) this.#fence()
    else if (heading) {
      this.#at += 1
      this.blocks.push({ type: 'heading', level: heading[1]?.length ?? 1, inlines: inlinesOf(heading[2] ?? '') })
    } else if (RULE.test(line)) {
      this.#at += 1
      this.blocks.push({ type: 'rule' })
    } else if (ITEM.test(line)) this.#list()
    else if (INDENTED.test(line)) this.#indented()
    else if (line.includes('|') && DIVIDER.test(this.#lines[this.#at + 1] ?? '')) this.#table()
    else this.#paragraph()
  }

  #fence(): void {
    const mark = FENCE.exec(this.#line)?.[1] ?? '```'
    const text: string[] = []
    this.#at += 1
    while (this.#at < this.#lines.length && !this.#line.trim().startsWith(mark)) {
      text.push(this.#line)
      this.#at += 1
    }
    this.#at += 1
    this.blocks.push({ type: 'code', text: text.join('\n') })
  }

  #indented(): void {
    const text: string[] = []
    while (this.#at < this.#lines.length && (INDENTED.test(this.#line) || this.#line.trim() === '')) {
      text.push(INDENTED.exec(this.#line)?.[1] ?? '')
      this.#at += 1
    }
    this.blocks.push({ type: 'code', text: text.join('\n').trimEnd() })
  }

  #list(): void {
    const ordered = ITEM.exec(this.#line)?.[2] !== undefined
    const items: { indent: number; text: string }[] = []
    while (this.#at < this.#lines.length) {
      const item = ITEM.exec(this.#line)
      const last = items.at(-1)
      const goesOn = last !== undefined && /^\s+\S/.test(this.#line) && !FENCE.test(this.#line)
      // The other kind of list, as far out as the first item, is another list.
      if (item && (item[1] ?? '') === '' && (item[2] !== undefined) !== ordered && last) break
      if (item) items.push({ indent: (item[1] ?? '').replaceAll('\t', '    ').length, text: item[3] ?? '' })
      else if (goesOn) last.text += ` ${this.#line.trim()}`
      // A blank line between two items does not end the list.
      else if (this.#line.trim() !== '' || !ITEM.test(this.#lines[this.#at + 1] ?? '')) break
      this.#at += 1
    }
    const steps = [...new Set(items.map(({ indent }) => indent))].sort((left, right) => left - right)
    this.blocks.push({
      type: 'list',
      ordered,
      items: items.map(({ indent, text }) => ({ depth: Math.min(3, steps.indexOf(indent)), inlines: inlinesOf(text) })),
    })
  }

  #table(): void {
    const head = cells(this.#line)
    const rows: Inline[][][] = []
    this.#at += 2
    while (this.#line.includes('|')) {
      rows.push(cells(this.#line))
      this.#at += 1
    }
    this.blocks.push({ type: 'table', head, rows })
  }

  #paragraph(): void {
    const text: string[] = []
    while (this.#at < this.#lines.length && this.#goesOn(text.length)) {
      text.push(this.#line.trim().replace(/^>\s?/, ''))
      this.#at += 1
    }
    // A line of signs below makes a heading of it.
    const under = /^\s{0,3}(=+|-+)\s*$/.exec(this.#line)?.[1]
    if (under !== undefined && text.length === 1) {
      this.#at += 1
      this.blocks.push({ type: 'heading', level: under.startsWith('=') ? 1 : 2, inlines: inlinesOf(text[0] ?? '') })
      return
    }
    // Pictures alone, a logo mostly: there is nothing to read.
    if (PICTURES.test(text.join(' '))) return
    const inlines = inlinesOf(text.join(' '))
    if (inlines.some(({ text: words }) => words.trim() !== '')) this.blocks.push({ type: 'paragraph', inlines })
  }

  /** The first line always; those after it unless they begin something else. */
  #goesOn(read: number): boolean {
    const line = this.#line
    if (read === 0) return true
    const begins = [FENCE, HEADING, ITEM, RULE].some((pattern) => pattern.test(line))
    return line.trim() !== '' && !begins && !/^\s{0,3}=+\s*$/.test(line)
  }
}

export function readMarkdown(text: string): readonly Block[] {
  const whole = text
    .slice(0, MOST)
    .replaceAll('\r\n', '\n')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
  // Where links are only defined is nothing to read.
  const lines = whole.split('\n').filter((line) => !/^\s{0,3}\[[^\]]+\]:\s*\S+/.test(line))
  return new Reader(lines).read()
}
