import { createHash, createHmac, randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Internet } from '../internet.ts'
import { answer, Bearer, basicPair, type Gate, isWrite, type Refused, said } from './gate.ts'
import { type Mounted, mounted, rights } from './mounted.ts'

/** Access keys: of somebody who may do everything, and of one whom IAM denies everything. */
export const AWS_KEYS = {
  AKIAEMULATEDWRITE: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AKIAEMULATEDNONE: 'kPxRfiCYEXAMPLEKEYwJalrXUtnFEMI/K7MDENG/b',
} as const
/** Temporary keys come with this. */
export const AWS_TEMPORARY = {
  accessKeyId: 'ASIAEMULATEDTEMP',
  secretAccessKey: 'temporary/SecretKeyEXAMPLE',
  sessionToken: 'session-token-EXAMPLE//////////wEXAMPLE==',
} as const

const SECRETS: Readonly<Record<string, string>> = {
  ...AWS_KEYS,
  [AWS_TEMPORARY.accessKeyId]: AWS_TEMPORARY.secretAccessKey,
}
const HOURS_12 = 12 * 3600

function exception(type: string, message: string, status = 400): Refused {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: { __type: type, message } }
}

/** Checks a signature by the received request alone (AWS, "Signature Version 4 signing process"). @returns who, or why not */
function signer(request: IncomingMessage, body: string, service: string, now: number): string | Refused {
  const { authorization = '' } = request.headers
  const [, id = '', scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(authorization) ?? []
  const secret = SECRETS[id]
  if (secret === undefined)
    return exception('UnrecognizedClientException', 'The security token included in the request is invalid.')
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
  const lines = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const canonical = `${request.method}\n/\n\n${lines.join('')}\n${names}\n${sha(body)}`
  const time = String(request.headers['x-amz-date'])
  let key: Buffer | string = `AWS4${secret}`
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  const expected = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha(canonical)}`)
    .digest('hex')
  const told = scope.split('/')
  if (!names.split(';').includes('host') || told[2] !== service || signature !== expected)
    return exception(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    )
  const sent = Date.parse(time.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'))
  if (Math.abs(now - sent) > 300_000)
    return exception(
      'InvalidSignatureException',
      `Signature expired: ${time} is now earlier than ${new Date(now).toISOString()}`,
    )
  if (id === AWS_TEMPORARY.accessKeyId && request.headers['x-amz-security-token'] !== AWS_TEMPORARY.sessionToken)
    return exception('UnrecognizedClientException', 'The security token included in the request is invalid.')
  return id
}

export interface EmulatedEcr extends Mounted {
  /** By name: whether its tags may not be replaced. */
  readonly repositories: Map<string, { immutable: boolean }>
  /** Operations that were asked for. */
  readonly operations: string[]
  /** Milliseconds by which Amazon's clock is before this computer's. */
  skew: number
  /** Seconds a password lives. */
  life: number
  /** What the temporary keys get: their time is over. */
  expired: boolean
  /** Passwords that were given open nothing any more. */
  forgetPasswords(): void
}

interface Api {
  readonly service: 'ecr' | 'ecr-public'
  readonly target: string
  readonly ecr: EmulatedEcr
  readonly passwords: Set<string>
  readonly account: string
}

/** The operations of both, as far as they are used. */
function apiListener(api: Api): RequestListener {
  return (request, response) => void operate(api, request, response)
}

async function operate(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { ecr, service, target } = api
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()
  const now = Date.now() + ecr.skew
  response.setHeader('date', new Date(now).toUTCString())
  const [named, operation = ''] = String(request.headers['x-amz-target']).split('.')
  ecr.operations.push(operation)
  const id = signer(request, body, service, now)
  if (typeof id === 'object') return answer(response, id)
  if (id === AWS_TEMPORARY.accessKeyId && ecr.expired)
    return answer(response, exception('ExpiredTokenException', 'The security token included in the request is expired'))
  if (id === 'AKIAEMULATEDNONE') {
    const message = `User: arn:aws:iam::${api.account}:user/none is not authorized to perform: ${service}:${operation} on resource: *`
    return answer(response, exception('AccessDeniedException', message))
  }
  if (named !== target) return answer(response, exception('UnknownOperationException', ''))
  answer(response, operated(api, operation, JSON.parse(body) as Record<string, unknown>, now))
}

function operated(api: Api, operation: string, input: Record<string, unknown>, now: number): Refused {
  const { ecr, passwords, service } = api
  if (operation === 'GetAuthorizationToken') {
    const password = randomUUID()
    passwords.add(password)
    const data = {
      authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
      expiresAt: now / 1000 + ecr.life,
    }
    const proxy = { ...data, proxyEndpoint: `https://${ecr.host}` }
    return { status: 200, body: { authorizationData: service === 'ecr' ? [proxy] : data } }
  }
  if (operation === 'CreateRepository') return created(api, String(input['repositoryName']), input)
  if (operation === 'DescribeRepositories') return described(api, input)
  return exception('UnknownOperationException', '')
}

