import { AppError } from '../../shared/errors.ts'
import { claims } from '../place/registry/json-web-token.ts'
import { Web, type WebOptions } from '../web/web.ts'

/** What Azure calls a user of whom it knows by a token. */
const TOKEN_USER = '00000000-0000-0000-0000-000000000000'

export interface AzureSignIn {
  /** Who the access token is of: a person's name, the id of an application. */
  readonly name: string
  /** A refresh token of the registry, docker's identity token. */
  readonly refreshToken: string
  /** Its end, milliseconds since the epoch. */
  readonly until?: number
}

/** Gives an access token of Entra for a token of the registry itself, which is good for hours (`/oauth2/exchange`). @throws registry-… */
export async function exchangeAzure(
  host: string,
  { accessToken, tenant }: { readonly accessToken: string; readonly tenant?: string | undefined },
  signal: AbortSignal,
  options: Omit<WebOptions, 'place'> = {},
): Promise<AzureSignIn> {
  const web = new Web({ ...options, place: host })
  web.secrets.add(accessToken)
  try {
    const { value } = await web.ask({
      method: 'POST',
      url: new URL(`https://${host}/oauth2/exchange`),
      form: {
        grant_type: 'access_token',
        service: host,
        ...(tenant === undefined ? {} : { tenant }),
        access_token: accessToken,
      },
      again: true,
      about: { kind: 'azure' },
      signal,
    })
    const refreshToken = (value as { refresh_token?: unknown } | undefined)?.refresh_token
    if (typeof refreshToken !== 'string' || refreshToken === '')
      throw new AppError('registry-answer', { place: host, detail: '/oauth2/exchange' })
    const said = claims(accessToken)
    const name = ['upn', 'unique_name', 'preferred_username', 'appid'].map((claim) => said[claim]).find(isText)
    const end = Number(claims(refreshToken)['exp'])
    return { name: name ?? TOKEN_USER, refreshToken, ...(Number.isFinite(end) ? { until: end * 1000 } : {}) }
  } finally {
    await web.close()
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
