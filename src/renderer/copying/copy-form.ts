import type { PlaceRef, Plan, Wanted } from '../../shared/contract.ts'
import {
  datedName,
  familiar,
  familiarRepository,
  isProblem,
  parseReference,
  type ReferenceProblem,
  splitName,
  withDefaultTag,
} from '../../shared/reference.ts'
import { type MoveChoice, nameKey } from '../loading/load-choices.ts'

/** An image to copy, from whatever place. */
export interface CopyRow {
  readonly id: string
  /** Where it is, when it comes from a place of several: a repository of a registry, a file of a folder. */
  readonly place?: PlaceRef
  readonly names: readonly string[]
  /** `linux/amd64`; empty where the place does not tell at once. */
  readonly platforms: readonly string[]
  readonly size: number
}

/** What the person decided; the rest follows from the images and where they go. */
export interface CopyForm {
  readonly ticked: Readonly<Record<string, boolean>>
  /** Names left behind, `id name`. */
  readonly off: ReadonlySet<string>
  /** What a repository is called there, by `id repository`. */
  readonly repositories: Readonly<Record<string, string>>
  /** Whole names for images without one, by id. */
  readonly given: Readonly<Record<string, string>>
  /** What becomes of the image that has a name there now, by `id name`. */
  readonly moves: Readonly<Record<string, MoveChoice>>
}

export const NO_FORM: CopyForm = { ticked: {}, off: new Set(), repositories: {}, given: {}, moves: {} }

/** Where images go, as far as their names depend on it. */
export interface Destination {
  readonly place: PlaceRef
  /** Who is signed in at the registry. */
  readonly username?: string | undefined
}

export type TargetProblem = ReferenceProblem | 'host' | 'needed'

/** A name an image gets there; `source`: the name it has, '' for one that was typed. */
export type Target = { readonly source: string } & ({ readonly name: string } | { readonly problem: TargetProblem })

const HUB = 'docker.io'

/**
 * What a repository is suggested to be called there. A registry's names begin with its host: the host of the name goes, the
 * path stays. On Docker Hub nobody may write into `library/`: what had no namespace gets the person's own.
 */
export function suggestedRepository(repository: string, { place, username }: Destination): string {
  if (place.type !== 'registry') return repository
  const parsed = parseReference(repository)
  if (isProblem(parsed)) return `${place.host}/`
  const path = parsed.domain === HUB ? parsed.path.replace(/^library\//, '') : parsed.path
  const own = place.host === HUB && !path.includes('/') && username !== undefined ? `${username}/${path}` : path
  return `${place.host}/${own}`
}

/** The names of an image by repository, as the sheet shows them. */
export function byRepository({ names }: Pick<CopyRow, 'names'>): [repository: string, names: string[]][] {
  return [...Map.groupBy(names, (name) => splitName(name).repository)]
}

export function repositoryAt(row: CopyRow, repository: string, form: CopyForm, to: Destination): string {
  return form.repositories[nameKey(row.id, repository)] ?? suggestedRepository(repository, to)
}

/** Reads a whole name for a destination. */
export function judgeTarget(text: string, { place }: Destination): { name: string } | { problem: TargetProblem } {
  const parsed = parseReference(text.trim())
  if (isProblem(parsed)) return parsed
  if (parsed.digest !== undefined) return { problem: 'digest' }
  if (place.type === 'registry' && parsed.domain !== place.host) return { problem: 'host' }
  return { name: familiar(withDefaultTag(parsed)) }
}

/** What is wrong with the repository itself, whichever version it is for. */
export function repositoryProblem(text: string, { place }: Destination): TargetProblem | undefined {
  const parsed = parseReference(text.trim())
  if (isProblem(parsed)) return parsed.problem
  if (parsed.digest !== undefined) return 'digest'
  if (place.type === 'registry' && parsed.domain !== place.host) return 'host'
  return familiarRepository(parsed) === '' || parsed.tag !== undefined ? 'tag' : undefined
}

/** The names an image would get there, each with what is wrong with it. */
export function targetsOf(row: CopyRow, form: CopyForm, to: Destination): Target[] {
  if (row.names.length === 0) {
    const typed = form.given[row.id]?.trim() ?? ''
    if (typed !== '') return [{ source: '', ...judgeTarget(typed, to) }]
    return to.place.type === 'registry' ? [{ source: '', problem: 'needed' }] : []
  }
  const kept = row.names.filter((name) => !form.off.has(nameKey(row.id, name)))
  if (kept.length === 0 && to.place.type === 'registry') return [{ source: '', problem: 'needed' }]
  return kept.map((source) => {
    const { repository, tag } = splitName(source)
    const there = repositoryAt(row, repository, form, to)
    const problem = repositoryProblem(there, to)
    return problem ? { source, problem } : { source, ...judgeTarget(tag === '' ? there : `${there.trim()}:${tag}`, to) }
  })
}

function namesIn(targets: readonly Target[]): string[] {
  return targets.flatMap((target) => ('name' in target ? [target.name] : []))
}

export function isTicked(row: CopyRow, form: CopyForm): boolean {
  return form.ticked[row.id] ?? true
}

/** What to ask the plan about. A name two images want goes with the first: it is said to be in the way of both. */
export function askedOf(rows: readonly CopyRow[], form: CopyForm, to: Destination): Wanted[] {
  const taken = new Set<string>()
  return rows.map((row) => {
    const names = [...new Set(namesIn(targetsOf(row, form, to)))].filter((name) => !taken.has(name))
    for (const name of names) taken.add(name)
    return { id: row.id, ...(row.place ? { place: row.place } : {}), names: names.map((name) => ({ name })) }
  })
}

/** Names that two of the images want. */
export function clashesOf(rows: readonly CopyRow[], form: CopyForm, to: Destination): string[] {
  const names = rows.flatMap((row) => namesIn(targetsOf(row, form, to)))
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

export function isSound(rows: readonly CopyRow[], form: CopyForm, to: Destination): boolean {
  return rows.every((row) => targetsOf(row, form, to).every((target) => 'name' in target))
}

export function moveOf(form: CopyForm, id: string, name: string): MoveChoice {
  return form.moves[nameKey(id, name)] ?? 'keep'
}

/** The images with their names as the copy is asked for: a name left where it is is not among them. */
export function wantedOf(
  rows: readonly CopyRow[],
  form: CopyForm,
  to: Destination,
  plan: Plan | undefined,
  date: Date,
): Wanted[] {
  return askedOf(rows, form, to).map(({ id, names, ...where }) => {
    const planned = plan?.images.find((image) => image.id === id)
    return {
      id,
      ...where,
      names: names.flatMap(({ name }) => {
        if (!planned?.names.find((other) => other.name === name)?.replaces) return [{ name }]
        const choice = moveOf(form, id, name)
        if (choice === 'leave') return []
        return choice === 'keep' ? [{ name, keepAs: datedName(name, date) }] : [{ name }]
      }),
    }
  })
}
