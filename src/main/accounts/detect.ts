import { kindOfHost, type RegistryKind } from '../../shared/registry-kinds.ts'
import type { Manner } from '../place/registry/client.ts'
import { Web, type WebOptions } from '../web/web.ts'

export interface Detected {
  readonly kind: RegistryKind
  /** As it says itself. */
  readonly version?: string
}

function text(value: unknown, name: string): string | undefined {
  const said: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof said === 'string' && said !== '' ? said : undefined
}

function told(kind: RegistryKind, version: string | undefined): Detected {
  return { kind, ...(version === undefined ? {} : { version: version.replace(/^v(?=\d)/, '') }) }
}

/** What its first answer betrays: headers of its own, and where it has tokens made. */
function byAnswer({ header, realm }: Manner): Detected | undefined {
  const artifactory = header('x-jfrog-version') ?? header('x-artifactory-id') ?? header('server')
  if (/artifactory/i.test(artifactory ?? '')) return told('artifactory', /\/(\d[\w.]*)/.exec(artifactory ?? '')?.[1])
  const path = realm?.pathname ?? ''
  if (path.includes('/artifactory/')) return { kind: 'artifactory' }
  if (path.endsWith('/jwt/auth')) return { kind: 'gitlab' }
  if (path.endsWith('/v2/auth')) return { kind: 'quay' }
  return undefined
}

/** Pages of a web beside a registry that say what it is to anybody. */
const PAGES: readonly (readonly [string, (value: unknown) => Detected | undefined])[] = [
  [
    '/api/v2.0/systeminfo',
    (value) => {
      const version = text(value, 'harbor_version')
      // Older and newer ones tell their version only to those who are signed in, but this to all.
      return (version ?? text(value, 'auth_mode')) ? told('harbor', version?.replace(/-[0-9a-f]+$/, '')) : undefined
    },
  ],
  [
    '/api/v1/version',
    (value) => {
      const version = text(value, 'version')
      return version === undefined ? undefined : told('gitea', version)
    },
  ],
]

/**
 * What a registry is: by its name, by its first answer, by pages of the web beside it, which are asked without any sign-in.
 * `guess`: what the person says, where nothing tells.
 */
export async function detect(
  host: string,
  manner: Manner,
  guess: RegistryKind | undefined,
  options: Omit<WebOptions, 'place'>,
  signal: AbortSignal,
): Promise<Detected> {
  const named = kindOfHost(host)
  if (named !== undefined) return { kind: named }
  const answered = byAnswer(manner)
  if (answered) return answered
  const web = new Web({ ...options, place: host, patience: { attempts: 1 } })
  try {
    for (const [path, read] of PAGES) {
      const url = new URL(path, `${manner.encrypted ? 'https' : 'http'}://${host}`)
      // Whatever is wrong there: it is no page that tells.
      const answer = await web.ask({ method: 'GET', url, signal }).catch(() => undefined)
      signal.throwIfAborted()
      const found = read(answer?.value)
      if (found) return found
    }
  } finally {
    await web.close()
  }
  return { kind: guess ?? 'distribution' }
}
