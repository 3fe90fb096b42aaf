import type { RepositoryInfo, Visibility } from '../../shared/contract-portal.ts'

export type SortBy = 'name' | 'visibility' | 'pulls' | 'pushed' | 'size'

export interface Sort {
  readonly by: SortBy
  readonly descending: boolean
}

export interface Filter {
  readonly words: readonly string[]
  readonly visibility: Visibility | undefined
  /** Its repositories alone; undefined: those of all names. */
  readonly namespace: string | undefined
}

/** Widest first: what everybody sees is what one looks for. */
const WIDTH: readonly Visibility[] = ['public', 'internal', 'private', 'unknown']

export function visibilitiesIn(rows: readonly RepositoryInfo[]): readonly Visibility[] {
  return WIDTH.filter((visibility) => rows.some((row) => row.visibility === visibility))
}

/** A column that says nothing of any row is left out. */
export function columnsOf(rows: readonly RepositoryInfo[]): readonly SortBy[] {
  const has = (name: 'pulls' | 'pushed' | 'size'): SortBy[] =>
    rows.some((row) => row[name] !== undefined) ? [name] : []
  return ['name', 'visibility', ...has('pulls'), ...has('pushed'), ...has('size')]
}

function fits(row: RepositoryInfo, { words, visibility, namespace }: Filter): boolean {
  if (visibility !== undefined && row.visibility !== visibility) return false
  if (namespace !== undefined && !row.path.startsWith(`${namespace}/`)) return false
  const text = `${row.path} ${row.description ?? ''}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** What is not told comes last, whichever way the rest goes. */
function byNumber(by: 'pulls' | 'pushed' | 'size', { descending }: Sort) {
  return (one: RepositoryInfo, other: RepositoryInfo): number => {
    const [a, b] = [one[by], other[by]]
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
    return descending ? b - a : a - b
  }
}

/** The rows a person asked for, in the order they asked for. */
export function arranged(
  rows: readonly RepositoryInfo[],
  filter: Filter,
  sort: Sort,
  compare: (one: string, other: string) => number,
): readonly RepositoryInfo[] {
  const named = (one: RepositoryInfo, other: RepositoryInfo): number => compare(one.path, other.path)
  const shown = rows.filter((row) => fits(row, filter))
  const way = sort.descending ? -1 : 1
  switch (sort.by) {
    case 'name':
      return shown.toSorted((one, other) => way * named(one, other))
    case 'visibility':
      return shown.toSorted(
        (one, other) => way * (WIDTH.indexOf(one.visibility) - WIDTH.indexOf(other.visibility)) || named(one, other),
      )
    case 'pulls':
    case 'pushed':
    case 'size': {
      const order = byNumber(sort.by, sort)
      return shown.toSorted((one, other) => order(one, other) || named(one, other))
    }
  }
}
