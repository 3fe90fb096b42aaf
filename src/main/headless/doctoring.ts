import { basename, resolve } from 'node:path'
import type { Diagnosis, SavedImage } from '../../shared/contract-doctor.ts'
import { findingSentence } from '../../shared/doctor-sentences.ts'
import type { Language } from '../../shared/error-sentences.ts'
import { describePatient } from '../doctor/describe.ts'
import { savedImages } from '../doctor/source.ts'
import { platformText } from '../format/documents.ts'
import { copyCommand } from './copying.ts'
import { language } from './language.ts'
import { type Options, print, usage } from './options.ts'

/** `doctor`: what of a damaged file can be saved, and a file of that. */

const WORDS: Record<Language, Record<SavedImage['state'] | SavedImage['layers'][number]['state'], string>> = {
  en: {
    whole: 'whole',
    reparable: 'reparable',
    broken: 'broken',
    elsewhere: 'from elsewhere',
    unproven: 'not comparable',
    bad: 'damaged',
    cut: 'cut off',
    missing: 'missing',
  },
  fr: {
    whole: 'entière',
    reparable: 'réparable',
    broken: 'abîmée',
    elsewhere: 'venant d’ailleurs',
    unproven: 'sans comparaison possible',
    bad: 'abîmée',
    cut: 'coupée',
    missing: 'absente',
  },
}

const UNITS = [
  ['byte', 1],
  ['kilobyte', 1e3],
  ['megabyte', 1e6],
  ['gigabyte', 1e9],
] as const

function sizeText(bytes: number, words: Language): string {
  const [unit, one] = UNITS.findLast(([, least]) => bytes >= least) ?? ['byte', 1]
  return new Intl.NumberFormat(words, {
    style: 'unit',
    unit,
    maximumFractionDigits: unit === 'gigabyte' ? 1 : 0,
  }).format(bytes / one)
}

function* imageLines({ names, id, platform, state, layers }: SavedImage, words: Language): Generator<string> {
  yield `${WORDS[words][state].padEnd(10)} ${names.join(' ') || id.slice(7, 19)}  ${platformText(platform)}`
  for (const [index, layer] of layers.entries()) {
    if (layer.state === 'whole' && layer.from === undefined) continue
    const size = layer.size === undefined ? undefined : sizeText(layer.size, words)
    const about = [layer.diffId ?? layer.digest, size, layer.from, layer.command]
    yield `  ${index + 1}/${layers.length} ${[WORDS[words][layer.state], ...about].filter((part) => part).join('  ')}`
  }
}

function tell({ images, findings }: Diagnosis): void {
  const words = language()
  for (const image of images) for (const line of imageLines(image, words)) print(line)
  for (const finding of findings) print(findingSentence(finding, words, (bytes) => sizeText(bytes, words)))
}

/** @returns the exit status: 0 where nothing is wrong, or all that could be saved was written */
export async function doctor(path: string, options: Options, signal: AbortSignal): Promise<number> {
  const { output, places, json } = options
  const patient = await places.patient(path, signal)
  const diagnosis = describePatient(patient)
  if (json) print(diagnosis)
  else tell(diagnosis)
  if (output === undefined) return diagnosis.sound ? 0 : 1
  if (savedImages(patient).length === 0) return 1
  if (resolve(output) === resolve(path))
    throw usage(`“${basename(output)}” is the file itself: the doctor never changes it`)
  await copyCommand(`doctor:${path}`, `archive:${output}`, options, signal)
  return 0
}
