import { datedName, isTag, splitName } from '../../shared/reference.ts'
import { planTags, type RepositoryNow, repositoryNow, type TagOperation } from '../../shared/tag-plan.ts'
import {
  type Cascade,
  cascade,
  commitTag,
  dateTags,
  ENVIRONMENTS,
  environmentTag,
  type Habits,
  isEarly,
  nextBuild,
  nextVersions,
  readEnvironment,
  readVersion,
  STRATEGIES,
  type Strategy,
  type TagNow,
  versionOf,
} from '../../shared/versions.ts'
import type { ListRow } from '../images/image-store.ts'

/** What is to become of one of the image's own tags. */
export type OwnTag =
  | { readonly type: 'remove' }
  | { readonly type: 'rename'; readonly to: string }
  /** To another image of the repository. */
  | { readonly type: 'move'; readonly id: string }

/** What a person chose so far; nothing is done yet. */
export interface TaggingForm {
  readonly own: Readonly<Record<string, OwnTag>>
  /** Tags to add, and the way each was chosen. */
  readonly added: Readonly<Record<string, Strategy | 'typed'>>
  /** The version typed; its shortcuts follow it but for those in `without`. */
  readonly version: string
  readonly without: readonly string[]
  /** Images that would lose their last name to this one keep a dated one. */
  readonly keep: boolean
}

export const NO_CHANGES: TaggingForm = { own: {}, added: {}, version: '', without: [], keep: true }

/** The form a sheet opens with when it is asked for something at once: a chip that was dropped, a cross that was pressed. */
export function formOf(operations: readonly TagOperation[]): TaggingForm {
  const given = operations.flatMap((one) => (one.type === 'give' ? [[one.tag, 'typed'] as const] : []))
  const own = operations.flatMap((one): [string, OwnTag][] => {
    if (one.type === 'give') return []
    return [[one.tag, one.type === 'remove' ? { type: 'remove' } : { type: 'rename', to: one.to }]]
  })
  return { ...NO_CHANGES, added: Object.fromEntries(given), own: Object.fromEntries(own) }
}

/** The tags of a repository, as the list on screen has them. */
export function rowsNow(rows: readonly ListRow[], repository: string): RepositoryNow {
  return repositoryNow(
    rows.map(({ id, names }) => [id, names] as const),
    repository,
  )
}

export function tagsNow({ tags }: RepositoryNow): TagNow[] {
  return [...tags].map(([tag, image]) => ({ tag, image }))
}

/** What the typed version does, shortcut by shortcut; undefined while there is none that could be a tag. */
export function cascadeOf({ version }: TaggingForm, id: string, now: RepositoryNow): Cascade | undefined {
  const tag = version.trim()
  return isTag(tag) ? cascade(tag, id, tagsNow(now)) : undefined
}

/** The operations that do what was chosen. Images that would lose their last name keep a dated one, if that was wished. */
export function operationsOf(form: TaggingForm, id: string, now: RepositoryNow, date: Date): TagOperation[] {
  const versions = (cascadeOf(form, id, now)?.steps ?? [])
    .filter(({ tag, action }) => (action === 'new' || action === 'move') && !form.without.includes(tag))
    .map(({ tag }) => tag)
  const given = [...new Set([...Object.keys(form.added), ...versions])]
    .filter((tag) => now.tags.get(tag) !== id)
    .map((tag): TagOperation => ({ type: 'give', tag, id }))
  const own = Object.entries(form.own).flatMap(([tag, wish]): TagOperation[] => {
    if (!now.tags.has(tag)) return []
    if (wish.type === 'move') return wish.id === '' ? [] : [{ type: 'give', tag, id: wish.id }]
    if (wish.type === 'rename') return wish.to === tag || !isTag(wish.to) ? [] : [{ type: 'rename', tag, to: wish.to }]
    return [{ type: 'remove', tag }]
  })
  const operations = [...given, ...own]
  return form.keep ? keeping(operations, now, date) : operations
}

