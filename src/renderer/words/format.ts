import { now } from '../clock.ts'
import type { Language } from './words.ts'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function digitsFor(value: number, step: number): number {
  if (step === 0) return 0
  return value < (step >= 3 ? 100 : 10) ? 1 : 0
}

/** Decimal units, as drives are sold: `412 Mo`, `11.4 GB`. */
function size(language: Language, bytes: number): string {
  let value = Math.max(0, bytes)
  let step = 0
  while (step < UNITS.length - 1 && Number(value.toFixed(digitsFor(value, step))) >= 1000) {
    value /= 1000
    step += 1
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digitsFor(value, step),
  }).format(value)
}

const SPANS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365.25 * 86_400],
  ['month', 30.44 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

function ago(language: Language, time: number): string {
  const seconds = Math.max(0, now() - time) / 1000
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const span = SPANS.find(([, length]) => seconds >= length)
  return span ? format.format(-Math.floor(seconds / span[1]), span[0]) : format.format(-Math.floor(seconds), 'second')
}

function unit(language: Language, value: number, name: 'second' | 'minute' | 'hour'): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value)
}

/** `4 s`, `3 min`, `1 h 20 min`: never finer than a person needs. */
function duration(language: Language, seconds: number): string {
  if (seconds < 60) return unit(language, Math.max(1, Math.round(seconds)), 'second')
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return unit(language, minutes, 'minute')
  const rest = minutes % 60
  const hours = unit(language, Math.floor(minutes / 60), 'hour')
  return rest === 0 ? hours : `${hours} ${unit(language, rest, 'minute')}`
}

/** Numbers, sizes and dates as a person of this language reads them. */
export function formats(language: Language) {
  return {
    size: (bytes: number) => size(language, bytes),
    ago: (time: number) => ago(language, time),
    duration: (seconds: number) => duration(language, seconds),
    date: (time: number) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(time)),
    number: (value: number) => new Intl.NumberFormat(language).format(value),
    list: (items: readonly string[]) => new Intl.ListFormat(language, { type: 'conjunction' }).format(items),
    compare: new Intl.Collator(language, { numeric: true }).compare,
  }
}

export type Formats = ReturnType<typeof formats>

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

/** The last part of a path of either kind of system. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) || path
}
