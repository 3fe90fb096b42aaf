import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'
import { Fragment, type ReactNode, useMemo } from 'react'
import { useWords } from '../words/use-words.ts'

/** Levels below the heading of the sheet it is shown in. */
const BELOW = 2

function Heading({ depth, children }: { depth: number; children: ReactNode }) {
  const Level = `h${Math.min(6, depth + BELOW)}` as 'h3' | 'h4' | 'h5' | 'h6'
  return <Level>{children}</Level>
}

/** Where a link leads is written behind it: nothing in a text from elsewhere opens by itself. */
function Link({ href, children }: { href: string; children: ReactNode }) {
  const web = /^https?:\/\//i.test(href)
  return (
    <>
      <span className="markdown-link">{children}</span>
      {web && <span className="muted small"> ({href})</span>}
    </>
  )
}

function Picture({ text }: { text: string }) {
  const { t } = useWords()
  return text === '' ? null : <span className="muted">{t('repositories.image', { text })}</span>
}

function List({ ordered, start, items }: Tokens.List) {
  const rows = items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text that was read once has no other order.
    <li key={index}>
      <Pieces tokens={item.tokens} />
    </li>
  ))
  return ordered ? <ol start={start === '' ? 1 : start}>{rows}</ol> : <ul>{rows}</ul>
}

function Cells({ cells, head }: { cells: readonly Tokens.TableCell[]; head: boolean }) {
  const Cell = head ? 'th' : 'td'
  return (
    <tr>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <Cell key={index}>
          <Pieces tokens={cell.tokens} />
        </Cell>
      ))}
    </tr>
  )
}

function Table({ header, rows }: Tokens.Table) {
  return (
    <div className="markdown-table">
      <table>
        <thead>
          <Cells cells={header} head />
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <Cells key={index} cells={cells} head={false} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function inside(token: { readonly tokens?: Token[] | undefined; readonly text: string }): ReactNode {
  return token.tokens ? <Pieces tokens={token.tokens} /> : unescaped(token.text)
}

function Piece({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case 'heading':
      return <Heading depth={token.depth}>{inside(token)}</Heading>
    case 'paragraph':
      return <p>{inside(token)}</p>
    case 'text':
    case 'escape':
      return inside(token)
    case 'strong':
      return <strong>{inside(token)}</strong>
    case 'em':
      return <em>{inside(token)}</em>
    case 'del':
      return <del>{inside(token)}</del>
    case 'codespan':
      return <code>{unescaped(token.text)}</code>
    case 'code':
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
      return <pre tabIndex={0}>{token.text}</pre>
    case 'blockquote':
      return (
        <blockquote>
          <Pieces tokens={token.tokens} />
        </blockquote>
      )
    case 'list':
      return <List {...token} />
    case 'table':
      return <Table {...token} />
    case 'link':
      return <Link href={token.href}>{inside(token)}</Link>
    case 'image':
      return <Picture text={token.text} />
    case 'br':
      return <br />
    case 'hr':
      return <hr />
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ '
    // HTML of somebody else is never put on a page: what it says is not shown at all.
    case 'html':
    case 'space':
    case 'def':
    case 'list_item':
      return null
  }
}

/** The lexer leaves entities as they are written. */
function unescaped(text: string): string {
  return text.replaceAll(
    /&(lt|gt|amp|quot|#39|nbsp);/g,
    (whole, name: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"', '#39': '’', nbsp: '\u00a0' })[name] ?? whole,
  )
}

function Pieces({ tokens }: { tokens: readonly Token[] }) {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above.
    <Fragment key={index}>
      <Piece token={token as MarkedToken} />
    </Fragment>
  ))
}

/** A text in Markdown, as elements of ours: no HTML of its writer, nothing fetched, nothing that opens at a click. */
export function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => lexer(text), [text])
  return (
    <div className="markdown">
      <Pieces tokens={tokens} />
    </div>
  )
}
