/**
 * Tags read as versions, and what a version does to the shortcuts beside it (1.2.3 → 1.2 → 1 → latest). Pure: what comes
 * out is data, with a reason the window can put in words.
 *
 * Read as people tag images, which is semver (https://semver.org) with habits of its own:
 * - one to four numbers (`17`, `22.04`, `1.2.3`, `24.8.4.13`), a leading `v` kept as it is written;
 * - what follows a hyphen is a variant (`alpine3.20`, `fpm-bookworm`), unless it says it is early: `rc`, `beta`, `dev` …,
 *   with a number glued on (`1.23rc1-alpine`, `17beta2`) or apart (`1.2.3-rc.1`);
 * - a tag cannot hold semver's `+build`: `_12`, `-12` and a closing `-r5` are builds of the same version, newer by number
 *   (strict semver would read `-12` as early; of images it is the twelfth build).
 */

export interface Version {
  readonly lead: '' | 'v' | 'V'
  /** As written, `04` stays `04`; most significant first. */
  readonly numbers: readonly string[]
  /** What makes it a pre-release, `rc` and `1`; empty for a release. */
  readonly early: readonly string[]
  /** Numbers of the build, without the sign before them; empty for none. */
  readonly build: readonly string[]
  /** Joined on with `-`: `alpine`; '' for the plain one. */
  readonly variant: string
}

const EARLY =
  'alpha|beta|rc|cr|pre|preview|prerelease|dev|devel|develop|development|snapshot|nightly|canary|edge|next|ea|milestone|unstable'
/** Only with a number: `M5`, `a1`, `b2`. */
const EARLY_SHORT = 'm|a|b'
const EARLY_WORD = new RegExp(`^(?:(?:${EARLY})(?:[.]?\\d+)?(?:[.][0-9a-z]+)*|(?:${EARLY_SHORT})\\d+)$`, 'i')
const CORE = /^([vV]?)(\d{1,18}(?:\.\d{1,18}){0,3})(.*)$/
const GLUED = new RegExp(`^[.]?((?:${EARLY})[.]?\\d*|(?:${EARLY_SHORT})\\d+)(?=$|-)`, 'i')
/** Bare, it needs a letter and a digit to be told from a number and from a word. */
const COMMIT = /^(?:(?:sha-|git-|g)|(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d))[0-9a-f]{7,64}$/
/** What a name keeps when it moves on (`datedName`), with the number that tells two of a minute apart. */
const KEPT = /^(.+)-(\d{8})-(\d{4})(?:-\d+)?$/

/** True for the tag a former image keeps when its own moves on: `1.2-20261120-1430`. It is no version of its own. */
export function isKeptTag(tag: string): boolean {
  const [, , day = '', time = ''] = KEPT.exec(tag) ?? []
  return isDay(day) && isTime(time)
}

/** Reads a tag as a version; undefined for what is none: words, dates, commits, names kept by us. */
export function readVersion(tag: string): Version | undefined {
  if (readDate(tag) || COMMIT.test(tag) || isKeptTag(tag)) return undefined
  const [, lead = '', core = '', rest = ''] = CORE.exec(tag) ?? []
  if (core === '') return undefined
  const glued = GLUED.exec(rest)
  const after = glued ? rest.slice(glued[0].length) : rest
  const underscore = /^_(\d+(?:[._]\d+)*)/.exec(after)
  const tail = underscore ? after.slice(underscore[0].length) : after
  if (tail !== '' && !/^-[A-Za-z0-9]/.test(tail)) return undefined
  const parts = tail === '' ? [] : tail.slice(1).split('-')
  const read = readParts(parts)
  // `git describe`, or a commit behind the version: which of two is newer nobody can tell.
  if (parts.some((part) => COMMIT.test(part))) return undefined
  return {
    lead: lead === 'v' || lead === 'V' ? lead : '',
    numbers: core.split('.'),
    early: [...(glued?.[1] ? words(glued[1]) : []), ...read.early],
    build: [...(underscore?.[1] ?? '').split(/[._]/).filter(Boolean), ...read.build],
    variant: read.variant.join('-'),
  }
}

