import type { RegistryClient } from '../place/registry/client.ts'
import type { Credentials } from '../place/registry/tokens.ts'
import type { Web } from '../web/web.ts'

/** What a portal is made of: the registry, its web, and who asks. */
export interface Opened {
  readonly host: string
  /** Where the registry's own address begins: `https://harbor.example`. */
  readonly origin: string
  readonly client: RegistryClient
  readonly web: Web
  readonly credentials: Credentials | undefined
}

/** As the registry itself is signed in to, where its web takes the same. */
export function basicOf({ credentials, web }: Opened): Record<string, string> {
  if (credentials?.type !== 'password') return {}
  web.secrets.add(credentials.password, credentials.username)
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}

/** A password that is a token of the web. */
export function tokenOf({ credentials, web }: Opened): string | undefined {
  if (credentials?.type !== 'password') return undefined
  web.secrets.add(credentials.password, credentials.username)
  return credentials.password
}
