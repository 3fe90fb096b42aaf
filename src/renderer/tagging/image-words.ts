import { byTelling, splitName } from '../../shared/reference.ts'
import type { ListRow } from '../images/image-store.ts'
import { shortId } from '../words/format.ts'
import { ownVersion } from './tagging-form.ts'

/** How an image is called where tags of one repository are spoken of: by another tag of it, else a name elsewhere, else its number. */
export function imageWord(
  id: string,
  { rows, repository, but = [] }: { rows: readonly ListRow[]; repository: string; but?: readonly string[] },
): string {
  const names = rows.find((row) => row.id === id)?.names ?? []
  const tags = names
    .filter((name) => splitName(name).repository === repository)
    .toSorted(byTelling)
    .map((name) => splitName(name).tag)
  const others = tags.filter((tag) => !but.includes(tag))
  // A version tells a person more than a build or a commit.
  const tag = ownVersion(others) ?? others[0]
  return tag ?? names.find((name) => splitName(name).repository !== repository) ?? shortId(id)
}