/** What hyphens part, after the numbers: builds first, then what says it is early; the rest is the variant. */
function readParts(parts: readonly string[]): { early: string[]; build: string[]; variant: string[] } {
  const early: string[] = []
  const build: string[] = []
  const variant = [...parts]
  while (/^\d+$/.test(variant[0] ?? '')) build.push(variant.shift() ?? '')
  const first = variant.findIndex((part) => EARLY_WORD.test(part))
  if (first >= 0) {
    const [word = ''] = variant.splice(first, 1)
    early.push(...words(word))
    // `rc-1` is `rc.1` with another hyphen.
    if (/^\d+$/.test(variant[first] ?? '')) early.push(...variant.splice(first, 1))
  }
  const last = /^r(\d+)$/.exec(variant.at(-1) ?? '')
  if (last?.[1] !== undefined) {
    variant.pop()
    build.push(last[1])
  }
  return { early, build, variant }
}

/** `rc10` as `rc` and `10`: glued on, a number still counts as one. */
function words(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+|\d+/g) ?? []
}

export function isEarly({ early }: Version): boolean {
  return early.length > 0
}

function compareNumbers(one: string, other: string): number {
  const [left, right] = [BigInt(one), BigInt(other)]
  if (left === right) return 0
  return left < right ? -1 : 1
}

function compareLists(
  one: readonly string[],
  other: readonly string[],
  compare: (one: string, other: string) => number,
): number {
  for (const [index, left] of one.entries()) {
    const right = other[index]
    if (right === undefined) return 1
    const order = compare(left, right)
    if (order !== 0) return order
  }
  return one.length < other.length ? -1 : 0
}

/** semver 2.0.0, section 11.4: numbers below words, words by their code units. */
function compareIdentifiers(one: string, other: string): number {
  const [left, right] = [/^\d+$/.test(one), /^\d+$/.test(other)]
  if (left && right) return compareNumbers(one, other)
  if (left !== right) return left ? -1 : 1
  if (one === other) return 0
  return one < other ? -1 : 1
}

/**
 * By semver's precedence (section 11), then by build. Fewer numbers are less said, and come first: 1.2 before 1.2.0. Variants
 * are beside each other, not before: they do not count.
 */
export function compareVersions(one: Version, other: Version): number {
  const numbers = compareLists(one.numbers, other.numbers, compareNumbers)
  if (numbers !== 0) return numbers
  if (isEarly(one) !== isEarly(other)) return isEarly(one) ? -1 : 1
  return (
    compareLists(one.early, other.early, compareIdentifiers) || compareLists(one.build, other.build, compareNumbers)
  )
}

// ---- the cascade ----------------------------------------------------------------------------------------------------

/** A tag of the repository as it is now. `image`: whatever the place knows an image by; the same for the same image. */
export interface TagNow {
  readonly tag: string
  readonly image: string
}

export type TagReason =
  /** It was asked for itself. */
  | { readonly type: 'asked' }
  /** This version is the newest of those the shortcut stands for. `before`: the newest of the others. */
  | { readonly type: 'newest'; readonly before?: string }
  /** The shortcut belongs to `by`, which is newer. */
  | { readonly type: 'newer'; readonly by: string }
  /** What the shortcut names now has no version: which of the two is newer cannot be told from tags. */
  | { readonly type: 'unversioned' }

export interface TagStep {
  readonly tag: string
  readonly action: 'new' | 'move' | 'stay' | 'same'
  /** What the tag names now, where there is such a tag. */
  readonly from?: string
  readonly why: TagReason
}

