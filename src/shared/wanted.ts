import {
  type Digest,
  familiar,
  isDigest,
  isProblem,
  parseReference,
  type Reference,
  type ReferenceProblem,
} from './reference.ts'
import { wantedAddress } from './wanted-address.ts'
import { type Command, commandsIn, imageOfCommand } from './wanted-command.ts'

/**
 * What a person types or pastes to say which images they want: names, commands, lines of a Dockerfile or of compose, web
 * addresses, digests, lists of all that. Everything that was meant is found once; what cannot be understood is told.
 */

export type WantedProblem =
  | ReferenceProblem
  /** A command or line that names an image by a variable nobody told. */
  | 'variable'
  /** A command that names no image. */
  | 'command'
  /** A web page that shows no image. */
  | 'page'
  /** The short id of an image: only the Docker that has it knows it. */
  | 'id'
  /** Several words that are no name. */
  | 'words'

export type Meant =
  | {
      readonly type: 'image'
      readonly reference: Reference /** As docker writes it, `linux/arm64`. */
      readonly platform?: string
    }
  /** A digest, and no word of whose it is. */
  | { readonly type: 'digest'; readonly digest: Digest }
  /** Something to look for; `reference`: what it would be as a name. */
  | { readonly type: 'words'; readonly words: string; readonly reference?: Reference }
  | {
      readonly type: 'problem'
      readonly problem: WantedProblem /** The same as it would be right. */
      readonly fix?: string
    }

export interface WantedLine {
  /** The words it was read from. */
  readonly text: string
  readonly meant: Meant
}

const HEX = /^[0-9a-f]{64}$/i
const SHORT_ID = /^(?:sha256:)?[0-9a-f]{12}$/
const DOCKERFILE =
  /^(?:RUN|COPY|ADD|ENV|CMD|ENTRYPOINT|LABEL|EXPOSE|USER|WORKDIR|VOLUME|STOPSIGNAL|HEALTHCHECK|SHELL|ONBUILD|MAINTAINER)\s/
