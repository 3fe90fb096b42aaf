import { besideOf } from './delivery-note.ts'

/**
 * Files that were cut into parts: our own `name.part-001`, those of `split` (`aa`, `00`) and of 7-Zip (`.001`). All of them are
 * the bytes one after the other: `cat` joins them.
 */

type Alphabet = 'letters' | 'digits'

/** What the name of a part says. */
export interface PartName {
  /** What the whole file is called. */
  readonly base: string
  /** What all names of the set begin with. */
  readonly stem: string
  readonly suffix: string
  /** `counted`: numbers of one width, from 1 (or 0). `split`: as coreutils' `split` goes on. */
  readonly kind: 'counted' | 'split'
}

const EXTENSION = '(?:tar|tgz|tzst|txz|tbz2?|gz|zst|xz|bz2|gpg|pgp|asc)'

/** In the order they are tried: each pattern has the stem, and the suffix. */
const PATTERNS: readonly (readonly [PartName['kind'], RegExp])[] = [
  ['counted', /^(.+\.part-?)(\d{3,})$/i],
  ['split', /^(.+\.part-)([a-z]{2,}|\d{2})$/],
  ['counted', new RegExp(`^(.+\\.${EXTENSION}[.-]?)(\\d{3,})$`, 'i')],
  ['split', new RegExp(`^(.+\\.${EXTENSION}[.-]?)([a-z]{2}|a[a-z]{2}|z[a-z]{3}|zz[a-z]{4})$`)],
  ['split', new RegExp(`^(.+\\.${EXTENSION}[.-]?)(\\d{2})$`)],
  ['split', /^(x)([a-z]{2}|a[a-z]{2}|z[a-z]{3})$/],
]

/** A whole file has these endings, too. `split` comes to them after some hundred parts. */
const AMBIGUOUS: Readonly<Record<string, string>> = { gz: 'gy', xz: 'xy', asc: 'asb' }

/** What two digits go on with after 89. */
const WIDENED = /^9\d{3}$|^99\d{4}$/

/** A part by its name; undefined for the name of a whole file. Whether it is one, its neighbours tell (`setOf`). */
export function partName(name: string): PartName | undefined {
  for (const [kind, pattern] of PATTERNS) {
    const [, stem, suffix] = pattern.exec(name) ?? []
    if (stem !== undefined && suffix !== undefined && AMBIGUOUS[suffix] === undefined)
      return { base: stem.replace(/\.part-?$/i, '').replace(/[.-]$/, ''), stem, suffix, kind }
  }
  return undefined
}

function alphabetOf(suffix: string): Alphabet {
  return /^\d/.test(suffix) ? 'digits' : 'letters'
}

const FIRST: Record<Alphabet, string> = { letters: 'a', digits: '0' }
const LAST: Record<Alphabet, string> = { letters: 'z', digits: '9' }

/** Of a width that was asked for (`split -a 3`), which holds what it holds. Two letters go on as yz, zaaa … zyzz, zzaaaa. */
function isFixed(suffix: string): boolean {
  const last = LAST[alphabetOf(suffix)]
  return suffix.length % 2 === 1 || !suffix.startsWith(last.repeat(suffix.length / 2 - 1))
}

/** The suffix after this one. `split` widens where its first letter would be the last: yz, zaaa; 89, 9000. */
export function nextSuffix(suffix: string, kind: PartName['kind']): string {
  if (kind === 'counted') return String(Number(suffix) + 1).padStart(suffix.length, '0')
  const alphabet = alphabetOf(suffix)
  const [first, last] = [FIRST[alphabet], LAST[alphabet]]
  const leading = suffix.length - suffix.replace(new RegExp(`^${last}+`), '').length
  const letters = [...suffix]
  for (let at = letters.length - 1; at >= 0; at--) {
    const letter = letters[at] ?? first
    if (letter !== last) {
      letters[at] = String.fromCodePoint((letter.codePointAt(0) ?? 0) + 1)
      break
    }
    letters[at] = first
  }
  const next = letters.join('')
  // The first letter behind those that were spent before has become the last one: there is no more room in this width.
  const widens = !isFixed(suffix) && next[leading] === last
  return widens ? next.slice(0, leading + 1) + first.repeat(next.length - leading + 1) : next
}

/** Where a set may begin, the usual one first. */
function firstSuffixes({ suffix, kind }: PartName): readonly string[] {
  if (kind === 'counted') return ['1', '0'].map((one) => one.padStart(suffix.length, '0'))
  const width = isFixed(suffix) ? suffix.length : 2
  return alphabetOf(suffix) === 'digits' ? ['00', '01'] : ['a'.repeat(width)]
}

/** A file in parts, in the order of its bytes. */
export interface FileSet {
  readonly base: string
  /** Names of those that are there. */
  readonly parts: readonly string[]
  /** Names of those that are not, as far as that can be told: gaps, a missing first one, and what the sums name. */
  readonly missing: readonly string[]
}

