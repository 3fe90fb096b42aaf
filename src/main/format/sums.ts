/** SHA-256 sums as files keep them beside what they are of. */

/** `name` undefined: the sum stands alone, or of what came from a pipe. Sums in lower case. */
export interface Sum {
  readonly name?: string
  readonly sha256: string
}

const HEX = '[0-9a-fA-F]{64}'
/** coreutils and shasum: hash, space, space or `*`, name; a backslash before all says that the name is escaped. */
const GNU = new RegExp(`^(\\\\?)(${HEX}) [ *](.+)$`)
/** BSD and `sha256sum --tag`. */
const BSD = new RegExp(`^(\\\\?)SHA256 \\((.+)\\) = (${HEX})$`)
const BARE = new RegExp(`^(${HEX})$`)

function unescaped(name: string, escaped: boolean): string {
  if (!escaped) return name
  return name.replaceAll(/\\([\\nr])/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? '\\')
}

function parsed(line: string): Sum | undefined {
  const [, gnuEscape = '', gnuSum, gnuName = ''] = GNU.exec(line) ?? []
  if (gnuSum !== undefined)
    return gnuName === '-'
      ? { sha256: gnuSum.toLowerCase() }
      : { name: unescaped(gnuName, gnuEscape !== ''), sha256: gnuSum.toLowerCase() }
  const [, bsdEscape = '', bsdName = '', bsdSum] = BSD.exec(line) ?? []
  if (bsdSum !== undefined) return { name: unescaped(bsdName, bsdEscape !== ''), sha256: bsdSum.toLowerCase() }
  const [, bare] = BARE.exec(line) ?? []
  return bare === undefined ? undefined : { sha256: bare.toLowerCase() }
}

/** The sums of a file of sums; lines that are none are passed over. Names without the folders before them. */
export function parseSums(text: string): Sum[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => parsed(line.replace(/\r$/, '')))
    .filter((sum) => sum !== undefined)
    .map((sum) => (sum.name === undefined ? sum : { ...sum, name: sum.name.replace(/^.*[/\\](?=[^/\\]+$)/s, '') }))
}

/** A line of `sha256sum`: it escapes names with a backslash or a line break, and says so by a backslash in front. */
export function sumLine(sha256: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`
}