export interface Cascade {
  /** The tag itself, then its shortcuts, most exact first. */
  readonly steps: readonly TagStep[]
  /** Why there are no shortcuts. */
  readonly alone?: 'early' | 'no-version'
}

function holderOf(tag: string, now: readonly TagNow[]): string | undefined {
  return now.find((one) => one.tag === tag)?.image
}

/** What giving one tag to an image does. */
export function tagStep(tag: string, image: string, now: readonly TagNow[]): TagStep {
  return stepOf(tag, image, holderOf(tag, now), { type: 'asked' })
}

function stepOf(tag: string, image: string, from: string | undefined, why: TagReason): TagStep {
  if (from === undefined) return { tag, action: 'new', why }
  return { tag, action: from === image ? 'same' : 'move', from, why }
}

interface Shortcut {
  readonly tag: string
  /** The versions it stands for begin with these. */
  readonly numbers: readonly string[]
}

function begins({ numbers }: Version, start: readonly string[]): boolean {
  return start.every((part, index) => numbers[index] !== undefined && compareNumbers(part, numbers[index]) === 0)
}

/** The tag that follows the newest of a variant: the bare variant, as the official images have it, or `latest-alpine` where that is the habit here. */
function latestOf(variant: string, now: readonly TagNow[]): string {
  if (variant === '') return 'latest'
  const there = (tag: string): boolean => holderOf(tag, now) !== undefined
  return !there(variant) && there(`latest-${variant}`) ? `latest-${variant}` : variant
}

/** The shortcuts of a release, most exact first. `0` is none: before 1.0 any version may break with the one before. */
function shortcutsOf({ lead, numbers, variant, build }: Version, now: readonly TagNow[]): Shortcut[] {
  const lengths = Array.from({ length: numbers.length - 1 }, (_, index) => numbers.length - 1 - index)
  if (build.length > 0) lengths.unshift(numbers.length)
  const shorter = lengths.map((length) => numbers.slice(0, length))
  const end = variant === '' ? '' : `-${variant}`
  return [
    ...shorter
      .map((start) => ({ tag: `${lead}${start.join('.')}${end}`, numbers: start }))
      .filter(
        ({ tag, numbers: [first, ...rest] }) =>
          rest.length > 0 || !/^0+$/.test(first ?? '') || now.some((one) => one.tag === tag),
      ),
    { tag: latestOf(variant, now), numbers: [] },
  ]
}

function newestFirst<T extends { readonly version: Version }>(versions: readonly T[]): T[] {
  return versions.toSorted((one, other) => compareVersions(other.version, one.version))
}

/**
 * What publishing `image` as `tag` does to that tag and to its shortcuts. A shortcut moves only when this version is the
 * newest of those it stands for among the tags that are there: same first numbers, same variant, no pre-releases.
 */
export function cascade(tag: string, image: string, now: readonly TagNow[]): Cascade {
  const own = tagStep(tag, image, now)
  const version = readVersion(tag)
  if (!version) return { steps: [own], alone: 'no-version' }
  if (isEarly(version)) return { steps: [own], alone: 'early' }
  const versions = now.flatMap((one) => {
    const read = readVersion(one.tag)
    return read ? [{ ...one, version: read }] : []
  })
  const steps = shortcutsOf(version, now).map((shortcut): TagStep => {
    const from = holderOf(shortcut.tag, now)
    const within = versions.filter((one) => one.tag !== shortcut.tag && begins(one.version, shortcut.numbers))
    const rivals = within.filter(
      (one) => one.tag !== tag && !isEarly(one.version) && one.version.variant === version.variant,
    )
    // The shortcut may have been given by hand to what the cascade would not: it does not go back from that, either.
    const held = within.filter((one) => one.image === from)
    const [newest] = newestFirst([...rivals, ...held])
    if (newest && compareVersions(newest.version, version) > 0) {
      const why = { type: 'newer', by: newest.tag } as const
      return { tag: shortcut.tag, action: 'stay', ...(from === undefined ? {} : { from }), why }
    }
    if (from !== undefined && from !== image && held.length === 0)
      return stepOf(shortcut.tag, image, from, { type: 'unversioned' })
    const [before] = newestFirst(rivals)
    return stepOf(shortcut.tag, image, from, { type: 'newest', ...(before ? { before: before.tag } : {}) })
  })
  return { steps: [own, ...steps] }
}

