import type { ImageRow } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'

export interface GroupLine {
  readonly kind: 'group'
  readonly key: string
  /** '' for images without any name. */
  readonly repository: string
  readonly count: number
}

/** One image under one repository; an image with names in several has a line in each. */
export interface ImageLine {
  readonly kind: 'image'
  readonly key: string
  readonly repository: string
  readonly tags: readonly string[]
  readonly row: ImageRow
}

export type Line = GroupLine | ImageLine

export type SortBy = 'name' | 'size' | 'created'
export interface Sort {
  readonly by: SortBy
  readonly descending: boolean
}

type Compare = (left: string, right: string) => number

/** How an image is called in a sentence: its first name, else the start of its id. */
export function imageTitle({ id, names, repositories }: Pick<ImageRow, 'id' | 'names' | 'repositories'>): string {
  return names[0] ?? repositories[0] ?? id.replace(/^sha256:/, '').slice(0, 12)
}

function linesOf(row: ImageRow): ImageLine[] {
  const byRepository = new Map<string, string[]>()
  for (const name of row.names) {
    const { repository, tag } = splitName(name)
    byRepository.set(repository, [...(byRepository.get(repository) ?? []), tag])
  }
  for (const repository of row.repositories) if (!byRepository.has(repository)) byRepository.set(repository, [])
  if (byRepository.size === 0) byRepository.set('', [])
  return [...byRepository].map(([repository, tags]) => ({
    kind: 'image',
    key: `${repository} ${row.id}`,
    repository,
    tags,
    row,
  }))
}

function matches(line: ImageLine, words: readonly string[]): boolean {
  const names = line.tags.map((tag) => `${line.repository}:${tag}`).join(' ')
  const text = `${line.repository} ${names} ${line.row.id}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

function compareImages(left: ImageLine, right: ImageLine, { by, descending }: Sort): number {
  // Within a repository the newest comes first, unless another order was asked for.
  if (by === 'name') return right.row.created - left.row.created || left.key.localeCompare(right.key)
  const order = by === 'size' ? left.row.size - right.row.size : left.row.created - right.row.created
  return (descending ? -order : order) || left.key.localeCompare(right.key)
}

function compareGroups(left: readonly ImageLine[], right: readonly ImageLine[], sort: Sort, compare: Compare): number {
  const [first, second] = [left[0], right[0]]
  if (!first || !second) return 0
  // Images without a name close the list in every order.
  if ((first.repository === '') !== (second.repository === '')) return first.repository === '' ? 1 : -1
  const byName = compare(first.repository, second.repository)
  if (sort.by === 'name') return sort.descending ? -byName : byName
  return compareImages(first, second, sort) || byName
}

/** The list on screen: a line per repository followed by its images, filtered by the words of `search` and sorted. */
export function groupImages(
  rows: readonly ImageRow[],
  { search = '', sort, compare }: { search?: string; sort: Sort; compare: Compare },
): Line[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const lines = rows.flatMap(linesOf).filter((line) => matches(line, words))
  const groups = [...Map.groupBy(lines, ({ repository }) => repository).values()]
  for (const group of groups) group.sort((left, right) => compareImages(left, right, sort))
  groups.sort((left, right) => compareGroups(left, right, sort, compare))
  return groups.flatMap((group): Line[] => {
    const repository = group[0]?.repository ?? ''
    return [{ kind: 'group', key: `group ${repository}`, repository, count: group.length }, ...group]
  })
}
