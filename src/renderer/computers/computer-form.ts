import type { Computer } from '../../shared/contract.ts'
import type { ErrorCode } from '../../shared/errors.ts'

export type SignIn = Computer['signIn']['type']
export type Field = 'host' | 'port' | 'user' | 'path' | 'password'

/** The fields as typed. */
export interface ComputerForm {
  readonly name: string
  readonly host: string
  readonly port: string
  readonly user: string
  readonly signIn: SignIn
  readonly path: string
  readonly password: string
}

export const EMPTY_FORM: ComputerForm = {
  name: '',
  host: '',
  port: '',
  user: '',
  signIn: 'usual',
  path: '',
  password: '',
}

/** What was typed for a computer, to change it; its password stays where it is. */
export function formOf({ name, host, port, user, signIn }: Computer): ComputerForm {
  return {
    name: name === host ? '' : name,
    host,
    port: port === undefined ? '' : String(port),
    user: user ?? '',
    signIn: signIn.type,
    path: signIn.type === 'key' ? signIn.path : '',
    password: '',
  }
}

/** An address pasted whole, `ssh://lea@nas.local:2222`, goes into its fields. */
export function withAddress(form: ComputerForm, typed: string): ComputerForm {
  const text = typed.trim().replace(/^ssh:\/\//, '')
  const parts = /^(?:([^@\s]+)@)?(\[[^\]]+\]|[^@:\s/]+)(?::(\d+))?\/?$/.exec(text)
  const [, user, host, port] = parts ?? []
  if (host === undefined) return { ...form, host: text }
  return { ...form, host: host.replace(/^\[|\]$/g, ''), user: user ?? form.user, port: port ?? form.port }
}

export type FieldProblem =
  | 'computer.hostEmpty'
  | 'computer.hostWrong'
  | 'computer.portWrong'
  | 'computer.userWrong'
  | 'computer.pathEmpty'
  | 'computer.passwordEmpty'

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}

/** The first thing that is wrong with a form. `kept`: what opens this very door is there already, an empty field leaves it. */
export function problemOf(form: ComputerForm, kept: boolean): { field: Field; problem: FieldProblem } | undefined {
  const host = form.host.trim()
  if (host === '') return { field: 'host', problem: 'computer.hostEmpty' }
  if (/\s|^-/.test(host)) return { field: 'host', problem: 'computer.hostWrong' }
  if (form.port.trim() !== '' && !isPort(form.port.trim())) return { field: 'port', problem: 'computer.portWrong' }
  if (/[\s@]|^-/.test(form.user.trim())) return { field: 'user', problem: 'computer.userWrong' }
  if (form.signIn === 'key' && form.path.trim() === '') return { field: 'path', problem: 'computer.pathEmpty' }
  if (form.signIn === 'password' && form.password === '' && !kept)
    return { field: 'password', problem: 'computer.passwordEmpty' }
  return undefined
}

function signInOf({ signIn, path }: ComputerForm): Computer['signIn'] {
  return signIn === 'key' ? { type: 'key', path: path.trim() } : { type: signIn }
}

/** The computer a sound form means. */
export function computerOf(form: ComputerForm): Computer {
  const [host, port, user] = [form.host.trim(), form.port.trim(), form.user.trim()]
  return {
    name: form.name.trim() || host,
    host,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(user === '' ? {} : { user }),
    signIn: signInOf(form),
  }
}

/** Whether a changed form still opens the same door: what was kept for one is never tried on another. */
export function isSameDoor(before: Computer, form: ComputerForm): boolean {
  const door = ({ host, port, user, signIn }: Computer): string => JSON.stringify([host, port, user, signIn])
  return door(before) === door(computerOf(form))
}

const DENIED = { usual: 'user', key: 'path', password: 'password' } as const

/** The field to correct after a failure. */
export function fieldOf(code: ErrorCode, signIn: SignIn): Field {
  if (code === 'ssh-denied') return DENIED[signIn]
  if (code === 'ssh-password') return 'password'
  return code === 'ssh-no-docker' ? 'user' : 'host'
}
