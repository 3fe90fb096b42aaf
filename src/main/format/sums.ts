/** SHA-256 sums as files keep them beside what they are of. */

/** `name` undefined: the sum stands alone, or of what came from a pipe. Sums in lower case. */
export interface Sum {
  readonly name?: string
  readonly sha256: string
}

const HEX = '[0-9a-fA-F]{64}'
/** coreutils and shasum: hash, space, space or `*`, name; a backslash before all says that the name is escaped. Some tools put one space, or a tab. */
const GNU = new RegExp(`^(\\\\?)(${HEX})(?: [ *]|\\s+)(.+)$`)
/** BSD and `sha256sum --tag`; `openssl dgst`, 1 and 3, without the spaces. */
const BSD = new RegExp(`^(\\\\?)SHA(?:2-)?256 ?\\((.+)\\) ?= (${HEX})$`)
/** PowerShell's Get-FileHash. */
const TABLE = new RegExp(`^SHA256\\s+(${HEX})\\s+(\\S.*?)\\s*$`)
/** Also as certutil of Windows 7 has it, byte by byte. */
const BARE = new RegExp(`^(${HEX}|(?:[0-9a-fA-F]{2} ){31}[0-9a-fA-F]{2})$`)

function unescaped(name: string, escaped: boolean): string {
  if (!escaped) return name
  return name.replaceAll(/\\([\\nr])/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? '\\')
}

function sum(sha256: string, name?: string, escaped = false): Sum {
  const lower = sha256.toLowerCase()
  return name === undefined || name === '-' || name === 'stdin'
    ? { sha256: lower }
    : { name: unescaped(name, escaped), sha256: lower }
}

function parsed(line: string): Sum | undefined {
  const [, gnuEscape = '', gnuSum, gnuName] = GNU.exec(line) ?? []
  if (gnuSum !== undefined) return sum(gnuSum, gnuName, gnuEscape !== '')
  const [, bsdEscape = '', bsdName, bsdSum] = BSD.exec(line) ?? []
  if (bsdSum !== undefined) return sum(bsdSum, bsdName, bsdEscape !== '')
  const [, tableSum, tableName] = TABLE.exec(line) ?? []
  if (tableSum !== undefined) return sum(tableSum, tableName)
  const [, bare] = BARE.exec(line) ?? []
  return bare === undefined ? undefined : sum(bare.replaceAll(' ', ''))
}

/** The text of a file of sums: what PowerShell writes by `>` is UTF-16. */
export function sumsText(bytes: Uint8Array): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes)
}

/** The sums of a file of sums; lines that are none are passed over. Names without the folders before them. */
export function parseSums(text: string): Sum[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => parsed(line.replace(/\r$/, '')))
    .filter((found) => found !== undefined)
    .map((found) =>
      found.name === undefined ? found : { ...found, name: found.name.replace(/^.*[/\\](?=[^/\\]+$)/s, '') },
    )
}

/** A line of `sha256sum`: it escapes names with a backslash or a line break, and says so by a backslash in front. */
export function sumLine(sha256: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`
}
