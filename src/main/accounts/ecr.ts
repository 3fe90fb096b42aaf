import { AppError } from '../../shared/errors.ts'
import type { Credentials } from '../place/registry/tokens.ts'
import { Web, type WebOptions } from '../web/web.ts'
import { type AwsKeys, signed } from './aws-signature.ts'

/**
 * Amazon's own API beside its registries: who has access keys gets a password there that is good for twelve hours, and
 * makes repositories, which no push does.
 */

/** Where the API of a registry is, and how its operations are called. */
export interface EcrApi {
  /** The registry's host. */
  readonly place: string
  readonly host: string
  readonly region: string
  readonly service: 'ecr' | 'ecr-public'
}

const PRIVATE = /^\d{12}\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/
const TARGETS = { ecr: 'AmazonEC2ContainerRegistry_V20150921', 'ecr-public': 'SpencerFrontendService' } as const

/** The API of a registry, private or public. @throws name-invalid for a host that is none of Amazon's */
export function ecrApi(place: string): EcrApi {
  // The public one has its API in one region only.
  if (place === 'public.ecr.aws') {
    const region = 'us-east-1'
    return { place, host: `api.ecr-public.${region}.amazonaws.com`, region, service: 'ecr-public' }
  }
  const [, fips = '', region, china = ''] = PRIVATE.exec(place) ?? []
  if (region === undefined) throw new AppError('name-invalid', { name: place })
  return { place, host: `api.ecr${fips}.${region}.amazonaws.com${china}`, region, service: 'ecr' }
}

/** What Amazon calls its errors, with the words `refusalOf` makes of them. */
const SKEWED = /Signature expired|Signature not yet current|RequestExpired|RequestTimeTooSkewed/
const UNKNOWN_KEYS = ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidSignatureException']
const EXPIRED = ['ExpiredTokenException', 'ExpiredToken']

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** An error of Amazon's in the app's words. `date`: what its clock says. */
function refusalOf(api: EcrApi, value: unknown, status: number, date: string | undefined, name?: string): AppError {
  const { place } = api
  // With a name space before it in some services: `com.amazon.coral.service#AccessDeniedException`.
  const type = String(field(value, '__type') ?? '').replace(/^.*#/, '')
  const said = field(value, 'message') ?? field(value, 'Message')
  const message = typeof said === 'string' ? said : ''
  const raw = `${status} ${type}: ${message}`.slice(0, 2000)
  const named = name === undefined ? {} : { name }
  if (SKEWED.test(`${type} ${message}`)) {
    const off = Math.round(Math.abs(Date.now() - Date.parse(date ?? '')) / 60_000)
    return new AppError('clock-wrong', { place, ...(Number.isNaN(off) ? {} : { minutes: off }) }, { raw })
  }
  if (UNKNOWN_KEYS.includes(type)) return new AppError('aws-keys', { place }, { raw })
  if (EXPIRED.includes(type)) return new AppError('aws-expired', { place }, { raw })
  if (type === 'AccessDeniedException') {
    const action = /perform: ([\w-]+:\w+)/.exec(message)?.[1]
    return new AppError('aws-denied', { place, ...(action === undefined ? {} : { action }) }, { raw })
  }
  if (type === 'LimitExceededException') return new AppError('registry-quota', { place, ...named }, { raw })
  if (type === 'InvalidParameterException' && name !== undefined)
    return new AppError('registry-name', { place, name, rule: api.service }, { raw })
  return new AppError('registry-refused', { place, reason: message || type || `HTTP ${status}` }, { raw })
}

/** Operations of Amazon's API with one pair of keys. */
export class Ecr {
  readonly api: EcrApi
  readonly #keys: AwsKeys
  readonly #web: Web

  constructor(api: EcrApi, keys: AwsKeys, options: Omit<WebOptions, 'place'> = {}) {
    this.api = api
    this.#keys = keys
    this.#web = new Web({ ...options, place: api.place })
    for (const secret of [keys.secretAccessKey, keys.sessionToken])
      if (secret !== undefined) this.#web.secrets.add(secret)
  }

  /** What an operation answers. `fine`: names of errors that are as good as an answer; `name`: the repository it is about. */
  async call(
    operation: string,
    input: object,
    signal: AbortSignal,
    { fine = [], name }: { readonly fine?: readonly string[]; readonly name?: string } = {},
  ): Promise<{ readonly value: unknown; readonly date: string | undefined }> {
    const { host, region, service } = this.api
    const body = JSON.stringify(input)
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${TARGETS[service]}.${operation}`,
    }
    const { status, value, header } = await this.#web.ask({
      method: 'POST',
      url: new URL(`https://${host}/`),
      headers: signed(this.#keys, { host, region, service, headers, body, at: new Date() }),
      body,
      expect: [200, 400, 403],
      again: true,
      ...(name === undefined ? {} : { about: { repository: name } }),
      signal,
    })
    const date = header('date')
    if (status === 200 || fine.includes(String(field(value, '__type')).replace(/^.*#/, ''))) return { value, date }
    throw refusalOf(this.api, value, status, date, name)
  }

  async close(): Promise<void> {
    await this.#web.close()
  }
}

/** A password is asked for anew when so much of its life is over: an upload that begins late must end. */
const USED = 11 / 12
/** Milliseconds a password lives when its end is not told. */
const LIFE = 12 * 3600_000
const WITHIN = 60_000

interface Password {
  readonly type: 'password'
  readonly username: string
  readonly password: string
  readonly until: number
}

/** Keeps the password that access keys give, for all who ask, until well before its end. */
export class EcrSession {
  readonly #ecr: Ecr
  #held: Password | undefined
  #asking: Promise<Password> | undefined

  constructor(ecr: Ecr) {
    this.#ecr = ecr
  }

  /** @throws aws-keys, aws-denied, aws-expired, clock-wrong, registry-… */
  async credentials(): Promise<Credentials> {
    if (!this.#held || this.#held.until < Date.now()) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
      this.#held = await this.#asking
    }
    return this.#held
  }

  async #ask(): Promise<Password> {
    const { value, date } = await this.#ecr.call('GetAuthorizationToken', {}, AbortSignal.timeout(WITHIN))
    const data = field(value, 'authorizationData')
    const first: unknown = Array.isArray(data) ? data[0] : data
    const token = Buffer.from(String(field(first, 'authorizationToken') ?? ''), 'base64').toString()
    const colon = token.indexOf(':')
    if (colon <= 0) throw new AppError('registry-answer', { place: this.#ecr.api.place, detail: this.#ecr.api.host })
    // By Amazon's own clock: this computer's may be minutes off.
    const life = Number(field(first, 'expiresAt')) * 1000 - (Date.parse(date ?? '') || Date.now())
    return {
      type: 'password',
      username: token.slice(0, colon),
      password: token.slice(colon + 1),
      until: Date.now() + (Number.isFinite(life) && life > 0 ? life : LIFE) * USED,
    }
  }

  async close(): Promise<void> {
    await this.#ecr.close()
  }
}
