import type { Plan, Wanted } from '../../shared/contract.ts'
import type { Standing, VisibilityChoice } from '../../shared/contract-portal.ts'
import type { Publishable, PublishDestination, Published, TagThere, There } from '../../shared/contract-publish.ts'
import { labelOf, type OciLabel } from '../../shared/labels.ts'
import { datedName, isTag, normaliseName, parseReference, splitName } from '../../shared/reference.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import { judgePath, judgeTag, needsOwner, suitablePath } from '../../shared/registry-names.ts'
import type { MoveChoice } from '../loading/load-choices.ts'
import { placeKey, type RegistryPlace } from '../places/place-ref.ts'
import { type Shortcut, shortcutsOf } from './shortcuts.ts'

/** What the person decides while publishing, and what follows from it. Pure. */

/** An image of the place it is published from. */
export interface PublishRow {
  readonly id: string
  readonly names: readonly string[]
  /** `linux/amd64`; empty where the place does not tell at once. */
  readonly platforms: readonly string[]
  readonly size: number
}

/** A registry images may go to, by one of its accounts. */
export interface Target {
  readonly key: string
  readonly place: RegistryPlace
  readonly kind: RegistryKind
  readonly username?: string | undefined
}

/** What was typed and ticked; all else follows from the images and from what the registries say. */
export interface Draft {
  /** Keys of the targets. */
  readonly chosen: readonly string[]
  /** Images left out, by id. */
  readonly left: ReadonlySet<string>
  /** Paths below the host, by `key id`. */
  readonly paths: Readonly<Record<string, string>>
  /** By id. */
  readonly versions: Readonly<Record<string, string>>
  /** Other tags that were ticked or not, by `id tag`. */
  readonly ticks: Readonly<Record<string, boolean>>
  /** Other tags that were typed, by id. */
  readonly extra: Readonly<Record<string, readonly string[]>>
  /** What becomes of the image that has a tag now, by `key name`. */
  readonly moves: Readonly<Record<string, MoveChoice>>
  /** Who is to see a repository that will be made, by `key path`. */
  readonly visibility: Readonly<Record<string, VisibilityChoice>>
  /** Repositories that become public by being sent to, and may, `key path`. */
  readonly agreed: ReadonlySet<string>
  /** Labels to add, by id. */
  readonly labels: Readonly<Record<string, Readonly<Partial<Record<OciLabel, string>>>>>
}

export const NO_DRAFT: Draft = {
  chosen: [],
  left: new Set(),
  paths: {},
  versions: {},
  ticks: {},
  extra: {},
  moves: {},
  visibility: {},
  agreed: new Set(),
  labels: {},
}

/** What is known so far; everything may still be on its way. */
export interface Known {
  readonly images: readonly Publishable[]
  readonly published: readonly Published[]
  /** The names an account may push below, by the target's key. */
  readonly owners: Readonly<Record<string, readonly string[]>>
  /** By `key path`. */
  readonly there: Readonly<Record<string, There>>
  /** By `key path`. */
  readonly standing: Readonly<Record<string, Standing>>
}

export const NOTHING_KNOWN: Known = { images: [], published: [], owners: {}, there: {}, standing: {} }

export function of(...parts: readonly string[]): string {
  return parts.join(' ')
}

function imageOf({ id }: PublishRow, { images }: Known): Publishable | undefined {
  return images.find((image) => image.id === id)
}

/** What the image is called where it comes from, without a host: `acme/shop`; '' for one without a name. */
export function sourceOf({ names }: PublishRow): string {
  const [first] = names
  return first === undefined ? '' : splitName(first).repository
}

