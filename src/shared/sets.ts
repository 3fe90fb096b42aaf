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
  ['split', /^(.+\.part-)([a-z]{2,})$/],
  ['counted', new RegExp(`^(.+\\.${EXTENSION}\\.)(\\d{3,})$`, 'i')],
  ['split', new RegExp(`^(.+\\.${EXTENSION}[.-]?)([a-z]{2}|z[a-z]{3}|zz[a-z]{4})$`)],
  ['split', new RegExp(`^(.+\\.${EXTENSION}[.-]?)(\\d{2}|9\\d{3}|99\\d{4})$`)],
  ['split', /^(x)([a-z]{2}|z[a-z]{3})$/],
]

/** A whole file has these endings, too. `split` comes to them after some hundred parts. */
const AMBIGUOUS: Readonly<Record<string, string>> = { gz: 'gy', xz: 'xy' }

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
  const widens = next[leading] === last
  return widens ? next.slice(0, leading + 1) + first.repeat(next.length - leading + 1) : next
}

/** Where a set may begin, the usual one first. */
function firstSuffixes({ suffix, kind }: PartName): readonly string[] {
  if (kind === 'counted') return ['1', '0'].map((one) => one.padStart(suffix.length, '0'))
  return alphabetOf(suffix) === 'digits' ? ['00', '01'] : ['aa']
}

/** A file in parts, in the order of its bytes. */
export interface FileSet {
  readonly base: string
  /** Names of those that are there. */
  readonly parts: readonly string[]
  /** Names of those that are not, as far as that can be told: gaps, a missing first one, and what the sums name. */
  readonly missing: readonly string[]
}

/** A suffix that never comes would be looked for without end. */
const MOST_PARTS = 100_000

/**
 * The set a part belongs to, among the names of its folder. `listed`: names its sums tell of, which may not be there. Undefined
 * where it is a file of its own: a name alone makes no set of `split`.
 */
export function setOf(name: string, folder: readonly string[], listed: readonly string[] = []): FileSet | undefined {
  const own = partName(name)
  if (!own) return undefined
  const around = new Set([...folder, ...listed])
  const belongs = (other: string): boolean => {
    const suffix = other.startsWith(own.stem) ? other.slice(own.stem.length) : ''
    const before = AMBIGUOUS[suffix]
    if (before !== undefined) return own.kind === 'split' && around.has(own.stem + before)
    const part = partName(other)
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

/** A file of sums: `SHA256SUMS`, or one that is named after the file it is of. */
export function isSumsName(name: string): boolean {
  return /^(?:sha256sums?|checksums?)(?:\.txt)?$|.\.sha256(?:sum)?$/i.test(name)
}

/** Names that were given together, as the files they are of: parts of one file are one, sums go with what lies beside them. */
export function filesOf(names: readonly string[]): { readonly name: string; readonly beside: readonly string[] }[] {
  const sums = names.filter(isSumsName)
  const others = names.filter((name) => !isSumsName(name))
  // Nothing beside them: then they stand for what they are of.
  if (others.length === 0) return sums.slice(0, 1).map((name) => ({ name, beside: sums.slice(1) }))
  const taken = new Set<string>()
  return others.flatMap((name) => {
    if (taken.has(name)) return []
    const parts = setOf(name, others)?.parts ?? [name]
    for (const part of parts) taken.add(part)
    const [first = name, ...rest] = parts
    return [{ name: first, beside: [...rest, ...sums] }]
  })
}
