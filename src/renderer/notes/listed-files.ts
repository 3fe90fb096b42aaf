/** Files that are dropped and say which images are meant, instead of having any in them. */

/** A list of names is a page or two; nothing of more bytes is read for one. */
const LARGEST = 4 << 20

const LIST = /\.(?:ya?ml|txt|list|lst)$/i
/** What the app itself writes as text. */
const OURS = /\.(?:note|inspect)\.txt$/i
/** Sums and remarks that lie beside files. */
const SUMS = /(?:sum|sums|sha\d*|md5|checksums?|hash(?:es)?)(?:\.txt)$/i

export interface DroppedList {
  readonly file: File
  /** A `.env` that was dropped together with it. */
  readonly env?: File
}

/** A compose file or a list among what was dropped, where nothing else was. */
export function droppedList(files: readonly File[]): DroppedList | undefined {
  const env = files.find(({ name }) => /^(?:.+)?\.env$/i.test(name))
  const [file, ...others] = files.filter((one) => one !== env)
  if (!file || others.length > 0 || file.size > LARGEST) return undefined
  if (!LIST.test(file.name) || OURS.test(file.name) || SUMS.test(file.name)) return undefined
  return { file, ...(env && env.size <= LARGEST ? { env } : {}) }
}
