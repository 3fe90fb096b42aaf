import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Internet } from '../internet.ts'
import { answer, Bearer, basicPair, type Refused, said } from './gate.ts'
import { type Mounted, mounted, rights } from './mounted.ts'

/** The admin user, a service principal that pushes, a token of a scope map that reads. */
export const AZURE_USERS = {
  acme: 'admin-password',
  '11111111-2222-3333-4444-555555555555': 'principal-secret',
  reader: 'reader-password',
} as const

/** Azure's, which no `/oauth2/exchange` knows. */
const ENTRA = 'entra.'
const VISIT = 'authentication required, visit https://aka.ms/acr/authorization for more information.'
const WRONG: Refused = said(401, 'UNAUTHORIZED', 'Invalid clientid or client secret.')

function webToken(claims: object): string {
  return `${ENTRA}${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`
}

/** An access token of Entra, as `az account get-access-token` gives one to a person. */
export function entraToken(upn: string): string {
  return webToken({ upn, aud: 'https://containerregistry.azure.net' })
}

/** Azure Container Registry. `firewall`: it lets no address in. */
export async function startAzure(
  internet: Internet,
  { host = 'acme.azurecr.io', firewall = false }: { readonly host?: string; readonly firewall?: boolean } = {},
): Promise<Mounted & { readonly bearer: Bearer; readonly exchanged: URLSearchParams[] }> {
  const users: Readonly<Record<string, string>> = AZURE_USERS
  const refreshTokens = new Map<string, string>()
  const exchanged: URLSearchParams[] = []
  const bearer = new Bearer({
    realm: `https://${host}/oauth2/token`,
    service: host,
    field: 'access_token',
    life: 4500,
    anonymous: false,
    catalog: (user) => user !== undefined,
    who: (username, secret) => (users[username] === secret ? username : WRONG),
    refresh: (token) => refreshTokens.get(token),
    grants: (user, _, actions) => rights(actions, user === 'reader' ? 'read' : 'write'),
    lacks: () => said(401, 'UNAUTHORIZED', VISIT),
  })
  const exchange: RequestListener = (request, response) => void trade(request, response)
  const trade = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString())
    exchanged.push(form)
    const token = form.get('access_token') ?? ''
    if (form.get('grant_type') !== 'access_token' || form.get('service') !== host || !token.startsWith(ENTRA))
      return answer(response, said(401, 'UNAUTHORIZED', VISIT))
    // Good for three hours.
    const refresh = webToken({ exp: Math.floor(Date.now() / 1000) + 10_800, jti: String(refreshTokens.size) })
    refreshTokens.set(refresh, token)
    answer(response, { status: 200, body: { refresh_token: refresh } })
  }
  const registry = await mounted({
    internet,
    host,
    gate: bearer.gate,
    paths: { '/oauth2/token': bearer.listener, '/oauth2/exchange': exchange },
    before: (request, { kind }) => {
      if (firewall && kind !== '')
        return said(
          403,
          'DENIED',
          "client with IP '192.0.2.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
        )
      const [user = '', secret = ''] = basicPair(request) ?? []
      return users[user] !== undefined && users[user] === secret && user !== 'reader' ? 'let in' : undefined
    },
  })
  return { ...registry, bearer, exchanged }
}
