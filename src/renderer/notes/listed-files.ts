import { normaliseName } from '../../shared/reference.ts'

/** Files that are dropped and say which images are meant, instead of having any in them. */

/** A list of names is a page or two; nothing of more bytes is read for one. */
const LARGEST = 4 << 20

const COMPOSE = /\.ya?ml$/i
const TEXT = /\.(?:txt|list|lst)$/i
/** What the app itself writes as text. */
const OURS = /\.(?:note|inspect)\.txt$/i
/** Sums and remarks that lie beside files. */
const SUMS = /(?:sum|sums|sha\d*|md5|checksums?|hash(?:es)?)(?:\.txt)$/i

export interface DroppedList {
  readonly file: File
  /** A `.env` that was dropped together with it. */
  readonly env?: File
}

/** Whether most lines of a text are names of images: any text may be called `.txt`. */
function isList(text: string): boolean {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
  const names = lines.filter(
    (line) => normaliseName(line.replace(/^(?:[-*]\s+|(?:docker|podman)\s+pull\s+)/, '')) !== undefined,
  )
  return names.length > lines.length / 2
}

/** A compose file or a list of names among what was dropped, where nothing else was. */
export async function droppedList(files: readonly File[]): Promise<DroppedList | undefined> {
  const env = files.find(({ name }) => /^(?:.+)?\.env$/i.test(name))
  const [file, ...others] = files.filter((one) => one !== env)
  if (!file || others.length > 0 || file.size > LARGEST) return undefined
  if (OURS.test(file.name) || SUMS.test(file.name)) return undefined
  if (!COMPOSE.test(file.name) && !(TEXT.test(file.name) && isList(await file.text()))) return undefined
  return { file, ...(env && env.size <= LARGEST ? { env } : {}) }
}
