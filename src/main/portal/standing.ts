import type {
  Creation,
  MineEvent,
  Namespace,
  RepositoryInfo,
  Standing,
  Visibility,
} from '../../shared/contract-portal.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import type { Portal } from './portal.ts'

/** Answers of a registry that is there and does not tell. */
const SILENT = [
  'registry-denied',
  'registry-token-rights',
  'registry-token-classic',
  'aws-denied',
  'registry-unauthorized',
  'registry-name-unknown',
  'registry-unsupported',
  'registry-refused',
  'registry-answer',
]

function isSilent(error: unknown): error is AppError {
  return error instanceof AppError && SILENT.includes(error.code)
}

/** What is asked beside the main thing: an answer that is refused leaves it unknown. */
async function orUnknown<T>(asked: Promise<T> | undefined): Promise<T | 'unknown'> {
  try {
    return (await asked) ?? 'unknown'
  } catch (error) {
    if (isSilent(error)) return 'unknown'
    throw error
  }
}

function seenAfterPush(creation: Creation): Visibility {
  if (creation.by === 'push') return creation.visibility
  return creation.by === 'api' ? (creation.push ?? 'unknown') : 'unknown'
}

/** Whose name a path is below. Names may hold one another (`group`, `group/sub`): the longest that fits is the one. */
function belongs(path: string, namespaces: readonly Namespace[] | 'unknown'): Pick<Standing, 'namespace' | 'privates'> {
  if (namespaces === 'unknown') return { namespace: 'unknown' }
  const [mine] = namespaces
    .filter(({ name }) => name === '' || path.startsWith(`${name}/`))
    .toSorted((one, other) => other.name.length - one.name.length)
  if (!mine) return { namespace: 'other' }
  return { namespace: 'mine', ...(mine.privates ? { privates: mine.privates } : {}) }
}

async function found(
  portal: Portal,
  path: string,
  signal: AbortSignal,
): Promise<RepositoryInfo | 'absent' | 'unknown'> {
  if (!portal.repository) return 'unknown'
  return (await portal.repository(path, signal)) ?? 'absent'
}

/** What there is to know of a repository before something is sent to it. @throws registry-… where the registry is not reached */
export async function standing(portal: Portal, path: string, signal: AbortSignal): Promise<Standing> {
  const [info, creation, namespaces] = await Promise.all([
    orUnknown(found(portal, path, signal)),
    orUnknown<Creation>(portal.creation(path, signal)),
    orUnknown(portal.abilities.list ? portal.namespaces?.(signal) : undefined),
  ])
  const way: Creation = creation === 'unknown' ? { by: 'push', visibility: 'unknown' } : creation
  return {
    exists: info === 'unknown' ? info : info !== 'absent',
    ...(typeof info === 'object' ? { info } : {}),
    creation: way,
    visibility: typeof info === 'object' ? info.visibility : seenAfterPush(way),
    ...belongs(path, namespaces),
    abilities: portal.abilities,
  }
}

/** The repositories of an account and of its organisations, as they come. */
export async function* mine(portal: Portal, signal: AbortSignal): AsyncGenerator<MineEvent> {
  yield { type: 'abilities', abilities: portal.abilities }
  if (!portal.abilities.list || !portal.namespaces || !portal.repositories) return
  let namespaces: readonly Namespace[]
  try {
    namespaces = await portal.namespaces(signal)
  } catch (error) {
    if (!isSilent(error)) throw error
    yield { type: 'failed', error: error.data }
    return
  }
  yield { type: 'namespaces', namespaces: [...namespaces] }
  // A group's list has those of the groups in it, and two names may be of one list.
  const told = new Set<string>()
  for (const { name } of namespaces) {
    try {
      for await (const page of portal.repositories(name, signal)) {
        const fresh = page.filter(({ path }) => !told.has(path))
        for (const { path } of fresh) told.add(path)
        if (fresh.length > 0) yield { type: 'repositories', repositories: fresh }
      }
    } catch (error) {
      if (signal.aborted) throw error
      yield { type: 'failed', namespace: name, error: asAppError(error).data }
    }
  }
}
