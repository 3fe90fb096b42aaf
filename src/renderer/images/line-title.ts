import { shortId } from '../words/format.ts'
import type { Words } from '../words/use-words.ts'
import type { ImageLine } from './lines.ts'

/** How a line is named to a screen reader and in the labels of its buttons: repository and versions. */
export function lineTitle(line: ImageLine, { t }: Words): string {
  if (line.repository === '') return `${t('images.untagged')} ${shortId(line.row.id)}`
  return [line.repository, line.tags.length > 0 ? line.tags.join(', ') : t('images.noVersion')].join(' ')
}
