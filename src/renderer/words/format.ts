import { now } from '../clock.ts'
import type { Language } from './words.ts'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function digitsFor(value: number, step: number): number {
  if (step === 0) return 0
  return value < (step >= 3 ? 100 : 10) ? 1 : 0
}

/** Making a formatter takes far longer than using it, and a long list uses a few thousand: each is made once. */
function once<K extends string | number, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>()
  return (key) => {
    const there = made.get(key)
    if (there !== undefined) return there
    const value = make(key)
    made.set(key, value)
    return value
  }
}

const SPANS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365.25 * 86_400],
  ['month', 30.44 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

function make(language: Language) {
  const sizes = once((step: number) =>
    [0, 1].map(
      (digits) =>
        new Intl.NumberFormat(language, {
          style: 'unit',
          unit: UNITS[step] ?? 'byte',
          unitDisplay: step === 0 ? 'long' : 'short',
          maximumFractionDigits: digits,
        }),
    ),
  )
  const units = once(
    (unit: 'second' | 'minute' | 'hour') =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }),
  )
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' })
  const numbers = new Intl.NumberFormat(language)
  const lists = new Intl.ListFormat(language, { type: 'conjunction' })

  /** Decimal units, as drives are sold: `412 Mo`, `11.4 GB`. */
  const size = (bytes: number): string => {
    let value = Math.max(0, bytes)
    let step = 0
    while (step < UNITS.length - 1 && Number(value.toFixed(digitsFor(value, step))) >= 1000) {
      value /= 1000
      step += 1
    }
    return sizes(step)[digitsFor(value, step)]?.format(value) ?? ''
  }
  const ago = (time: number): string => {
    const seconds = Math.max(0, now() - time) / 1000
    const span = SPANS.find(([, length]) => seconds >= length)
    return span
      ? relative.format(-Math.floor(seconds / span[1]), span[0])
      : relative.format(-Math.floor(seconds), 'second')
  }
  /** `4 s`, `3 min`, `1 h 20 min`: never finer than a person needs. */
  const duration = (seconds: number): string => {
    if (seconds < 60) return units('second').format(Math.max(1, Math.round(seconds)))
    const minutes = Math.round(seconds / 60)
    if (minutes < 60) return units('minute').format(minutes)
    const rest = minutes % 60
    const hours = units('hour').format(Math.floor(minutes / 60))
    return rest === 0 ? hours : `${hours} ${units('minute').format(rest)}`
  }
  return {
    size,
    ago,
    duration,
    date: (time: number) => dates.format(new Date(time)),
    number: (value: number) => numbers.format(value),
    list: (items: readonly string[]) => lists.format(items),
    compare: new Intl.Collator(language, { numeric: true }).compare,
  }
}

export type Formats = ReturnType<typeof make>

/** Numbers, sizes and dates as a person of this language reads them. */
export const formats: (language: Language) => Formats = once(make)

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

/** The last part of a path of either kind of system. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) || path
}
