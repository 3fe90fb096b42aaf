import type { PlaceRef } from '../../shared/contract.ts'
import type { PublishDestination } from '../../shared/contract-publish.ts'
import { AppError, asAppError, type ErrorData } from '../../shared/errors.ts'
import type { Copies } from '../copies.ts'
import type { Portals } from '../portal/portals.ts'
import { standing } from '../portal/standing.ts'

interface Parts {
  readonly copies: Copies
  readonly portals: Portals
}

export type Started =
  | { readonly type: 'started'; readonly id: string; readonly created: string[] }
  | { readonly type: 'refused'; readonly error: ErrorData; readonly created: string[] }

type From = { readonly from: PlaceRef; readonly platforms?: string[] | undefined }

/**
 * Makes the repositories that are not there, then starts the copy. What a plan tells is told first: a repository is made
 * only for a copy that can begin. It stays when the copy fails later: it is what was asked for, another try needs it, and no
 * repository is ever deleted without somebody's word.
 */
export async function startOne(
  { copies, portals }: Parts,
  { from, platforms }: From,
  { to: at, images, create }: PublishDestination,
  signal: AbortSignal,
): Promise<Started> {
  const created: string[] = []
  const to: PlaceRef = { type: 'registry', ...at }
  const request = { from, to, images, ...(platforms ? { platforms } : {}) }
  try {
    if (create.length > 0) await copies.plan(request, signal)
    for (const { path, visibility } of create) {
      const portal = await portals.portalOf(at)
      if ((await standing(portal, path, signal)).exists === true) continue
      if (!portal.create) throw new AppError('registry-unsupported', { place: at.host })
      await portal.create(path, visibility, {}, signal)
      created.push(path)
    }
    return { type: 'started', id: await copies.start(request, signal), created }
  } catch (error) {
    return { type: 'refused', error: asAppError(error).data, created }
  }
}
