import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { BesideWish } from '../../shared/contract-delivery.ts'
import { AppError } from '../../shared/errors.ts'
import { language } from './language.ts'
import { type Access, Places, type PlatformChoice } from './places.ts'

/** What may be typed beside the places, and how answers are printed. */

export const HELP = `caboteur: carries Docker images from place to place

  caboteur list PLACE [--json]
  caboteur inspect PLACE [--json]
  caboteur verify PLACE [--json]
  caboteur copy FROM TO [--json] [--plan] [--compress none|gzip|zstd|bzip2] [--platform all|OS/ARCH] [--keep-old] [--referrers]
                        [--split SIZE] [--encrypt] [--engine-may-sign-in] [--images-from FILE]
                        [--note [text|json|both]] [--scripts] [--inspection] [--sign] [--computer NAME]
  caboteur join PART FILE [--json]
  caboteur doctor FILE [--with PLACE …] [--output NEW] [--json]
  caboteur serve [--port N] [--root FOLDER …]

PLACE   engine:[IMAGE] | engine@CONTEXT:[IMAGE] | archive:FILE[#IMAGE] | layout:FOLDER[#IMAGE]
        | registry:HOST/REPOSITORY[:TAG|@DIGEST] | doctor:FILE[#IMAGE] (what can be saved of a damaged file)
IMAGE   name[:tag] | name@digest | id

For registries: [--username NAME (--password-stdin | --password-file FILE)] [--ca FILE] [--plain HOST …]
For protected files: (--password-stdin | --password-file FILE) without --username, or --file-password-file FILE beside it

Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled. See docs/command-line.md.
`

const OPTIONS = {
  json: { type: 'boolean' },
  plan: { type: 'boolean' },
  compress: { type: 'string' },
  platform: { type: 'string' },
  'keep-old': { type: 'boolean' },
  referrers: { type: 'boolean' },
  split: { type: 'string' },
  encrypt: { type: 'boolean' },
  'file-password-file': { type: 'string' },
  with: { type: 'string', multiple: true },
  output: { type: 'string' },
  'engine-may-sign-in': { type: 'boolean' },
  'images-from': { type: 'string' },
  note: { type: 'string' },
  scripts: { type: 'boolean' },
  inspection: { type: 'boolean' },
  sign: { type: 'boolean' },
  computer: { type: 'string' },
  username: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  'password-file': { type: 'string' },
  ca: { type: 'string' },
  plain: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const

const METHODS = ['none', 'gzip', 'zstd', 'bzip2'] as const

export interface Options {
  readonly json: boolean
  readonly plan: boolean
  readonly compress: (typeof METHODS)[number] | undefined
  readonly platform: PlatformChoice
  readonly keepOld: boolean
  /** Signatures and the like follow their images. */
  readonly referrers: boolean
  /** Bytes of a part at most. */
  readonly split: number | undefined
  /** The file that is written is protected by the password of files. */
  readonly encrypt: boolean
  /** Places that may have what a damaged file lacks. */
  readonly beside: readonly string[]
  /** The file for what the doctor saved. */
  readonly output: string | undefined
  /** Docker on another computer may be given the registry's sign-in, to send by itself. */
  readonly engineMaySignIn: boolean
  /** A compose file or a list: the images it names. */
  readonly imagesFrom: string | undefined
  /** What is put beside a file. */
  readonly note: BesideWish | undefined
  readonly places: Places
}

export function usage(detail: string): AppError {
  return new AppError('usage', { detail })
}

export function print(value: unknown): void {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values']

function platformOf(text: string | undefined): PlatformChoice {
  if (text === undefined || text === 'all') return text
  const [os, architecture, variant, ...rest] = text.split('/')
  if (!os || !architecture || rest.length > 0)
    throw usage(`--platform ${text}: all, or os/arch, for instance linux/amd64`)
  return { os, architecture, ...(variant ? { variant } : {}) }
}

/** A part smaller than that is a typing error. */
const SMALLEST = 65_536
/** As `split` has them: K is 1,024, KB is 1,000. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, count = '', unit = ''] = /^(\d+)([a-z]*)$/i.exec(text) ?? []
  const size = Number(count) * (UNITS[unit.toLowerCase()] ?? Number.NaN)
  if (!Number.isSafeInteger(size) || size < SMALLEST) throw usage(`--split ${text}: a size, for instance 4000MB or 2G`)
  return size
}

const NOTES = ['text', 'json', 'both'] as const

/** `--note` alone is both. */
function withNote(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    const form = NOTES.find((one) => one === args[at + 1])
    return arg === '--note' && form === undefined ? ['--note', 'both'] : [arg]
  })
}

