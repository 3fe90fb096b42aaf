import { isTag, splitName } from './reference.ts'

/** What operations on the tags of one repository come to, before any is done. Pure. */

export type TagOperation =
  /** Gives a tag to an image, new or from another. `keepAs`: the tag its former image keeps instead. */
  | { readonly type: 'give'; readonly tag: string; readonly id: string; readonly keepAs?: string | undefined }
  /** The image of `tag` is called `to` instead. */
  | { readonly type: 'rename'; readonly tag: string; readonly to: string; readonly keepAs?: string | undefined }
  | { readonly type: 'remove'; readonly tag: string }

/** A repository in one place. */
export interface RepositoryNow {
  /** The id each tag names. */
  readonly tags: ReadonlyMap<string, string>
  /** Names an image has beside the tags of this repository. */
  elsewhere(id: string): readonly string[]
}

/** What the names of all images of a place say of one repository. */
export function repositoryNow(
  images: Iterable<readonly [id: string, names: readonly string[]]>,
  repository: string,
): RepositoryNow {
  const tags = new Map<string, string>()
  const elsewhere = new Map<string, string[]>()
  for (const [id, names] of images) {
    for (const name of names) {
      const split = splitName(name)
      if (split.repository === repository) tags.set(split.tag, id)
      else elsewhere.set(id, [...(elsewhere.get(id) ?? []), name])
    }
  }
  return { tags, elsewhere: (id) => elsewhere.get(id) ?? [] }
}

/** What becomes of one tag. Without `from` it is new, without `to` it goes. */
export interface TagChange {
  readonly tag: string
  readonly from?: string
  readonly to?: string
  /** It is what an image keeps instead of this tag. */
  readonly keeps?: string
}

/** An image whose tags change. */
export interface TaggedImage {
  readonly id: string
  /** Tags of this repository. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Its names elsewhere in the place. */
  readonly elsewhere: readonly string[]
}

export interface TagsPlanned {
  /** In the order they are to be done in: what an image gets comes before what it loses, but for two that change places. */
  readonly changes: readonly TagChange[]
  readonly images: readonly TaggedImage[]
  /** Ids of images that have a name now and will have none. */
  readonly lost: readonly string[]
}

export interface TagsProblem {
  /** `invalid`: no tag. `gone`: there is no such tag. `twice`: two operations want different things of it. */
  readonly problem: 'invalid' | 'gone' | 'twice'
  readonly tag: string
}

type Target = Map<string, string>

/** The first of tag, tag-2, tag-3 … that nobody has or gets, or `owner` has. */
function freeTag(wanted: string, owner: string, now: ReadonlyMap<string, string>, target: Target): string {
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`
    const tag = `${wanted.slice(0, 128 - suffix.length)}${suffix}`
    const [before, after] = [now.get(tag), target.get(tag)]
    if ((before === undefined || before === owner) && (after === undefined || after === owner)) return tag
  }
}

interface Given {
  readonly tag: string
  readonly id: string
  readonly keepAs?: string | undefined
}

function givenBy(operation: TagOperation, { tags }: RepositoryNow): Given | undefined {
  if (operation.type === 'remove') return undefined
  if (operation.type === 'give') return operation
  const { tag, to, keepAs } = operation
  return { tag: to, id: tags.get(tag) ?? '', keepAs }
}

function firstTwice(values: readonly string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index)
}

/** Whether they can be done together. */
function problemOf(
  now: RepositoryNow,
  operations: readonly TagOperation[],
  given: readonly Given[],
): TagsProblem | undefined {
  const taking = operations.filter(({ type }) => type !== 'give').map(({ tag }) => tag)
  const gone = taking.find((tag) => !now.tags.has(tag))
  if (gone !== undefined) return { problem: 'gone', tag: gone }
  const invalid = given.flatMap(({ tag, keepAs }) => [tag, keepAs ?? tag]).find((tag) => !isTag(tag))
  if (invalid !== undefined) return { problem: 'invalid', tag: invalid }
  const removed = operations.filter(({ type }) => type === 'remove').map(({ tag }) => tag)
  const rivals = given.find(
    ({ tag, id }) => removed.includes(tag) || given.some((one) => one.tag === tag && one.id !== id),
  )
  const twice = firstTwice(taking) ?? rivals?.tag
  return twice === undefined ? undefined : { problem: 'twice', tag: twice }
}

/** The tags as they will be, and what is kept of those that move. */
function targetOf(
  { tags }: RepositoryNow,
  given: readonly Given[],
  taken: ReadonlySet<string>,
): { readonly target: Target; readonly keeps: ReadonlyMap<string, string> } {
  const target: Target = new Map([...tags].filter(([tag]) => !taken.has(tag)))
  for (const { tag, id } of given) target.set(tag, id)
  const keeps = new Map<string, string>()
  for (const { tag, id, keepAs } of given) {
    const former = tags.get(tag)
    // One that is renamed in the same stroke has its new name.
    if (keepAs === undefined || former === undefined || former === id || taken.has(tag)) continue
    const kept = freeTag(keepAs, former, tags, target)
    target.set(kept, former)
    keeps.set(kept, tag)
  }
  return { target, keeps }
}

/** What is kept first, then what is given, and what goes last. */
function stage({ keeps, to }: TagChange): number {
  if (keeps !== undefined) return 0
  return to === undefined ? 2 : 1
}

function tagsOf(id: string, tags: ReadonlyMap<string, string>): string[] {
  return [...tags].filter(([, owner]) => owner === id).map(([tag]) => tag)
}

/** What operations do together, whatever their order: all of them are meant of the tags as they are now. */
export function planTags(now: RepositoryNow, operations: readonly TagOperation[]): TagsPlanned | TagsProblem {
  const given = operations.flatMap((operation) => givenBy(operation, now) ?? [])
  const problem = problemOf(now, operations, given)
  if (problem) return problem
  const taken = new Set(operations.filter(({ type }) => type !== 'give').map(({ tag }) => tag))
  const { target, keeps } = targetOf(now, given, taken)
  const changes = [...new Set([...now.tags.keys(), ...target.keys()])]
    .flatMap((tag): TagChange[] => {
      const [from, to, kept] = [now.tags.get(tag), target.get(tag), keeps.get(tag)]
      if (from === to) return []
      return [
        {
          tag,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(kept === undefined ? {} : { keeps: kept }),
        },
      ]
    })
    .sort((one, other) => stage(one) - stage(other))
  const ids = [...new Set(changes.flatMap(({ from, to }) => [from ?? [], to ?? []].flat()))]
  const images = ids.map(
    (id): TaggedImage => ({
      id,
      before: tagsOf(id, now.tags),
      after: tagsOf(id, target),
      elsewhere: now.elsewhere(id),
    }),
  )
  const lost = images
    .filter(({ before, after, elsewhere }) => before.length > 0 && after.length + elsewhere.length === 0)
    .map(({ id }) => id)
  return { changes, images, lost }
}