// ---- other ways to tag ----------------------------------------------------------------------------------------------

function isDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8))]
  return (
    /^\d{8}$/.test(text) &&
    year >= 1990 &&
    year < 2200 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= new Date(year, month, 0).getDate()
  )
}

function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/.test(text)
}

/** `20250206`, `20250206-1430`, `2025-02-06`; undefined for what is no date. */
export function readDate(tag: string): { readonly day: string; readonly time?: string } | undefined {
  const [, year = '', month = '', date = '', time] =
    /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[-.T_]?(\d{4}(?:\d{2})?))?$/.exec(tag)?.toSpliced(2, 1) ?? []
  const day = `${year}${month}${date}`
  if (!isDay(day) || (time !== undefined && !isTime(time))) return undefined
  return { day, ...(time === undefined ? {} : { time }) }
}

/** `20250206`, and `20250206-1430`; by the clock of this computer, as kept names are. */
export function dateTags(date: Date): { readonly day: string; readonly minute: string } {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
  return { day, minute: `${day}-${two(date.getHours())}${two(date.getMinutes())}` }
}

/** Where builders write the commit an image was made from: OCI first (image-spec, annotations.md), then those before it. */
const COMMIT_LABELS = [
  'org.opencontainers.image.revision',
  'org.label-schema.vcs-ref',
  'vcs-ref',
  'git-commit',
] as const

/** The commit the labels of an image tell, whole. */
export function commitOf(labels: Readonly<Record<string, string>>): string | undefined {
  return COMMIT_LABELS.map((label) => labels[label]?.trim().toLowerCase() ?? '').find((text) =>
    /^[0-9a-f]{7,64}$/.test(text),
  )
}

/** The version the labels of an image tell, when it can be a tag. */
export function versionOf(labels: Readonly<Record<string, string>>): string | undefined {
  return ['org.opencontainers.image.version', 'org.label-schema.version']
    .map((label) => labels[label]?.trim() ?? '')
    .find((text) => text.length <= 128 && readVersion(text) !== undefined)
}

/** The tag of a commit: its first seven digits, as git shortens it, with the lead this repository uses. */
export function commitTag(commit: string, lead = ''): string | undefined {
  const text = commit
    .trim()
    .toLowerCase()
    .replace(/^(?:sha-|git-)/, '')
  return /^[0-9a-f]{7,64}$/.test(text) ? `${lead}${text.slice(0, 7)}` : undefined
}

/** Those offered; of what is there more are known. */
export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const
const ENVIRONMENT =
  /^(?:(.+)-)?(dev|develop|development|test|testing|qa|int|integration|staging|stage|uat|preprod|prod|production|live)$/

/** `prod`, or `1.2.3-prod` of version 1.2.3. */
export function readEnvironment(tag: string): { readonly environment: string; readonly version?: string } | undefined {
  const [, version, environment] = ENVIRONMENT.exec(tag) ?? []
  if (environment === undefined || (version !== undefined && !readVersion(version))) return undefined
  return { environment, ...(version === undefined ? {} : { version }) }
}

export function environmentTag(environment: string, version?: string): string {
  return version === undefined ? environment : `${version}-${environment}`
}

const BUILD = /^(build[-.]?|b)?(\d{1,15})$/

/** `build-42`, `b42`, `42`. A bare number may as well be a version: the other tags tell (`habitsOf`). */
export function readBuild(tag: string): { readonly lead: string; readonly number: number } | undefined {
  const [, lead = '', number] = BUILD.exec(tag) ?? []
  return number === undefined || readDate(tag) ? undefined : { lead, number: Number(number) }
}

