import { AppError } from '../../../shared/errors.ts'
import type { RegistryKind } from '../../../shared/registry-kinds.ts'

/** A registry, as a person names it, and what they allowed for it. */
export interface RegistryAddress {
  /** As in a reference: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly host: string
  /** The person allowed HTTP without encryption for this host. Loopback needs no permission. */
  readonly plain?: boolean
  /** PEM: authorities trusted for this registry, beside those of the system. */
  readonly ca?: string
  /** What it is, where its host does not tell: what its refusals mean depends on that. */
  readonly kind?: RegistryKind
}

/** Docker Hub answers to several names and serves its API under one. */
const HUB = ['docker.io', 'index.docker.io', 'registry.hub.docker.com', 'registry-1.docker.io']
const HUB_API = 'registry-1.docker.io'

/** The host, with its port, that serves a registry's API. @throws name-invalid */
export function apiHost(host: string): string {
  const wanted = HUB.includes(host) ? HUB_API : host.toLowerCase()
  const url = URL.canParse(`https://${wanted}/`) ? new URL(`https://${wanted}/`) : undefined
  // A default port is dropped by URL; anything else that differs was never a host.
  if (!url || url.href !== `https://${url.host}/` || ![url.host, `${url.host}:443`].includes(wanted)) {
    throw new AppError('name-invalid', { name: host })
  }
  return wanted
}

/** Names of this computer, which no network sees. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** The repository's path in URLs and scopes: on Docker Hub a single component is below `library/`. @throws name-invalid */
export function repositoryPath(host: string, repository: string): string {
  // What a URL would read as something else than a path must not get there.
  if (!/^[a-zA-Z0-9._-]+(\/[a-zA-Z0-9._-]+)*$/.test(repository) || /(^|\/)\.+(\/|$)/.test(repository)) {
    throw new AppError('name-invalid', { name: repository })
  }
  return HUB.includes(host) && !repository.includes('/') ? `library/${repository}` : repository
}