/** A part as its neighbours have it: 9000 follows 89 where `split` counts, and 8999 anywhere else. */
function partAmong(name: string, around: ReadonlySet<string>): PartName | undefined {
  const part = partName(name)
  return part && WIDENED.test(part.suffix) && around.has(`${part.stem}89`) ? { ...part, kind: 'split' } : part
}

/** A suffix that never comes would be looked for without end. */
const MOST_PARTS = 100_000

/**
 * The set a part belongs to, among the names of its folder. `listed`: names its sums tell of, which may not be there. Undefined
 * where it is a file of its own: a name alone makes no set of `split`.
 */
export function setOf(name: string, folder: readonly string[], listed: readonly string[] = []): FileSet | undefined {
  const around = new Set([...folder, ...listed])
  const own = partAmong(name, around)
  if (!own) return undefined
  const belongs = (other: string): boolean => {
    const suffix = other.startsWith(own.stem) ? other.slice(own.stem.length) : ''
    const before = AMBIGUOUS[suffix]
    if (before !== undefined) return own.kind === 'split' && around.has(own.stem + before)
    const part = partAmong(other, around)
    return part?.stem === own.stem && part.kind === own.kind && alphabetOf(part.suffix) === alphabetOf(own.suffix)
  }
  const there = new Set(folder.filter(belongs))
  const promised = new Set(listed.filter(belongs))
  const possible = firstSuffixes(own)
  const first = possible.toSorted().find((suffix) => there.has(own.stem + suffix)) ?? possible[0] ?? ''
  const telling = own.stem.endsWith('part-') || promised.size > 0
  if (!telling && there.size < 2) return undefined
  const parts: string[] = []
  const missing: string[] = []
  const left = new Set([...there, ...promised])
  for (let suffix = first, count = 0; left.size > 0 && count < MOST_PARTS; suffix = nextSuffix(suffix, own.kind)) {
    const part = own.stem + suffix
    left.delete(part)
    if (there.has(part)) parts.push(part)
    else missing.push(part)
    count += 1
  }
  return { base: own.base, parts, missing }
}

const SUMS_ALONE = /^(?:sha-?256(?:sums?)?|checksums?|hash(?:es)?|sums?)(?:\.(?:txt|sha256))?$/i
const SUMS_OF = /^(.+?)(?:\.sha-?256(?:sums?)?|[._-](?:sha-?256sums?|checksums?))(?:\.txt)?$/i
const OTHER_SUMS = /(?:^|[._-])(?:md5|sha-?(?:1|224|384|512)|b2|blake[23]b?|crc32|sfv)(?:sums?)?(?:\.txt)?$/i

/** A file of SHA-256 sums: `SHA256SUMS`, or one that is named after the file it is of. */
export function isSumsName(name: string): boolean {
  return SUMS_ALONE.test(name) || SUMS_OF.test(name)
}

/** A file of sums of another kind, which are not compared. */
export function isOtherSumsName(name: string): boolean {
  return OTHER_SUMS.test(name)
}

/** What a file of sums is named after: `shop.tar` of `shop.tar.sha256`; its own name where it is named after nothing. */
export function sumsStem(name: string): string {
  return SUMS_ALONE.test(name) ? name : (SUMS_OF.exec(name)?.[1] ?? name)
}

/** A name without what says how the file is made: `shop-1.2` of `shop-1.2.tar.zst`. */
export function withoutEndings(name: string): string {
  return name.replace(new RegExp(`(?:\\.${EXTENSION})+$`, 'i'), '')
}

/** Whether there may be images in a file of this name; what is in it, only its bytes tell. */
export function hasImages(name: string): boolean {
  return !goesWithFiles(name) && (new RegExp(`\\.${EXTENSION}$`, 'i').test(name) || /\.part-/.test(name))
}

/** What goes with a file and is none that images are in. */
export function goesWithFiles(name: string): boolean {
  return isSumsName(name) || isOtherSumsName(name) || besideOf(name) !== undefined || SCRIPT.test(name)
}

const SCRIPT = /^(?:.+\.)?charger\.(?:sh|cmd)$/i

/** Names that were given together, as the files they are of: parts of one file are one; sums, notes and scripts go with what lies beside them. */
export function filesOf(names: readonly string[]): { readonly name: string; readonly beside: readonly string[] }[] {
  const sums = names.filter(goesWithFiles)
  const others = names.filter((name) => !goesWithFiles(name))
  // Nothing beside them: then they stand for what they are of.
  if (others.length === 0) {
    const telling = sums.find((name) => besideOf(name) !== undefined || isSumsName(name)) ?? sums[0]
    return telling === undefined ? [] : [{ name: telling, beside: sums.filter((name) => name !== telling) }]
  }
  const taken = new Set<string>()
  return others.flatMap((name) => {
    if (taken.has(name)) return []
    const parts = setOf(name, others)?.parts ?? [name]
    for (const part of parts) taken.add(part)
    const [first = name, ...rest] = parts
    return [{ name: first, beside: [...rest, ...sums] }]
  })
}