const YAML_IMAGE = /^\s*(?:-\s+)?["']?image["']?\s*:\s*(.*)$/
const YAML_OTHER = /^(?:---|\.\.\.|-\s.*|["']?[\w.$/-]+["']?\s*:(?:\s.*)?|[{}[\]].*)$/
/** A row of `docker images`: repository, tag, short id, age, size. */
const TABLE_ROW = /^(\S+)\s+(\S+)\s+(?:sha256:)?[0-9a-f]{12,64}\s+.*\d/
const TABLE_HEAD = /^REPOSITORY\s+TAG\s+/

function image(reference: Reference, platform?: string): Meant {
  return { type: 'image', reference, ...(platform === undefined ? {} : { platform }) }
}

function problem(of: WantedProblem, fix?: string): Meant {
  return { type: 'problem', problem: of, ...(fix === undefined ? {} : { fix }) }
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text
}

/** What a name means as it stands; without a tag it stays so. */
function named(text: string, platform?: string): Meant {
  const bare = unquoted(text.trim()).replace(/^(?:docker|oci):\/\//, '')
  if (/^https?:\/\//i.test(bare)) return wantedAddress(bare)
  const digest = HEX.test(bare) ? `sha256:${bare.toLowerCase()}` : bare.toLowerCase()
  if (isDigest(digest)) return { type: 'digest', digest }
  if (SHORT_ID.test(bare)) return problem('id')
  if (/[$]|\{\{|<[^>]*>/.test(bare)) return problem('variable')
  const parsed = parseReference(bare)
  if (!isProblem(parsed)) return image(parsed, platform)
  const lower = parsed.problem === 'uppercase' ? parseReference(lowered(bare)) : parsed
  return problem(parsed.problem, isProblem(lower) ? undefined : familiar(lower))
}

/** With the repository in small letters; tags may have large ones. */
function lowered(text: string): string {
  const [name = '', ...digest] = text.split('@')
  const colon = name.lastIndexOf(':')
  const path = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
  return [path.toLowerCase() + name.slice(path.length), ...digest].join('@')
}

/** `${NAME:-default}` and what is known of the rest, put in. */
function filled(text: string, known: ReadonlyMap<string, string>): string {
  const put = (whole: string, name: string, other: string | undefined): string => {
    const value = known.get(name)
    if (value !== undefined && value !== '') return value
    return other === undefined ? whole : other
  }
  return text
    .replaceAll(/\$\{(\w+)(?::?-([^}]*))?\}/g, (whole, name: string, other?: string) => put(whole, name, other))
    .replaceAll(/\$(\w+)/g, (whole, name: string) => put(whole, name, undefined))
}

/** Lines of one paste; what a line said may count in those below it. */
class Reader {
  readonly found: WantedLine[] = []
  /** Something stood there as it is, in no command and no line of a file. */
  bare = false
  readonly #yaml: boolean
  readonly #values = new Map<string, string>()
  readonly #stages = new Set<string>()

  constructor(yaml: boolean) {
    this.#yaml = yaml
  }

  read(line: string): void {
    const text = line.trim()
    if (text === '' || /^(?:#|\/\/)/.test(text) || TABLE_HEAD.test(text)) return
    const commands = commandsIn(text)
    if (commands.length > 0) {
      for (const command of commands) this.#command(command)
    } else if (this.#dockerfile(text) || this.#compose(text)) return
    else this.#listed(text)
  }

  #add(text: string, meant: Meant): void {
    // Said twice, meant once.
    const key = JSON.stringify(meant)
    const twice = meant.type !== 'problem' && this.found.some((one) => JSON.stringify(one.meant) === key)
    if (!twice) this.found.push({ text, meant })
  }

  #command(command: Command): void {
    const { name, platform } = imageOfCommand(command)
    this.#add(command.text, name === undefined ? problem('command') : named(filled(name, this.#values), platform))
  }

  #dockerfile(text: string): boolean {
    const [, name = '', value = ''] = /^ARG\s+(\w+)(?:=(\S+))?/.exec(text) ?? []
    if (name !== '') {
      this.#values.set(name, unquoted(value))
      return true
    }
    const from = /^FROM\s+(?:--platform=(\S+)\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*(?:#.*)?$/i.exec(text)
    if (from) {
      const [, platform, of = '', stage] = from
      // `scratch` is nothing, and a stage is built by the file itself.
      if (of.toLowerCase() !== 'scratch' && !this.#stages.has(of.toLowerCase()))
        this.#add(text, named(filled(of, this.#values), platform?.includes('$') ? undefined : platform))
      if (stage) this.#stages.add(stage.toLowerCase())
      return true
    }
    const copied = /^(?:COPY|ADD)\s.*--from=(\S+)/.exec(text)?.[1]
    if (copied !== undefined && !/^\d+$/.test(copied) && !this.#stages.has(copied.toLowerCase()))
      this.#add(text, named(filled(copied, this.#values)))
    return DOCKERFILE.test(text)
  }

  #compose(text: string): boolean {
    const value = YAML_IMAGE.exec(text)?.[1]
      ?.replace(/\s+#.*$/, '')
      .replace(/,\s*$/, '')
      .trim()
    if (value === undefined || value === '') return this.#yaml && YAML_OTHER.test(text)
    this.#add(text, named(filled(unquoted(value), this.#values)))
    return true
  }

  #listed(text: string): void {
    this.bare = true
    const row = TABLE_ROW.exec(text)
    if (row) {
      const [, repository = '', tag = ''] = row
      this.#add(
        text,
        repository === '<none>' ? problem('id') : named(tag === '<none>' ? repository : `${repository}:${tag}`),
      )
      return
    }
    const bare = text.replace(/\s+(?:#|\/\/).*$/, '').replace(/^(?:[-*•]|\d+[.)])\s+/, '')
    const parts = bare.split(/[\s,;]+/).filter(Boolean)
    const one = parts.length === 1 ? parts[0] : undefined
    if (one !== undefined) this.#add(one, named(one))
    else if (parts.every((part) => /[:/@]/.test(part) || HEX.test(part)))
      for (const part of parts) this.#add(part, named(part))
    else this.#add(bare, problem('words'))
  }
}

/** Lines that a `\` (a shell's, a Dockerfile's), a backtick or `^` (Windows') goes on after, as one. */
function joined(text: string): string[] {
  return text.replaceAll(/(?:\s\\|\s`|\s\^)[ \t]*\r?\n/g, ' ').split(/\r?\n/)
}

/** What one line typed into a field means: plain words are looked for, unless they can only be a name. */
function typed({ text, meant }: WantedLine): Meant {
  if (meant.type === 'problem' && meant.problem === 'words') return { type: 'words', words: text }
  if (meant.type !== 'image' || meant.platform !== undefined) return meant
  const { domain, tag, digest } = meant.reference
  const plain = domain === 'docker.io' && tag === undefined && digest === undefined && !/[./:@]/.test(text)
  return plain ? { type: 'words', words: text, reference: meant.reference } : meant
}

/** Everything wanted in a text, in its order, each once. */
export function readWanted(text: string): WantedLine[] {
  const lines = joined(text)
  const reader = new Reader(lines.some((line) => YAML_IMAGE.test(line)))
  for (const line of lines) reader.read(line)
  const [only, ...others] = reader.found
  if (!only || others.length > 0 || /\n/.test(text.trim())) return reader.found
  // `FROM nginx` and `docker pull nginx` are no search.
  return [reader.bare ? { ...only, meant: typed(only) } : only]
}
