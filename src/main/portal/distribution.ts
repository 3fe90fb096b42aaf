import type { RepositoryInfo } from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import type { RegistryClient } from '../place/registry/client.ts'
import type { Portal } from './portal.ts'

/**
 * Whether a registry has a repository, asked by the distribution API. A registry that hides what one may not see says
 * that it is not there.
 */
export async function hasTags(client: RegistryClient, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const _ of client.tags(path, signal)) return true
    // No tag is no image, and still a repository.
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'registry-name-unknown') return false
    throw error
  }
}

/** A registry without a web of its own: whoever reaches it sees what is in it, as far as it lets them in. */
export function distributionPortal(client: RegistryClient): Portal {
  return {
    abilities: { kind: 'distribution', list: false, create: [], makes: 'repository', visibility: false, pages: {} },
    creation: async () => ({ by: 'push', visibility: 'unknown' }),
    repository: async (path, signal): Promise<RepositoryInfo | undefined> =>
      (await hasTags(client, path, signal)) ? { path, visibility: 'unknown', pages: {} } : undefined,
  }
}
