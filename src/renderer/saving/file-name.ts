import type { CopyRequest } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'

export type SaveMethod = NonNullable<CopyRequest['compress']>['method']

export const EXTENSIONS: Record<SaveMethod, string> = {
  none: '.tar',
  gzip: '.tar.gz',
  zstd: '.tar.zst',
  bzip2: '.tar.bz2',
}

/** Letters, digits, `.`, `_` and `-`: fits every file system, FAT32 included. */
function plain(text: string): string {
  return text.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
}

function withoutDomain(repository: string): string {
  const slash = repository.indexOf('/')
  const first = repository.slice(0, slash)
  return slash > 0 && (first === 'localhost' || /[.:]/.test(first)) ? repository.slice(slash + 1) : repository
}

/** The tag that says most: a version rather than `latest`, 2.4.1 rather than 2.4. */
function tellingTag(names: readonly string[], repository: string): string {
  const tags = names.map(splitName).flatMap((name) => (name.repository === repository ? [name.tag] : []))
  const versions = tags.filter((tag) => tag !== 'latest')
  return versions.sort((left, right) => right.length - left.length)[0] ?? tags[0] ?? ''
}

/** How the day stands behind a name. */
export const DATE_FORMS = ['dash', 'underscore', 'minute', 'none'] as const
export type DateForm = (typeof DATE_FORMS)[number]

function dated(date: Date, form: DateForm): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const forms: Readonly<Record<DateForm, string>> = {
    dash: `-${day}`,
    underscore: `_${day}`,
    minute: `_${day}_${two(date.getHours())}${two(date.getMinutes())}`,
    none: '',
  }
  return forms[form]
}

interface Suggestion {
  /** Names of each image that is saved. */
  images: readonly (readonly string[])[]
  date: Date
  form?: DateForm
  method: SaveMethod
  /** By a password. */
  protects?: boolean
  /** How several are called: `first-and-2`. */
  several: (first: string, others: number) => string
}

/** A file name from what is inside and the day: `acme-boutique-2.4.1-2026-11-20.tar.zst`. */
export function suggestedFile({ images, date, form = 'dash', method, protects = false, several }: Suggestion): string {
  const named = images.find((names) => names.length > 0) ?? []
  const repository = splitName(named[0] ?? 'image').repository
  const first = plain(withoutDomain(repository)) || 'image'
  const tag = plain(tellingTag(named, repository))
  const single = tag === '' ? first : `${first}-${tag}`
  const what = images.length > 1 ? plain(several(first, images.length - 1)) : single
  return `${what}${dated(date, form)}${endingOf(method, protects)}`
}

function endingOf(method: SaveMethod, protects: boolean): string {
  return EXTENSIONS[method] + (protects ? '.gpg' : '')
}

/** The same name with the extension of another compression or protection; a name of the person's own keeps its stem. */
export function withExtension(file: string, method: SaveMethod, protects = false): string {
  return file.replace(/(?:\.tar(?:\.(?:gz|zst|bz2))?|\.tgz)?(?:\.(?:gpg|pgp))?$/i, '') + endingOf(method, protects)
}

/** Joins as the host's own paths do. */
export function joinPath(folder: string, file: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return folder.endsWith(separator) ? folder + file : folder + separator + file
}

export type FileProblem = 'save.nameEmpty' | 'save.nameSlash'

/** What is wrong with a file name, as the key of a sentence. */
export function nameProblem(file: string): FileProblem | undefined {
  if (file.trim() === '') return 'save.nameEmpty'
  return /[\\/]/.test(file) ? 'save.nameSlash' : undefined
}
