import { apiHost, isLoopback } from '../place/registry/address.ts'
import type { RegistryClient } from '../place/registry/client.ts'
import { type AccountRef, type KeptRegistry, kindOf, type Registries, trusted } from '../registries.ts'
import { Web } from '../web/web.ts'
import { ArtifactoryPortal } from './artifactory.ts'
import { AzurePortal } from './azure.ts'
import { distributionPortal } from './distribution.ts'
import { type Amazon, EcrPortal, EcrPublicPortal } from './ecr.ts'
import { GhcrPortal } from './ghcr.ts'
import { GiteaPortal } from './gitea.ts'
import { GitlabPortal } from './gitlab.ts'
import { GooglePortal } from './google.ts'
import { HarborPortal } from './harbor.ts'
import { HubPortal } from './hub.ts'
import type { Opened } from './opened.ts'
import type { Portal } from './portal.ts'
import { QuayPortal } from './quay.ts'

interface Known {
  readonly portal: Portal
  /** Ends its connections. */
  close(): Promise<void>
  /** A registry or account that was changed has another client, and then another portal. */
  readonly client: RegistryClient
  /** False: nobody for want of a secret. A keychain that was locked may be open next time. */
  readonly sure: boolean
}

/** The webs of registries, one for each account, for its tokens and connections. */
export class Portals {
  readonly #registries: Registries
  /** By host and account, `host account`. */
  readonly #known = new Map<string, Known>()
  /** Origins of the pages that were shown to the person. */
  readonly #sites = new Set<string>()

  constructor(registries: Registries) {
    this.#registries = registries
    registries.onDrop = async (host) => await this.#drop(host)
  }

  async portalOf({ host, account }: AccountRef): Promise<Portal> {
    const client = await this.#registries.client(host, account)
    const key = `${host} ${account ?? ''}`
    const known = this.#known.get(key)
    if (known?.client === client && known.sure) return known.portal
    const made = await this.#make({ host, account }, client)
    // Two who came at once: the first one's is everybody's.
    const meanwhile = this.#known.get(key)
    const first = meanwhile?.client === client && meanwhile.sure
    if (!first) this.#known.set(key, made)
    await (first ? made : meanwhile)?.close()
    return first ? meanwhile.portal : made.portal
  }

  async #make({ host, account }: AccountRef, client: RegistryClient): Promise<Known> {
    const kept = (await this.#registries.list()).find((one) => one.host === host) ?? { host, plain: false }
    const amazon = await this.#registries.ecr({ host, account })
    // Keys open Amazon's API by themselves: a password for its registry need not be asked for.
    const credentials = amazon ? undefined : await this.#registries.credentials(host, account)
    const web = await webOf(kept)
    const portal = open(kept, { host, origin: originOf(kept), client, web, credentials }, amazon)
    const close = async (): Promise<void> => {
      await web.close()
      await amazon?.close()
    }
    return { portal, close, client, sure: amazon !== undefined || credentials !== undefined || account === undefined }
  }

  /** Passes on what is shown to the person, and notes where its pages lead. */
  shown<T extends { readonly pages: Readonly<Partial<Record<string, string | undefined>>> }>(of: T): T {
    for (const page of Object.values(of.pages)) {
      const { protocol, origin } = new URL(page ?? 'about:blank')
      if (protocol === 'https:' || protocol === 'http:') this.#sites.add(origin)
    }
    return of
  }

  /** Whether an address is on the site of a registry that the person was shown pages of. */
  leadsTo(address: string): boolean {
    return URL.canParse(address) && this.#sites.has(new URL(address).origin)
  }

  async close(): Promise<void> {
    for (const key of [...this.#known.keys()]) await this.#drop(key.slice(0, key.indexOf(' ')))
  }

  /** An account that was signed out, or a registry that was forgotten, has no tokens here either. */
  async #drop(host: string): Promise<void> {
    for (const [key, { close }] of [...this.#known]) {
      if (key.slice(0, key.indexOf(' ')) !== host) continue
      this.#known.delete(key)
      await close()
    }
  }
}

async function webOf({ host, plain, ca }: KeptRegistry): Promise<Web> {
  const authorities = await trusted({ host, ca })
  return new Web({ place: host, plain, ...(authorities === undefined ? {} : { ca: authorities }) })
}

/** The web of a registry is beside it; without encryption only where its registry was allowed to be, or on this computer. */
function originOf({ host, plain, ca }: KeptRegistry): string {
  const at = apiHost(host)
  const open = plain || (isLoopback(new URL(`https://${at}`).hostname) && ca === undefined)
  return `${open ? 'http' : 'https'}://${at}`
}

function open(kept: KeptRegistry, opened: Opened, amazon: Amazon | undefined): Portal {
  const kind = kindOf(kept)
  switch (kind) {
    case 'hub':
      return new HubPortal(opened)
    case 'ghcr':
      return new GhcrPortal(opened)
    case 'gitlab':
      return new GitlabPortal(opened)
    case 'ecr':
      return new EcrPortal(opened.host, amazon)
    case 'ecr-public':
      return new EcrPublicPortal(amazon)
    case 'google':
      return new GooglePortal(opened)
    case 'azure':
      return new AzurePortal(opened)
    case 'harbor':
      return new HarborPortal(opened)
    case 'artifactory':
      return new ArtifactoryPortal(opened)
    case 'quay':
      return new QuayPortal(opened)
    case 'gitea':
      return new GiteaPortal(opened)
    case 'distribution':
      return distributionPortal(opened.client)
  }
}
