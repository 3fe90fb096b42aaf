import type { ImageFacts } from '../../shared/contract.ts'
import { sentence } from '../../shared/error-sentences.ts'
import { platformCode, platformOf, platformWords } from '../words/platform.ts'
import type { Words } from '../words/use-words.ts'
import type { ListRow, RowContent } from './image-store.ts'

function Several({ words: { t, list }, content }: { words: Words; content: RowContent }) {
  const [first, ...others] = content.platforms
  if (content.problem) return <span className="pill pill-bad">{t('images.problem')}</span>
  if (content.artifact) return <span className="pill">{t('images.artifact')}</span>
  if (first === undefined) return null
  const all = content.platforms.map((code) => platformWords(platformOf(code), t))
  return (
    <>
      <span aria-hidden={others.length > 0}>
        {all[0]}
        {others.length > 0 && ` +${others.length}`}
      </span>
      {others.length > 0 && <span className="visually-hidden">{list(all)}</span>}
    </>
  )
}

function titleOf({ t, list, language }: Words, { platforms, absent, problem }: RowContent): string {
  if (problem) return sentence(problem, language).what
  return [platforms.join(', '), ...(absent.length > 0 ? [t('images.absent', { platforms: list(absent) })] : [])].join(
    '\n',
  )
}

/** Which computers an image is for: engines tell by an inspect, the other places at once. */
export function PlatformCell({ words, row, facts }: { words: Words; row: ListRow; facts: ImageFacts | undefined }) {
  const { t } = words
  const { content } = row
  if (content) {
    return (
      <td className="cell-platform" title={titleOf(words, content)}>
        <Several words={words} content={content} />
        {content.absent.length > 0 && (
          <span className="cell-absent">{t('images.absentCount', { count: content.absent.length })}</span>
        )}
      </td>
    )
  }
  return (
    <td className="cell-platform" {...(facts ? { title: platformCode(facts.platform) } : {})}>
      {facts ? platformWords(facts.platform, t) : ''}
    </td>
  )
}