/** The same operations, with a dated tag for every image they would take the last name from. */
export function keeping(operations: readonly TagOperation[], now: RepositoryNow, date: Date): TagOperation[] {
  const planned = planTags(now, operations)
  if ('problem' in planned) return [...operations]
  const left = new Set(planned.lost)
  return operations.map((operation): TagOperation => {
    if (operation.type === 'remove') return operation
    const tag = operation.type === 'give' ? operation.tag : operation.to
    // One name is enough.
    const former = now.tags.get(tag)
    if (former === undefined || !left.delete(former)) return operation
    return { ...operation, keepAs: splitName(datedName(`x:${tag}`, date)).tag }
  })
}

/** Images that would lose their last name if they kept none: whether there is anything to choose. */
export function wouldLose(form: TaggingForm, id: string, now: RepositoryNow, date: Date): boolean {
  const operations = operationsOf({ ...form, keep: false }, id, now, date)
  return keeping(operations, now, date).some(
    (operation) => operation.type !== 'remove' && operation.keepAs !== undefined,
  )
}

/** Tags that one click adds. */
export interface Offer {
  readonly strategy: Exclude<Strategy, 'version'>
  readonly tags: readonly string[]
}

export interface OfferFrom {
  readonly habits: Habits
  readonly tags: readonly string[]
  /** Those this image has. */
  readonly own: readonly string[]
  readonly commit: string | undefined
  readonly date: Date
  /** The version of this image, where it has one. */
  readonly version: string | undefined
}

/** The ways to tag, the usual ones of this repository first. */
export function offersOf({ habits, tags, own, commit, date, version }: OfferFrom): Offer[] {
  const { day, minute } = dateTags(date)
  const known = [...new Set([...ENVIRONMENTS, ...tags.flatMap((tag) => readEnvironment(tag)?.environment ?? [])])]
  const plain = known.map((environment) => environmentTag(environment))
  const versioned = version === undefined ? [] : known.map((environment) => environmentTag(environment, version))
  const short = commit === undefined ? undefined : commitTag(commit, habits.commitLead)
  const all: Record<Offer['strategy'], readonly string[]> = {
    environment: [...plain, ...versioned],
    date: habits.minutes ? [minute, day] : [day, minute],
    commit: short === undefined ? [] : [short],
    build: [nextBuild(tags, habits.buildLead)],
  }
  const order = byHabit(habits.strategies).filter((one) => one !== 'version')
  return order.map((strategy) => ({ strategy, tags: all[strategy].filter((tag) => !own.includes(tag)) }))
}

/** All ways to tag, those in use first. */
export function byHabit(used: readonly Strategy[]): Strategy[] {
  const usual: readonly Strategy[] = ['version', 'environment', 'date', 'commit', 'build']
  return [...used, ...usual.filter((one) => !used.includes(one))]
}

/** The exact version among the tags of an image, if it has one. */
export function ownVersion(own: readonly string[]): string | undefined {
  const versions = own.flatMap((tag) => {
    const read = readVersion(tag)
    // `1.2.3-prod` is where 1.2.3 is, not what it is.
    return read && readEnvironment(tag)?.version === undefined ? [{ tag, read }] : []
  })
  const depth = ({ read }: (typeof versions)[number]): number => read.numbers.length + read.build.length
  return versions.toSorted((one, other) => depth(other) - depth(one) || one.tag.length - other.tag.length)[0]?.tag
}

/** Versions to choose from: what the image has or says, then those that may come next. */
export function versionOffers(
  own: readonly string[],
  labels: Readonly<Record<string, string>>,
  tags: readonly string[],
): string[] {
  const has = ownVersion(own)
  const says = versionOf(labels)
  const read = has === undefined ? undefined : readVersion(has)
  const whole = read !== undefined && !isEarly(read)
  const first = [...(has !== undefined ? [has] : []), ...(says !== undefined ? [says] : [])]
  return [...new Set([...first, ...(whole ? [] : nextVersions(tags))])]
}

/** The ways a form uses, to be proposed the next time. */
export function strategiesOf({ added, version }: TaggingForm): Strategy[] {
  const ways = new Set<string>([...(version.trim() === '' ? [] : ['version']), ...Object.values(added)])
  return STRATEGIES.filter((strategy) => ways.has(strategy))
}

/** The environments a form uses. */
export function environmentsOf({ added }: TaggingForm): string[] {
  const tags = Object.entries(added).flatMap(([tag, way]) => (way === 'environment' ? [tag] : []))
  return [...new Set(tags.flatMap((tag) => readEnvironment(tag)?.environment ?? []))]
}
