import type { RegistryKind } from '../../shared/registry-kinds.ts'
import type { RegistryClient } from '../place/registry/client.ts'
import { type AccountRef, kindOf, type Registries } from '../registries.ts'
import { distributionPortal } from './distribution.ts'
import type { Portal } from './portal.ts'

interface Known {
  readonly portal: Portal
  /** A registry or account that was changed has another client, and then another portal. */
  readonly client: RegistryClient
}

/** The webs of registries, one for each account, for its tokens and connections. */
export class Portals {
  readonly #registries: Registries
  /** By host and account, `host account`. */
  readonly #known = new Map<string, Known>()

  constructor(registries: Registries) {
    this.#registries = registries
  }

  async portalOf({ host, account }: AccountRef): Promise<Portal> {
    const client = await this.#registries.client(host, account)
    const key = `${host} ${account ?? ''}`
    const known = this.#known.get(key)
    if (known?.client === client) return known.portal
    await known?.portal.close()
    const kept = (await this.#registries.list()).find((one) => one.host === host) ?? { host }
    const portal = open(kindOf(kept), client)
    this.#known.set(key, { portal, client })
    return portal
  }

  async close(): Promise<void> {
    for (const { portal } of this.#known.values()) await portal.close()
    this.#known.clear()
  }
}

function open(_kind: RegistryKind, client: RegistryClient): Portal {
  return distributionPortal(client)
}