/** @throws usage */
function besideOf({ note, scripts, inspection, sign, computer }: Values): BesideWish | undefined {
  const form = NOTES.find((one) => one === note)
  if (note !== undefined && !form) throw usage(`--note ${note}: ${NOTES.join(', ')}`)
  if (!form && (sign || computer !== undefined)) throw usage('--sign and --computer are for a note: --note')
  if (sign && form === 'text') throw usage('--sign signs the JSON: --note json, or both')
  if (!form && !scripts && !inspection) return undefined
  return {
    language: language(),
    note: form ?? 'none',
    ...(computer === undefined ? {} : { computer }),
    scripts: scripts === true,
    inspection: inspection === true,
    sign: sign === true,
  }
}

interface Passwords {
  readonly registry?: string
  /** Of protected files. */
  readonly file?: string
}

/** Passwords come on stdin or from a file: arguments are anybody's to read. With `--username` the first is the registry's. */
async function passwordsOf(values: Values, words: readonly string[]): Promise<Passwords> {
  const first = await firstPassword(values)
  const own = values['file-password-file']
  const second = own === undefined ? undefined : await passwordIn(own)
  const forRegistry = values.username !== undefined
  if (!forRegistry && first !== undefined && second !== undefined)
    throw usage('two passwords for files: --file-password-file goes with --username')
  const file = second ?? (forRegistry ? undefined : first)
  if (file === '') throw usage('the password is empty')
  if (file !== undefined && !words.some((word) => word.startsWith('archive:')))
    throw usage('a password needs --username, or a file it is for')
  return {
    ...(forRegistry && first !== undefined ? { registry: first } : {}),
    ...(file === undefined ? {} : { file }),
  }
}

async function firstPassword(values: Values): Promise<string | undefined> {
  const file = values['password-file']
  if (file !== undefined) return await passwordIn(file)
  if (values['password-stdin'] !== true) return undefined
  return oneLine(Buffer.concat(await Array.fromAsync(process.stdin)).toString())
}

async function passwordIn(path: string): Promise<string> {
  return oneLine(await textOf(path))
}

function oneLine(text: string): string {
  return text.replace(/\r?\n$/, '')
}

export async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AppError('file-missing', { path }, { cause: error })
  })
}

async function accessOf(values: Values, words: readonly string[]): Promise<Access> {
  const { registry, file } = await passwordsOf(values, words)
  return {
    ...(values.username === undefined ? {} : { username: values.username }),
    ...(registry === undefined ? {} : { password: registry }),
    ...(file === undefined ? {} : { filePassword: file }),
    ...(values.ca === undefined ? {} : { ca: await textOf(values.ca) }),
    plain: values.plain ?? [],
  }
}

export async function parseOptions(
  args: readonly string[],
): Promise<{ words: string[]; options: Options; help: boolean }> {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args: withNote(args), options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new AppError('usage', { detail: error instanceof Error ? error.message : String(error) }, { cause: error })
  }
  const { values, positionals } = parsed
  const compress = METHODS.find((method) => method === values.compress)
  if (values.compress !== undefined && !compress) throw usage(`--compress ${values.compress}: ${METHODS.join(', ')}`)
  const options: Options = {
    json: values.json === true,
    plan: values.plan === true,
    compress,
    platform: platformOf(values.platform),
    keepOld: values['keep-old'] === true,
    referrers: values.referrers === true,
    split: sizeOf(values.split),
    encrypt: values.encrypt === true,
    beside: values.with ?? [],
    output: values.output,
    engineMaySignIn: values['engine-may-sign-in'] === true,
    imagesFrom: values['images-from'],
    note: besideOf(values),
    places: new Places(await accessOf(values, positionals), values.with),
  }
  return { words: positionals, options, help: values.help === true }
}

/** JSON on one line for programs, or laid out for a person. */
export function show(value: unknown, options: Options): void {
  print(options.json ? value : JSON.stringify(value, undefined, 2))
}
