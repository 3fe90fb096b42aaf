import type { Standing } from '../../shared/contract-portal.ts'
import type { Finding } from '../../shared/contract-publish.ts'
import { judgePath } from '../../shared/registry-names.ts'
import { type Check, type Publication, pathsOf } from './check.ts'

function ofNew(path: string, { creation, privates }: Standing, { create, host }: Publication): Finding[] {
  if (creation.by === 'hand')
    return [
      {
        id: 'repository-by-hand',
        level: 'stop',
        parts: { path, host, ...(creation.page ? { page: creation.page } : {}) },
      },
    ]
  const chosen = create.get(path)
  if (chosen === 'private' && privates && privates.used >= privates.limit)
    return [{ id: 'repository-quota', level: 'stop', parts: { path, host, ...privates } }]
  const seen = chosen ?? (creation.by === 'push' ? creation.visibility : (creation.push ?? 'unknown'))
  return seen === 'public'
    ? [{ id: 'repository-public', level: 'warn', parts: { path, host } }]
    : [{ id: 'repository-seen', level: 'info', parts: { path, host, visibility: seen } }]
}

function ofThere(path: string, { visibility }: Standing, { host }: Publication): Finding[] {
  return [{ id: 'repository-seen', level: 'info', parts: { path, host, visibility } }]
}

/** Who will see it, and whether there is room for one more that few see. */
export const visibilityCheck: Check = {
  id: 'visibility',
  async run(publication) {
    const { host, kind } = publication
    // Nothing is asked about a name that cannot be.
    const paths = pathsOf(publication).filter((path) => !judgePath(path, { host, kind }))
    const found = await Promise.all(
      paths.map(async (path): Promise<Finding[]> => {
        const standing = await publication.standing(path)
        const other: Finding[] =
          standing.namespace === 'other' ? [{ id: 'repository-other', level: 'warn', parts: { path, host } }] : []
        return [...other, ...(standing.exists === false ? ofNew : ofThere)(path, standing, publication)]
      }),
    )
    return found.flat()
  },
}
