import type { RegistryForm as Registry, TypedSignIn } from '../../shared/contract-accounts.ts'
import { isProblem, parseReference } from '../../shared/reference.ts'

/** What is typed about a registry. */
export interface RegistryForm {
  readonly address: string
  readonly username: string
  readonly password: string
  /** The person says that the connection may go unprotected. */
  readonly plain: boolean
  readonly ca: string
}

export const EMPTY: RegistryForm = { address: '', username: '', password: '', plain: false, ca: '' }

export type Field = 'address' | 'username' | 'password' | 'ca'
export type FieldProblem =
  | 'registry.hostEmpty'
  | 'registry.hostWrong'
  | 'registry.userEmpty'
  | 'registry.passwordEmpty'
  | 'registry.caWrong'

/** Addresses people know Docker Hub by. */
const HUB = new Set(['docker.io', 'index.docker.io', 'hub.docker.com', 'registry-1.docker.io', 'www.docker.com'])

/** `registry.example:5000` of whatever was typed or pasted: a web address, one with a path, a name with capitals. */
export function hostTyped(typed: string): string | undefined {
  const bare = typed
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase()
  if (bare === '') return undefined
  if (HUB.has(bare)) return 'docker.io'
  const parsed = parseReference(`${bare}/a`)
  // A single word is no registry to Docker: it would be read as part of a name.
  return isProblem(parsed) || parsed.domain !== bare ? undefined : bare
}

/** Speaks to this computer only: no permission is needed for it to go unprotected. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
}

/** The first thing to correct; undefined when all is well. */
export function problemOf(form: RegistryForm): { field: Field; problem: FieldProblem } | undefined {
  if (form.address.trim() === '') return { field: 'address', problem: 'registry.hostEmpty' }
  if (hostTyped(form.address) === undefined) return { field: 'address', problem: 'registry.hostWrong' }
  if (form.username.trim() === '' && form.password !== '') return { field: 'username', problem: 'registry.userEmpty' }
  if (form.username.trim() !== '' && form.password === '')
    return { field: 'password', problem: 'registry.passwordEmpty' }
  if (form.ca.trim() !== '' && !/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(form.ca))
    return { field: 'ca', problem: 'registry.caWrong' }
  return undefined
}

/** The form as it is asked for. */
export function registryOf({ address, username, password, plain, ca }: RegistryForm): {
  registry: Registry
  signIn?: TypedSignIn
} {
  return {
    registry: {
      host: hostTyped(address) ?? '',
      plain,
      ...(ca.trim() === '' ? {} : { ca: ca.trim() }),
    },
    ...(password === '' ? {} : { signIn: { type: 'password', username: username.trim(), password } }),
  }
}
