import type { IncomingMessage, RequestListener } from 'node:http'
import type { Internet } from '../internet.ts'
import { EmulatedRegistry, type EmulationOptions } from '../registry-emulation.ts'
import { Bearer, type BearerOptions, type Gate, type Refused, type Target } from './gate.ts'

/** An emulated registry of a kind, under a name of its own. */
export interface Mounted {
  readonly host: string
  readonly registry: EmulatedRegistry
  close(): Promise<void>
}

export interface Mounting {
  readonly internet: Internet
  readonly host: string
  readonly options?: Omit<EmulationOptions, 'gate' | 'auth'>
  /** Paths beside the registry, the longest that fits first; what no other takes goes to `web`, else to the registry. */
  readonly paths?: Readonly<Record<string, RequestListener>>
  readonly gate: Gate
  /** What does without the gate: lets in, or refuses. */
  readonly before?: (request: IncomingMessage, target: Target) => Refused | 'let in' | undefined
  /** The kind's own rules, for who was let in. */
  readonly rules?: Gate
}

export async function mounted({
  internet,
  host,
  options,
  paths = {},
  gate,
  before,
  rules,
}: Mounting): Promise<Mounted> {
  const registry = await EmulatedRegistry.start({
    ...options,
    gate: (request, target) => {
      const way = before?.(request, target) ?? gate(request, target)
      return way === undefined || way === 'let in' ? rules?.(request, target) : way
    },
  })
  const ways = Object.entries(paths).toSorted(([a], [b]) => b.length - a.length)
  internet.host(host, (request, response) => {
    const [, listener] = ways.find(([path]) => pathOf(request).startsWith(path)) ?? []
    return listener ? listener(request, response) : registry.listener(request, response)
  })
  return { host, registry, close: async () => await registry.close() }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/\?.*$/s, '')
}

export interface BearerMounting extends Omit<Mounting, 'gate'> {
  readonly bearer: Omit<BearerOptions, 'realm'>
  /** Below the host: `/service/token`. */
  readonly realm: string
}

/** One whose token server is on the same host. */
export async function mountedWithTokens({
  bearer: given,
  realm,
  ...mounting
}: BearerMounting): Promise<Mounted & { readonly bearer: Bearer }> {
  const bearer = new Bearer({ ...given, realm: `https://${mounting.host}${realm}` })
  const paths = { ...mounting.paths, [realm]: bearer.listener }
  return { ...(await mounted({ ...mounting, gate: bearer.gate, paths })), bearer }
}

/** The actions somebody gets who may do all of it, or read only. */
export function rights(actions: readonly string[], may: 'write' | 'read' | 'none'): readonly string[] {
  if (may === 'none') return []
  return may === 'write' ? actions : actions.filter((action) => action === 'pull')
}
