import type { ErrorCode, ErrorData } from '../../shared/errors.ts'
import { presetOfHost } from '../../shared/presets.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'

/** What a person does about a registry's refusal: in this window, or on the registry's own web. */
export type RegistryRemedy =
  | { readonly type: 'sign-in' | 'connection'; readonly host: string }
  | { readonly type: 'web'; readonly page: string }

const SIGN_IN: readonly ErrorCode[] = [
  'registry-unauthorized',
  'registry-credentials',
  'registry-denied',
  'registry-two-factor',
  'registry-namespace',
  'registry-token-rights',
  'registry-token-classic',
  'registry-pull-limit',
]
const CONNECTION: readonly ErrorCode[] = ['registry-tls', 'registry-plain-http']
const WEB: readonly ErrorCode[] = [
  'registry-create-repository',
  'registry-create-project',
  'registry-create-key',
  'registry-create-writer',
  'registry-email',
  'registry-private-quota',
  'registry-quota',
  'registry-tag-immutable',
  'registry-api-disabled',
  'registry-ip-blocked',
]

/** Where a registry is managed that has its web elsewhere. */
const SITES: Partial<Record<RegistryKind, string>> = {
  hub: 'https://hub.docker.com/',
  ghcr: 'https://github.com/',
  ecr: 'https://console.aws.amazon.com/ecr/',
  'ecr-public': 'https://console.aws.amazon.com/ecr/',
  google: 'https://console.cloud.google.com/artifacts',
  azure: 'https://portal.azure.com/',
}

/** A registry's web, where it has one a person knows. */
function siteOf(host: string): string | undefined {
  const { kind } = presetOfHost(host)
  if (host === 'registry.gitlab.com') return 'https://gitlab.com/'
  return SITES[kind] ?? (kind === 'distribution' ? undefined : `https://${host}/`)
}

/** Whether the notice of a failure has the way to the registry's sign-in itself. */
export function leadsToSignIn(error: ErrorData): boolean {
  const type = registryRemedy(error)?.type
  return type === 'sign-in' || type === 'connection'
}

/** The one thing to do about a registry's refusal; undefined where there is none, or it is about no registry. */
export function registryRemedy({ code, parts }: ErrorData): RegistryRemedy | undefined {
  const host = parts['place']
  if (typeof host !== 'string' || host === '') return undefined
  if (SIGN_IN.includes(code)) return { type: 'sign-in', host }
  if (CONNECTION.includes(code)) return { type: 'connection', host }
  const page = WEB.includes(code) ? siteOf(host) : undefined
  return page === undefined ? undefined : { type: 'web', page }
}
