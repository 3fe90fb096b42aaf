import type { Internet } from '../internet.ts'
import { EmulatedRegistry } from '../registry-emulation.ts'
import { Bearer, isWrite, type Refused, said, type Target } from './gate.ts'
import { EmulatedHubWeb } from './hub-web.ts'

/** What a secret of Docker Hub lets its holder do. Passwords are as good as `admin`. */
type Right = 'admin' | 'write' | 'read' | 'public_read'

interface Person {
  readonly password: string
  readonly tokens: Readonly<Record<string, Right>>
  readonly orgs: readonly string[]
  /** Two-factor: the password alone opens nothing. */
  readonly twoFactor?: boolean
  /** The e-mail address was never confirmed. */
  readonly unverified?: boolean
  readonly privates?: number
}

/** Everybody at this Docker Hub. */
export const HUB_PEOPLE = {
  /** On the free plan, one private repository; member of `acme`. */
  alice: {
    password: 'alice-password',
    tokens: {
      dckr_pat_alice_write: 'write',
      dckr_pat_alice_read: 'read',
      dckr_pat_alice_public: 'public_read',
    },
    orgs: ['acme'],
    privates: 1,
  },
  /** Has two-factor authentication. */
  bruno: { password: 'bruno-password', tokens: { dckr_pat_bruno: 'write' }, orgs: [], twoFactor: true },
  /** Has not confirmed her e-mail address. */
  carla: { password: 'carla-password', tokens: {}, orgs: [], unverified: true },
} as const satisfies Record<string, Person>

const PEOPLE: Readonly<Record<string, Person>> = HUB_PEOPLE
/** Docker Hub's words, as they are quoted in reports. */
const WRONG = { details: 'incorrect username or password' }
const NEEDS_TOKEN = {
  details: 'your account must log in with a Personal Access Token (PAT) - learn more: docs.docker.com/go/access-tokens',
}
/** Not documented by Docker: in the words its web uses. */
const UNVERIFIED = 'Please verify your email address to push to this repository'
const LIMITED =
  'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits'
/** Seconds over which pulls are counted. */
const WINDOW = 6 * 3600

/**
 * Docker Hub: its registry, its token server and its web, under their names. A push makes a repository below one's own name or
 * organisation, public; pulls are counted when a manifest is read, not when it is looked for.
 */
export class EmulatedHub {
  readonly registry: EmulatedRegistry
  readonly web: EmulatedHubWeb
  readonly bearer: Bearer
  /** Pulls that are left, and as how many there were. */
  pulls = { left: 100, limit: 100 }

  private constructor(registry: EmulatedRegistry, web: EmulatedHubWeb, bearer: Bearer) {
    this.registry = registry
    this.web = web
    this.bearer = bearer
  }

  static async start(internet: Internet): Promise<EmulatedHub> {
    const users = Object.entries(PEOPLE).map(([name, person]) => [
      name,
      { ...person, tokens: Object.keys(person.tokens) },
    ])
    const web = new EmulatedHubWeb({ users: Object.fromEntries(users) })
    const bearer = new Bearer({
      realm: 'https://auth.docker.io/token',
      service: 'registry.docker.io',
      who,
      grants: (session, repository, actions) => granted(web, session, repository, actions),
      lacks: (session, target) => {
        const person = PEOPLE[session?.split(' ')[0] ?? '']
        return person?.unverified && isWrite(target) ? said(403, 'DENIED', UNVERIFIED) : undefined
      },
    })
    const registry = await EmulatedRegistry.start({
      gate: (request, target) => bearer.gate(request, target) ?? hub.#counted(target, request.headers.authorization),
      pushed: (repository) => {
        if (!web.repositories.has(repository)) web.add(repository)
      },
      deletes: false,
    })
    const hub = new EmulatedHub(registry, web, bearer)
    internet.host('auth.docker.io', bearer.listener)
    internet.host('hub.docker.com', web.listener)
    internet.host('registry-1.docker.io', (request, response) => {
      const manifest = /\/manifests\/[^/]+$/.test(request.url ?? '')
      if (manifest && ['GET', 'HEAD'].includes(request.method ?? '')) {
        response.setHeader('ratelimit-limit', `${hub.pulls.limit};w=${WINDOW}`)
        response.setHeader('ratelimit-remaining', `${hub.pulls.left};w=${WINDOW}`)
        response.setHeader('docker-ratelimit-source', '192.0.2.7')
      }
      registry.listener(request, response)
    })
    return hub
  }

  #counted({ method, kind, repository }: Target, authorization: string | undefined): Refused | undefined {
    if (kind === '_catalog') return said(401, 'UNAUTHORIZED', 'authentication required')
    if (kind !== 'manifests' || method !== 'GET' || authorization === undefined) return undefined
    if (this.pulls.left === 0) return said(429, 'TOOMANYREQUESTS', LIMITED)
    if (this.web.repositories.has(repository)) this.pulls.left -= 1
    return undefined
  }

  async close(): Promise<void> {
    await this.registry.close()
  }
}

/** `alice admin`: who, and with which right. */
function who(username: string, secret: string): string | Refused {
  const person = PEOPLE[username]
  const right = person?.tokens[secret]
  if (right !== undefined) return `${username} ${right}`
  if (!person || person.password !== secret) return { status: 401, body: WRONG }
  return person.twoFactor ? { status: 401, body: NEEDS_TOKEN } : `${username} admin`
}

/** A wish that is not granted is left out, and no error: so the token server does it. */
function granted(
  web: EmulatedHubWeb,
  session: string | undefined,
  repository: string,
  actions: readonly string[],
): readonly string[] {
  const [username = '', right] = session?.split(' ') ?? []
  const [namespace = ''] = repository.split('/')
  const mine = session !== undefined && [username, ...(PEOPLE[username]?.orgs ?? [])].includes(namespace)
  const known = web.repositories.get(repository)
  const open = known !== undefined && !known.is_private
  // Two parts, and no more: anything else is no repository of Docker Hub.
  const writes = mine && repository.split('/').length === 2 && ['admin', 'write'].includes(right ?? '')
  const rights: Readonly<Record<string, boolean>> = {
    pull: open || (mine && right !== 'public_read'),
    push: writes && !PEOPLE[username]?.unverified,
    delete: writes && right === 'admin',
  }
  return actions.filter((action) => rights[action] === true)
}