function basePath(row: PublishRow, known: Known): string {
  const parsed = parseReference(sourceOf(row))
  if (!('problem' in parsed)) return parsed.path.replace(/^library\//, '')
  return labelOf(imageOf(row, known)?.labels ?? {}, 'title')
}

/** The name an account would best put before a repository: of those it has, the one it has now, else its own. */
function owned(path: string, { username }: Target, owners: readonly string[] | undefined): string {
  if (!owners || owners.length === 0 || owners.some((owner) => path.startsWith(`${owner}/`))) return path
  const own = username !== undefined && owners.includes(username) ? username : owners[0]
  return `${own}/${path.split('/').at(-1)}`
}

/** Where an image goes in a registry: as it was typed, else where it went last, else what suits the registry. */
export function pathOf(draft: Draft, target: Target, row: PublishRow, known: Known): string {
  const typed = draft.paths[of(target.key, row.id)]
  if (typed !== undefined) return typed
  const { host, account } = target.place
  const before = known.published
    .find(({ source }) => source === sourceOf(row))
    ?.destinations.find((one) => one.host === host && one.account === account)
  if (before) return before.path
  const rules = { host, kind: target.kind, owner: target.username }
  const path = suitablePath(basePath(row, known), rules)
  return needsOwner(rules) ? owned(path, target, known.owners[target.key]) : path
}

/** A path as its two fields have it. */
export function splitPath(path: string): { owner: string; repository: string } {
  const slash = path.lastIndexOf('/')
  return { owner: path.slice(0, Math.max(0, slash)), repository: path.slice(slash + 1) }
}

export function joinPath(owner: string, repository: string): string {
  return owner.trim() === '' ? repository : `${owner}/${repository}`
}

/** Tags the image has where it comes from, the most telling first. */
function ownTags(row: PublishRow): string[] {
  const source = sourceOf(row)
  return row.names.map(splitName).flatMap(({ repository, tag }) => (repository === source && tag !== '' ? [tag] : []))
}

export function versionOf(draft: Draft, row: PublishRow, known: Known): string {
  return draft.versions[row.id] ?? proposedVersion(row, known)
}

function proposedVersion(row: PublishRow, known: Known): string {
  const [first] = ownTags(row)
  const label = labelOf(imageOf(row, known)?.labels ?? {}, 'version')
  if (first !== undefined && first !== 'latest') return first
  return isTag(label) ? label : (first ?? '')
}

/** What all targets have under the paths of an image: a shortcut moves only where nothing newer has it. */
function tagsThere(draft: Draft, targets: readonly Target[], row: PublishRow, known: Known): TagThere[] {
  const all = new Map<string, TagThere>()
  for (const target of targets) {
    const there = known.there[of(target.key, pathOf(draft, target, row, known))]
    for (const tag of there?.tags ?? []) if (!all.has(tag)) all.set(tag, { tag, digest: `?${tag}`, created: 0 })
    for (const named of there?.named ?? []) all.set(named.tag, named)
  }
  return [...all.values()]
}

export interface TagChoice extends Shortcut {
  readonly on: boolean
}

/** Every other tag an image may get, with whether it does. */
export function choicesOf(draft: Draft, targets: readonly Target[], row: PublishRow, known: Known): TagChoice[] {
  const version = versionOf(draft, row, known)
  const there = tagsThere(draft, targets, row, known)
  // Another version that is typed goes in place of the one proposed, not beside it.
  const own = ownTags(row).filter((tag) => tag !== proposedVersion(row, known))
  const shortcuts = shortcutsOf(version, there)
  const others = [...own, ...(draft.extra[row.id] ?? [])].filter(
    (tag, index, all) => all.indexOf(tag) === index && tag !== version && !shortcuts.some((one) => one.tag === tag),
  )
  const typed = draft.extra[row.id] ?? []
  return [...shortcuts, ...others.map((tag): Shortcut => ({ tag, follows: undefined, newer: undefined }))].map(
    (shortcut) => {
      const { tag, newer } = shortcut
      const has = own.includes(tag) || typed.includes(tag)
      // What follows a line of versions is taken along where it is followed already; the default label, where it was had.
      const proposed = newer === undefined && (has || (tag !== 'latest' && there.some((one) => one.tag === tag)))
      return { ...shortcut, on: draft.ticks[of(row.id, tag)] ?? proposed }
    },
  )
}

/** Every tag an image gets, its version first. */
export function tagsOf(draft: Draft, targets: readonly Target[], row: PublishRow, known: Known): string[] {
  const others = choicesOf(draft, targets, row, known).filter(({ on }) => on)
  return [versionOf(draft, row, known), ...others.map(({ tag }) => tag)]
}

/** The tags to ask a repository about before it is known what it has. */
export function askedTags(draft: Draft, row: PublishRow, known: Known): string[] {
  const version = versionOf(draft, row, known)
  const shortcuts = shortcutsOf(version, []).map(({ tag }) => tag)
  const all = [version, ...shortcuts, ...ownTags(row), ...(draft.extra[row.id] ?? []), 'latest']
  return [...new Set(all)].filter(isTag)
}

/** What becomes of one tag. */
export interface TagMove {
  readonly row: PublishRow
  readonly path: string
  readonly tag: string
  readonly name: string
  /** `new`: nobody has it. `same`: this very image has it. `moves`: from the image `there` describes. */
  readonly type: 'new' | 'same' | 'moves'
  readonly there?: TagThere | undefined
  /** Under which name the former image stays: one it has already (`alias`), or one it gets. */
  readonly alias?: string | undefined
  readonly keepAs?: string | undefined
  readonly choice: MoveChoice
}

/** The name a former image gets when its tag moves on: its own version where that is free, else a dated one. */
function keptTag({ tag, version }: TagThere, taken: readonly string[], date: Date): string {
  const own = version !== undefined && isTag(version) && version !== tag && !taken.includes(version)
  return own ? version : splitName(datedName(`x:${tag}`, date)).tag
}

export function nameAt({ place: { host } }: Target, path: string, tag: string): string {
  const name = `${host}/${path}:${tag}`
  return normaliseName(name) ?? name
}

/** What happens to every tag at one target. `plan`: what the registry says of this very image there. */
export function movesAt(
  draft: Draft,
  situation: Situation & { readonly target: Target },
  plan: Plan | undefined,
): TagMove[] {
  // One image may have several of the tags that move: one name that it keeps is enough for it.
  const kept = new Map<string, string>()
  return situation.rows.flatMap((row) =>
    rowMoves(draft, situation, row, plan).map((move): TagMove => {
      const digest = move.there?.digest ?? ''
      const { keepAs, ...rest } = move
      const alias = kept.get(`${move.path} ${digest}`)
      if (keepAs !== undefined && alias !== undefined) return { ...rest, alias }
      if (keepAs !== undefined && move.choice === 'keep') kept.set(`${move.path} ${digest}`, keepAs)
      return move
    }),
  )
}

function rowMoves(
  draft: Draft,
  { target, targets, known, date }: Situation & { readonly target: Target },
  row: PublishRow,
  plan: Plan | undefined,
): TagMove[] {
  const path = pathOf(draft, target, row, known)
  const there = known.there[of(target.key, path)]
  const planned = plan?.images.find(({ id }) => id === row.id)
  const tags = tagsOf(draft, targets, row, known)
  return tags.map((tag): TagMove => {
    const name = nameAt(target, path, tag)
    const named = there?.named.find((one) => one.tag === tag)
    const same = planned?.names.some((one) => one.name === name && one.same) ?? false
    const choice = draft.moves[of(target.key, name)] ?? 'keep'
    const move = { row, path, tag, name, there: named, choice }
    if (!named || same) return { ...move, type: named ? 'same' : 'new' }
    // An alias that moves as well keeps nothing.
    const alias = named.alias !== undefined && !tags.includes(named.alias) ? named.alias : undefined
    const taken = [...(there?.tags ?? []), ...tags]
    return { ...move, type: 'moves', ...(alias === undefined ? { keepAs: keptTag(named, taken, date) } : { alias }) }
  })
}

export interface Situation {
  readonly targets: readonly Target[]
  readonly rows: readonly PublishRow[]
  readonly known: Known
  readonly date: Date
}

/** The images that go, each with its names at one target. */
export function wantedAt(
  draft: Draft,
  situation: Situation & { readonly target: Target },
  plan: Plan | undefined,
): Wanted[] {
  const moves = movesAt(draft, situation, plan)
  return situation.rows.map((row) => ({
    id: row.id,
    names: moves
      .filter((move) => move.row === row && !(move.type === 'moves' && move.choice === 'leave'))
      .map(({ name, path, choice, keepAs }) =>
        choice === 'keep' && keepAs !== undefined ? { name, keepAs: nameAt(situation.target, path, keepAs) } : { name },
      ),
    ...labelsOf(draft, row),
  }))
}

function labelsOf(draft: Draft, row: PublishRow): Pick<Wanted, 'labels'> {
  const typed = Object.entries(draft.labels[row.id] ?? {}).filter(([, text]) => text.trim() !== '')
  return typed.length === 0 ? {} : { labels: Object.fromEntries(typed) }
}

/** Who will see a repository, as far as that is known, and what has to be done or said before. */
export interface Seeing {
  readonly standing: Standing
  /** Chosen, or proposed, for a repository that this app makes. */
  readonly create?: VisibilityChoice | undefined
  /** It becomes public by being sent to, and nobody has said yet that it may. */
  readonly unsaid: boolean
}

export function seeingOf(draft: Draft, target: Target, path: string, known: Known): Seeing | undefined {
  const standing = known.standing[of(target.key, path)]
  if (!standing) return undefined
  if (standing.exists === true) return { standing, unsaid: false }
  const { creation } = standing
  const agreed = draft.agreed.has(of(target.key, path))
  if (creation.by === 'push')
    return { standing, unsaid: standing.exists === false && creation.visibility === 'public' && !agreed }
  if (creation.by === 'hand' || standing.exists !== false) return { standing, unsaid: false }
  // Few see it unless somebody says otherwise; what can only be public is said so as well.
  const create =
    draft.visibility[of(target.key, path)] ?? (creation.choices.includes('private') ? 'private' : undefined)
  return { standing, create, unsaid: create === undefined }
}

/** What is asked of the host for one target. */
export function destinationAt(
  draft: Draft,
  situation: Situation & { readonly target: Target },
  plan: Plan | undefined,
): PublishDestination {
  const { target, rows, known } = situation
  const { host, account } = target.place
  const paths = [...new Set(rows.map((row) => pathOf(draft, target, row, known)))]
  return {
    to: { host, ...(account === undefined ? {} : { account }) },
    images: wantedAt(draft, situation, plan),
    create: paths.flatMap((path) => {
      const visibility = seeingOf(draft, target, path, known)?.create
      return visibility === undefined ? [] : [{ path, visibility }]
    }),
  }
}

/** Names two of the images would both get at one target. */
export function clashesAt(draft: Draft, situation: Situation & { readonly target: Target }): string[] {
  const { rows, target, targets, known } = situation
  const names = rows.flatMap((row) => {
    const path = pathOf(draft, target, row, known)
    return [...new Set(tagsOf(draft, targets, row, known))].map((tag) => nameAt(target, path, tag))
  })
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

/** Whether the names as they are could be sent, whatever the registry says of them. */
export function isSoundAt(draft: Draft, situation: Situation & { readonly target: Target }): boolean {
  const { rows, target, targets, known } = situation
  const { host } = target.place
  return (
    rows.every(
      (row) =>
        judgePath(pathOf(draft, target, row, known), { host, kind: target.kind }) === undefined &&
        tagsOf(draft, targets, row, known).every((tag) => judgeTag(tag) === undefined),
    ) && clashesAt(draft, situation).length === 0
  )
}

/** What is to be proposed the next time, repository by repository. */
export function publishedBy(draft: Draft, { targets, rows, known }: Situation): Published[] {
  const bySource = Map.groupBy(
    rows.filter((row) => sourceOf(row) !== ''),
    sourceOf,
  )
  return [...bySource].flatMap(([source, [row]]) => {
    if (!row) return []
    const destinations = targets.map((target) => {
      const { host, account } = target.place
      return { host, ...(account === undefined ? {} : { account }), path: pathOf(draft, target, row, known) }
    })
    return [{ source, destinations }]
  })
}

/** The targets that all images went to last; [] where they went nowhere, or not together. */
export function lastTargets(targets: readonly Target[], rows: readonly PublishRow[], { published }: Known): Target[] {
  const fitting = targets.filter(({ place }) =>
    rows.every((row) =>
      published
        .find(({ source }) => source === sourceOf(row))
        ?.destinations.some(({ host, account }) => host === place.host && account === place.account),
    ),
  )
  return rows.length === 0 ? [] : fitting
}

export function targetOf(place: RegistryPlace, kind: RegistryKind | undefined, username: string | undefined): Target {
  return { key: placeKey(place), place, kind: kind ?? 'distribution', username }
}
