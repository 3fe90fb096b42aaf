import type { Visibility } from '../../shared/contract-portal.ts'

/** Answers of webs, read as they are: what is not there, or not of its kind, is undefined. */

export function field(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
    value,
  )
}

export function textOf(value: unknown, ...names: readonly string[]): string | undefined {
  const found = field(value, ...names)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** Some registries write numbers as strings. */
export function numberOf(value: unknown, ...names: readonly string[]): number | undefined {
  const found = field(value, ...names)
  const number = typeof found === 'string' && found !== '' ? Number(found) : found
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Milliseconds since the epoch, of a date as JSON has it. */
export function momentOf(value: unknown, ...names: readonly string[]): number | undefined {
  const moment = Date.parse(textOf(value, ...names) ?? '')
  // Go's zero time is how some say "never".
  return Number.isNaN(moment) || moment <= 0 ? undefined : moment
}

export function listOf(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = field(value, ...names)
  return Array.isArray(found) ? found : []
}

export function visibilityOf(value: unknown): Visibility {
  return value === 'public' || value === 'private' || value === 'internal' ? value : 'unknown'
}

export function ifPrivate(value: unknown): Visibility {
  if (typeof value !== 'boolean') return 'unknown'
  return value ? 'private' : 'public'
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** Without what is undefined. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}

/** Parts of an address's path. */
export function segments(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
