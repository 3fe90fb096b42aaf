import type { ImageRow } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'
import type { ListRow } from './image-store.ts'

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
  readonly row: ListRow
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

function linesOf(row: ListRow): ImageLine[] {
  const byRepository = new Map<string, string[]>()
  for (const name of row.names) {
    const { repository, tag } = splitName(name)
    const tags = byRepository.get(repository)
    if (tags) tags.push(tag)
    else byRepository.set(repository, [tag])
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

function matches(line: ImageLine, words: readonly string[], containers: string): boolean {
  const names = line.tags.map((tag) => `${line.repository}:${tag}`).join(' ')
  const { id, content } = line.row
  const digests = content ? `${content.digest ?? ''} ${content.configDigest ?? ''}` : ''
  const text = `${line.repository} ${names} ${id} ${digests} ${containers}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Keys need an order that stays, not one for a person to read: code units do, many times quicker than a locale's rules. */
function compareKeys(left: ImageLine, right: ImageLine): number {
  if (left.key === right.key) return 0
  return left.key < right.key ? -1 : 1
}

function compareImages(left: ImageLine, right: ImageLine, { by, descending }: Sort): number {
  // Within a repository the newest comes first, unless another order was asked for.
  if (by === 'name') return right.row.created - left.row.created || compareKeys(left, right)
  const order = by === 'size' ? left.row.size - right.row.size : left.row.created - right.row.created
  return (descending ? -order : order) || compareKeys(left, right)
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

interface Grouping {
  readonly search?: string
  readonly sort: Sort
  readonly compare: Compare
  /** Names of the containers made from an image, as far as they are known: the search finds them, too. */
  readonly containers?: (id: string) => string
}

/** The list on screen: a line per repository followed by its images, filtered by the words of `search` and sorted. */
export function groupImages(
  rows: readonly ListRow[],
  { search = '', sort, compare, containers = () => '' }: Grouping,
): Line[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const all = rows.flatMap(linesOf)
  const lines = words.length === 0 ? all : all.filter((line) => matches(line, words, containers(line.row.id)))
  const groups = [...Map.groupBy(lines, ({ repository }) => repository).values()]
  for (const group of groups) group.sort((left, right) => compareImages(left, right, sort))
  groups.sort((left, right) => compareGroups(left, right, sort, compare))
  return groups.flatMap((group): Line[] => {
    const repository = group[0]?.repository ?? ''
    return [{ kind: 'group', key: `group ${repository}`, repository, count: group.length }, ...group]
  })
}