function created({ ecr, account }: Api, name: string, input: Record<string, unknown>): Refused {
  if (!/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name))
    return exception('InvalidParameterException', "Invalid parameter at 'repositoryName' failed to satisfy constraint")
  if (ecr.repositories.has(name))
    return exception(
      'RepositoryAlreadyExistsException',
      `The repository with name '${name}' already exists in the registry with id '${account}'`,
    )
  ecr.repositories.set(name, { immutable: input['imageTagMutability'] === 'IMMUTABLE' })
  return { status: 200, body: { repository: row(name, ecr.host, account) } }
}

function described({ ecr, account }: Api, input: Record<string, unknown>): Refused {
  const wanted = input['repositoryNames']
  const names = Array.isArray(wanted) ? wanted.map(String) : [...ecr.repositories.keys()]
  const missing = names.find((name) => !ecr.repositories.has(name))
  if (missing !== undefined)
    return exception(
      'RepositoryNotFoundException',
      `The repository with name '${missing}' does not exist in the registry with id '${account}'`,
    )
  return { status: 200, body: { repositories: names.map((name) => row(name, ecr.host, account)) } }
}

function row(name: string, host: string, account: string): object {
  return {
    repositoryName: name,
    registryId: account,
    repositoryUri: `${host}/${name}`,
    repositoryArn: `arn:aws:ecr:eu-west-3:${account}:repository/${name}`,
    createdAt: 1_732_000_000,
  }
}

/** Amazon ECR of one account in eu-west-3: Basic with a password of the API, repositories made before a push. */
export async function startEcr(internet: Internet): Promise<EmulatedEcr> {
  const account = '111122223333'
  const host = `${account}.dkr.ecr.eu-west-3.amazonaws.com`
  const passwords = new Set<string>()
  const repositories: EmulatedEcr['repositories'] = new Map()
  const tags = new Set<string>()
  const gate: Gate = (request) => {
    const [user, password = ''] = basicPair(request) ?? []
    if (user === 'AWS' && passwords.has(password)) return undefined
    return {
      status: 401,
      headers: { 'www-authenticate': `Basic realm="https://${host}/",service="ecr.amazonaws.com"` },
      body: 'Not Authorized\n',
    }
  }
  const rules: Gate = (_, { method, kind, repository, last }) => {
    if (kind === '') return undefined
    const known = repositories.get(repository)
    if (!known) {
      const message = `The repository with name '${repository}' does not exist in the registry with id '${account}'`
      return said(404, 'NAME_UNKNOWN', message)
    }
    if (method === 'PUT' && kind === 'manifests' && known.immutable && tags.has(`${repository}:${last}`)) {
      const message = `The image tag '${last}' already exists in the '${repository}' repository and cannot be overwritten because the repository is immutable.`
      return said(400, 'TAG_INVALID', message)
    }
    return undefined
  }
  const registry = await mounted({
    internet,
    host,
    gate,
    rules,
    options: { deletes: false, pushed: (repository, reference) => tags.add(`${repository}:${reference}`) },
  })
  const ecr: EmulatedEcr = {
    ...registry,
    repositories,
    operations: [],
    skew: 0,
    life: HOURS_12,
    expired: false,
    forgetPasswords: () => passwords.clear(),
  }
  const target = 'AmazonEC2ContainerRegistry_V20150921'
  internet.host('api.ecr.eu-west-3.amazonaws.com', apiListener({ service: 'ecr', target, ecr, passwords, account }))
  return ecr
}

/** Amazon ECR Public, with the alias `a1b2c3d4` for this account. Anybody pulls; its only scope is the word `aws`. */
export async function startEcrPublic(internet: Internet): Promise<EmulatedEcr & { readonly bearer: Bearer }> {
  const host = 'public.ecr.aws'
  const passwords = new Set<string>()
  const repositories: EmulatedEcr['repositories'] = new Map()
  const bearer = new Bearer({
    realm: `https://${host}/token/`,
    service: host,
    scope: 'aws',
    token: 'secret',
    post: false,
    who: (user, password) =>
      user === 'AWS' && passwords.has(password) ? user : said(401, 'UNAUTHORIZED', 'Not Authorized'),
    grants: (user, repository, actions) =>
      rights(actions, user !== undefined && repository.startsWith('a1b2c3d4/') ? 'write' : 'read'),
    lacks: (_, target) => (isWrite(target) ? said(403, 'DENIED', 'Not Authorized') : undefined),
  })
  const rules: Gate = (_, { kind, repository }) => {
    if (kind === '' || repositories.has(repository.slice('a1b2c3d4/'.length))) return undefined
    const message = `The repository with name '${repository}' does not exist in the registry with id '444455556666'`
    return said(404, 'NAME_UNKNOWN', message)
  }
  const registry = await mounted({ internet, host, gate: bearer.gate, rules, paths: { '/token/': bearer.listener } })
  const ecr = {
    ...registry,
    bearer,
    repositories,
    operations: [],
    skew: 0,
    life: HOURS_12,
    expired: false,
    forgetPasswords: () => passwords.clear(),
  }
  const api = {
    service: 'ecr-public',
    target: 'SpencerFrontendService',
    ecr,
    passwords,
    account: '444455556666',
  } as const
  internet.host('api.ecr-public.us-east-1.amazonaws.com', apiListener(api))
  return ecr
}
