import type { DeliveryNote } from '../../shared/delivery-note.ts'

/** What a person types, by system, to check, join, open and load a file without this app. */

export type System = 'linux' | 'macos' | 'windows'

/** A word of a POSIX shell; plain where it may be. Never read as an option. */
export function shellWord(text: string): string {
  const safe = text.startsWith('-') ? `./${text}` : text
  return /^[\w./,:=@%+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}

/** A word typed in the Command Prompt. No name of Windows' has a quotation mark. */
export function promptWord(text: string): string {
  return `"${text}"`
}

/** What a protected file is called once it is open. */
export function openedName(name: string): string {
  const opened = name.replace(/\.(?:gpg|pgp|asc)$/i, '')
  return opened === name ? `${name}.tar` : opened
}

/** The parts as a shell sees them in order: by name 1000 would come before 999. */
function partsPattern(name: string, parts: readonly { readonly name: string }[]): string {
  const stem = shellWord(`${name}.part-`)
  const widths = [...new Set(parts.map((part) => part.name.length - name.length - '.part-'.length))]
  return widths.length === 1 ? `${stem}*` : widths.map((width) => `${stem}${'?'.repeat(width)}`).join(' ')
}

/** A line of the Command Prompt has 8,191 characters at most. */
const LINE = 7000

/** `copy /b` of parts into a file, as many lines as it takes; a first source that is the target is added to. */
export function copyLines(parts: readonly string[], target: string): string[] {
  const lines: string[] = []
  let sources: string[] = []
  const line = (): string => `copy /b ${sources.join('+')} ${target}`
  for (const part of parts) {
    if (sources.length > 0 && line().length + part.length + 1 > LINE) {
      lines.push(line())
      sources = [target]
    }
    sources.push(part)
  }
  return [...lines, line()]
}

export interface Steps {
  readonly check: readonly string[]
  readonly join: readonly string[]
  readonly decrypt: readonly string[]
  readonly load: readonly string[]
  /** With an older Docker. */
  readonly older: readonly string[]
}

const SUMS: Readonly<Record<Exclude<System, 'windows'>, string>> = { linux: 'sha256sum -c', macos: 'shasum -a 256 -c' }

export function stepsFor({ file }: DeliveryNote, system: System): Steps {
  const word = system === 'windows' ? promptWord : shellWord
  const image = file.protected ? openedName(file.name) : file.name
  const pieces = file.parts ?? [file]
  const names = pieces.map(({ name }) => word(name))
  const join =
    system === 'windows'
      ? copyLines(names, word(file.name))
      : [`cat ${partsPattern(file.name, pieces)} > ${word(file.name)}`]
  return {
    check:
      system === 'windows'
        ? names.map((name) => `certutil -hashfile ${name} SHA256`)
        : [`${SUMS[system]} ${word(file.sums)}`],
    join: file.parts ? join : [],
    decrypt: file.protected ? [`gpg -o ${word(image)} -d ${word(file.name)}`] : [],
    load: [`docker load -i ${word(image)}`],
    older: file.compression === 'zstd' ? [`zstd -dc ${word(image)} | docker load`] : [],
  }
}
