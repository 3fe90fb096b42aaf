/**
 * How hard a password is to guess, as a rough and honest number: people choose words, dates and rows of keys, so a letter of a word
 * counts little and what everybody uses counts once.
 */

export type Strength = 'weak' | 'fair' | 'good' | 'strong'

/** What is tried first, in English and French. */
const COMMON = [
  'password',
  'passwort',
  'passe',
  'motdepasse',
  'secret',
  'admin',
  'welcome',
  'bonjour',
  'soleil',
  'letmein',
  'iloveyou',
  'jetaime',
  'doudou',
  'chouchou',
  'dragon',
  'monkey',
  'football',
  'princess',
  'sunshine',
  'master',
  'shadow',
  'docker',
  'images',
  'caboteur',
  'qwerty',
  'qwertz',
  'azerty',
  'login',
  'user',
  'test',
  'root',
  'changeme',
  'default',
  'january',
  'janvier',
  'summer',
  'winter',
  'printemps',
  'automne',
  'monday',
  'lundi',
  'company',
  'entreprise',
  'marseille',
  'paris',
  'london',
  'france',
  'linux',
  'windows',
]
/** Rows that fingers run along. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
]
/** Bits. */
const KNOWN = 6
const RUN = 4

/** Letters people put for others. */
const FOR_LETTERS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '@': 'a',
  $: 's',
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[01345@$]/g, (letter) => FOR_LETTERS[letter] ?? letter)
}

function isRun(text: string): boolean {
  const lower = text.toLowerCase()
  const back = [...lower].reverse().join('')
  return new Set(lower).size === 1 || ROWS.some((row) => row.includes(lower) || row.includes(back))
}

/** Takes out what counts once as a whole; gives what is left, and how many were taken. */
function withoutKnown(password: string): { left: string; known: number } {
  let left = password
  let known = 0
  // The longest first: what is left of a word tells more than it should.
  for (const word of COMMON.toSorted((one, other) => other.length - one.length)) {
    for (
      let at = plain(left).indexOf(word);
      at >= 0 && plain(left).length === left.length;
      at = plain(left).indexOf(word)
    ) {
      left = left.slice(0, at) + left.slice(at + word.length)
      known += 1
    }
  }
  return { left, known }
}

/** Takes out runs of three and more: of one letter, of the alphabet, of keys. */
function withoutRuns(text: string): { left: string; runs: number } {
  let left = ''
  let runs = 0
  for (let at = 0; at < text.length; ) {
    let length = 1
    while (at + length < text.length && isRun(text.slice(at, at + length + 1))) length += 1
    if (length >= 3) runs += 1
    else left += text.slice(at, at + length)
    at += length
  }
  return { left, runs }
}

/** Bits of one sign that follows others, in words and in a mixture. */
function signBits(sign: string, mixed: boolean): number {
  if (/\p{L}/u.test(sign)) return mixed ? 4 : 2
  if (/\d/.test(sign)) return mixed ? 3.3 : 2.5
  return sign === ' ' ? 1 : 4.5
}

/** About so many bits have to be guessed. */
export function guessBits(password: string): number {
  const { left: rest, known } = withoutKnown(password)
  const { left, runs } = withoutRuns(rest)
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d\s]/u].filter((kind) => kind.test(left)).length
  const signs = [...left].reduce((sum, sign) => sum + signBits(sign, kinds >= 3), 0)
  return signs + known * KNOWN + runs * RUN
}

/** Undefined for none at all. The file can be tried without end, ten thousand times a second by somebody with the machines for it. */
export function strengthOf(password: string): Strength | undefined {
  if (password === '') return undefined
  const bits = guessBits(password)
  if (bits < 30) return 'weak'
  if (bits < 42) return 'fair'
  return bits < 56 ? 'good' : 'strong'
}
