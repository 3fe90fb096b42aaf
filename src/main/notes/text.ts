import {
  BESIDE,
  type DeliveryNote,
  groupedFingerprint,
  type NoteImage,
  type NotePlatform,
} from '../../shared/delivery-note.ts'
import type { Language } from '../../shared/error-sentences.ts'
import { type System, shellWord, stepsFor } from './commands.ts'
import { layersElsewhere } from './note.ts'
import { counted, filled, type NoteWords, sizeText, WORDS } from './words.ts'

/** The note as a person reads it, made from the note alone. */

interface Saying {
  readonly words: NoteWords
  readonly language: Language
  /** Of the dates; the machine's own where none is given. */
  readonly timeZone?: string | undefined
}

export function heading(text: string, line: string): string[] {
  return [text, line.repeat(text.length)]
}

/** What others wrote, on one line: a break in a label must not look like a line of the note. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ')
}

const COLUMN = 16

export function field(name: string, value: string, indent = 3): string {
  return `${' '.repeat(indent)}${name.padEnd(COLUMN)} ${oneLine(value)}`
}

function date(iso: string, { language, timeZone }: Saying, style: 'day' | 'minute'): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return oneLine(iso)
  const options: Intl.DateTimeFormatOptions =
    style === 'day'
      ? { dateStyle: 'long' }
      : { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr' : 'en-GB', { ...options, timeZone }).format(time)
}

function platformLines(platform: NotePlatform, saying: Saying): string[] {
  const { words, language } = saying
  const inFile = new Map(
    platform.layers.flatMap(({ digest, size = 0 }) => (digest === undefined ? [] : [[digest, size]])),
  )
  const size = sizeText(platform.size, language)
  const labels = Object.entries(platform.labels)
  return [
    field(words.platform, platform.platform),
    field(words.config, platform.config),
    ...(platform.manifest === undefined ? [] : [field(words.manifest, platform.manifest)]),
    field(words.size, counted(words.sizeLayers, inFile.size, language, { size })),
    ...(platform.created === undefined ? [] : [field(words.created, date(platform.created, saying, 'day'))]),
    ...labels.map(([name, value], at) => field(at === 0 ? words.labels : '', `${name}=${value}`)),
  ]
}

export function imageTitle({ names }: NoteImage, at: number, words: NoteWords): string {
  return `${at + 1}. ${oneLine(names.join(', ') || words.noName)}`
}

function imageLines(image: NoteImage, at: number, saying: Saying): string[] {
  const { words } = saying
  const index = image.platforms.length > 1 && image.digest !== undefined ? [field(words.index, image.digest)] : []
  return [
    imageTitle(image, at, words),
    ...index,
    ...image.platforms.flatMap((platform) => platformLines(platform, saying)),
    '',
  ]
}

function fileLines({ file }: DeliveryNote, { words, language }: Saying): string[] {
  const number = new Intl.NumberFormat(language)
  return [
    ...heading(words.files, '-'),
    ...(file.parts ?? [file]).flatMap(({ name, size, sha256 }) => [
      oneLine(name),
      field('', filled(words.bytes, { count: number.format(size) })),
      field('SHA-256', sha256),
    ]),
    '',
    filled(words.sums, { sums: oneLine(file.sums) }),
    '',
  ]
}

function systemLines(note: DeliveryNote, system: System, words: NoteWords): string[] {
  const { check, join, decrypt, load, older } = stepsFor(note, system)
  const steps: readonly (readonly [string, readonly string[]])[] = [
    [system === 'windows' ? words.checkWindows : words.check, check],
    [words.join, join],
    [words.decrypt, decrypt],
    [words.loadIt, load],
    [words.oldDocker, older],
  ]
  return [
    words[system],
    ...steps
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([what, lines], at) => [`  ${at + 1}. ${what}`, ...lines.map((line) => `       ${line}`)]),
    '',
  ]
}

function signedLines({ file, made, signer }: DeliveryNote, words: NoteWords): string[] {
  if (!signer) return []
  const [json, signature, key] = [BESIDE.json(file.name), BESIDE.signature(file.name), BESIDE.key(file.name)]
  return [
    ...heading(words.signed, '-'),
    filled(words.signedText, { json, computer: oneLine(made.computer) }),
    `  ${groupedFingerprint(signer.fingerprint)}`,
    words.signedHow,
    `       gpg --import ${shellWord(key)}`,
    `       gpg --verify ${shellWord(signature)} ${shellWord(json)}`,
    '',
  ]
}

/** The delivery note as text. */
export function noteText(note: DeliveryNote, language: Language, timeZone?: string): string {
  const words = WORDS[language]
  const saying: Saying = { words, language, timeZone }
  const { made, file, images } = note
  const elsewhere = layersElsewhere(note)
  const lines = [
    ...heading(words.title, '='),
    oneLine(file.name),
    filled(words.made, {
      date: date(made.at, saying, 'minute'),
      computer: oneLine(made.computer),
      by: oneLine(made.by),
    }),
    counted(words.content, images.length, language, { size: sizeText(file.size, language) }) +
      (file.parts ? `, ${counted(words.parts, file.parts.length, language)}` : ''),
    '',
    ...(elsewhere > 0 ? [counted(words.addOn, elsewhere, language), ''] : []),
    ...heading(words.images, '-'),
    ...images.flatMap((image, at) => imageLines(image, at, saying)),
    ...fileLines(note, saying),
    ...heading(words.load, '-'),
    words.withCaboteur,
    words.where,
    '',
    ...(['linux', 'macos', 'windows'] as const).flatMap((system) => systemLines(note, system, words)),
    ...signedLines(note, words),
  ]
  // Notepad of older Windows knows no other end of a line; everything else reads it as well.
  return lines.map((line) => `${line}\r\n`).join('')
}
