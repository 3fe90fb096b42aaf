import type { OwnForm } from '../../shared/contract-own.ts'

/** What is typed for a registry of one's own. */
export interface OwnTyped {
  readonly name: string
  readonly mode: OwnForm['mode']
  readonly reach: OwnForm['reach']
  readonly addresses: string
  readonly port: string
  readonly tls: boolean
  readonly open: boolean
  readonly user: string
  readonly password: string
}

export type OwnField = 'name' | 'addresses' | 'port' | 'user' | 'password'
export type OwnProblem =
  | 'own.nameMissing'
  | 'own.portWrong'
  | 'own.userMissing'
  | 'own.passwordMissing'
  | 'own.addressMissing'

export function begun(port: number, addresses: readonly string[]): OwnTyped {
  return {
    name: 'atelier',
    mode: 'store',
    reach: 'network',
    addresses: addresses.join(', '),
    port: String(port),
    tls: true,
    open: false,
    user: '',
    password: '',
  }
}

function addressesOf({ reach, addresses }: OwnTyped): string[] {
  if (reach === 'here') return []
  return addresses
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean)
}

/** The first thing to correct; undefined when all is well. */
export function problemOf(typed: OwnTyped): { field: OwnField; problem: OwnProblem } | undefined {
  const port = Number(typed.port)
  if (typed.name.trim() === '') return { field: 'name', problem: 'own.nameMissing' }
  if (typed.reach === 'network' && addressesOf(typed).length === 0)
    return { field: 'addresses', problem: 'own.addressMissing' }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { field: 'port', problem: 'own.portWrong' }
  if (typed.open) return undefined
  if (typed.user.trim() === '') return { field: 'user', problem: 'own.userMissing' }
  return typed.password === '' ? { field: 'password', problem: 'own.passwordMissing' } : undefined
}

export function formOf(typed: OwnTyped, engine: string, image: string): OwnForm {
  const { name, mode, reach, port, tls, open, user, password } = typed
  return {
    engine,
    image,
    name: name.trim().toLowerCase(),
    mode,
    port: Number(port),
    reach,
    addresses: addressesOf(typed),
    tls,
    users: open ? [] : [{ name: user.trim(), password }],
  }
}