/** The number after the highest there is. */
export function nextBuild(tags: readonly string[], lead: string): string {
  const numbers = tags.map(readBuild).flatMap((build) => (build?.lead === lead ? [build.number] : []))
  return `${lead}${Math.max(0, ...numbers) + 1}`
}

export const STRATEGIES = ['version', 'date', 'commit', 'environment', 'build'] as const
export type Strategy = (typeof STRATEGIES)[number]

/** How a repository is tagged, as its tags tell. */
export interface Habits {
  /** In use, the most used first. */
  readonly strategies: readonly Strategy[]
  /** Of versions: the lead of most, how many numbers the exact ones have, variants by use. */
  readonly lead: Version['lead']
  readonly numbers: number
  readonly variants: readonly string[]
  /** What stands before a commit, `sha-`; before a build number, `build-`. */
  readonly commitLead: string
  readonly buildLead: string
  /** Dates with their minute. */
  readonly minutes: boolean
}

/** The values by how often they come, the most frequent first; of equal ones the first. */
function byUse<T>(values: readonly T[]): T[] {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one).map(([value]) => value)
}

/** Reads the tags of a repository for the way they are given. Without any it is versions of three numbers. */
export function habitsOf(all: readonly string[]): Habits {
  const tags = all.filter((tag) => !isKeptTag(tag))
  const versions = tags.flatMap((tag) => readVersion(tag) ?? [])
  const builds = tags.flatMap((tag) => readBuild(tag) ?? [])
  const dates = tags.flatMap((tag) => readDate(tag) ?? [])
  const commits = tags.filter((tag) => COMMIT.test(tag))
  // Bare numbers alone, and several of them: builds. Beside 1.2 a 1 is a shortcut.
  const counted = builds.length > 2 && versions.every(({ numbers, variant }) => numbers.length === 1 && variant === '')
  const leads = builds.filter(({ lead }) => lead !== '' || counted).map(({ lead }) => lead)
  const uses: Record<Strategy, number> = {
    version: counted ? 0 : versions.length,
    date: dates.length,
    commit: commits.length,
    environment: tags.filter((tag) => readEnvironment(tag)).length,
    build: leads.length,
  }
  const exact = versions.map(({ numbers }) => numbers.length)
  return {
    strategies: STRATEGIES.filter((one) => uses[one] > 0).sort((one, other) => uses[other] - uses[one]),
    lead: byUse(versions.map(({ lead }) => lead))[0] ?? '',
    numbers: counted || exact.length === 0 ? 3 : Math.max(...exact),
    variants: byUse(versions.map(({ variant }) => variant)).filter((variant) => variant !== ''),
    commitLead: byUse(commits.map((tag) => /^(?:sha-|git-)?/.exec(tag)?.[0] ?? ''))[0] ?? '',
    buildLead: byUse(leads)[0] ?? '',
    minutes: dates.some(({ time }) => time !== undefined),
  }
}

/** The versions that may come next: a correction, something new, something that breaks with what was. */
export function nextVersions(tags: readonly string[]): string[] {
  const { lead, numbers } = habitsOf(tags)
  const releases = tags.flatMap((tag) => readVersion(tag) ?? []).filter((version) => !isEarly(version))
  const newest = releases.sort((one, other) => compareVersions(other, one))[0]
  const whole = Array.from({ length: Math.min(numbers, 3) }, (_, index) => newest?.numbers[index] ?? '0')
  if (!newest) return [`${lead}${['1', ...whole.slice(1)].join('.')}`]
  return whole
    .map((_, index) =>
      whole.map((number, at) => (at < index ? number : String(at === index ? BigInt(number) + 1n : 0))),
    )
    .map((parts) => `${lead}${parts.join('.')}`)
    .toReversed()
}
