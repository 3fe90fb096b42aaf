import { useMemo } from 'react'
import { useWords } from '../words/use-words.ts'
import { type Block, type Inline, readMarkdown } from './markdown.ts'

function Word({ inline }: { inline: Inline }) {
  const { t } = useWords()
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'code':
      return <code>{inline.text}</code>
    case 'strong':
      return <strong>{inline.text}</strong>
    case 'em':
      return <em>{inline.text}</em>
    case 'link':
      return (
        <a href={inline.href} target="_blank" rel="noreferrer noopener">
          {inline.text}
          <span className="visually-hidden"> {t('getting.newWindow')}</span>
        </a>
      )
  }
}

function Words({ inlines }: { inlines: readonly Inline[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes.
  return inlines.map((inline, index) => <Word key={index} inline={inline} />)
}

function Piece({ block }: { block: Block }) {
  switch (block.type) {
    case 'heading': {
      // Below the sheet's own title and the name of the tab.
      const Heading = block.level <= 2 ? 'h3' : 'h4'
      return (
        <Heading>
          <Words inlines={block.inlines} />
        </Heading>
      )
    }
    case 'paragraph':
      return (
        <p>
          <Words inlines={block.inlines} />
        </p>
      )
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
        <pre className="raw" tabIndex={0}>
          {block.text}
        </pre>
      )
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      return (
        <List>
          {block.items.map(({ depth, inlines }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two items may say the same; the text never changes.
            <li key={index} className={`readme-depth-${depth}`}>
              <Words inlines={inlines} />
            </li>
          ))}
        </List>
      )
    }
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
        <div className="readme-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is named by its place.
                  <th key={index} scope="col">
                    <Words inlines={cell} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a row is named by its place.
                <tr key={index}>
                  {row.map((cell, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is named by its place.
                    <td key={at}>
                      <Words inlines={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    case 'rule':
      return <hr />
  }
}

/** What the makers of an image wrote about it, as text. */
export function Readme({ text }: { text: string }) {
  const blocks = useMemo(() => readMarkdown(text), [text])
  return (
    <div className="readme">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes.
        <Piece key={index} block={block} />
      ))}
    </div>
  )
}
