import { AppError } from '../../shared/errors.ts'
import { os, stream, until } from '../routing.ts'
import type { Portal } from './portal.ts'
import { mine, standing } from './standing.ts'

/** A method that the registry of this portal may not have. @throws registry-unsupported */
function has<Method>(method: Method | undefined, { abilities }: Portal): Method {
  if (method === undefined) throw new AppError('registry-unsupported', { place: abilities.kind })
  return method
}

export const portalRoutes = os.portal.router({
  mine: os.portal.mine.handler(async function* ({ context: { app }, input, signal }) {
    yield* stream(mine(await app.portals.portalOf(input), until(signal)))
  }),
  repository: os.portal.repository.handler(async ({ context: { app }, input: { path, ...at }, signal }) =>
    standing(await app.portals.portalOf(at), path, until(signal)),
  ),
  create: os.portal.create.handler(async ({ context: { app }, input, signal }) => {
    const portal = await app.portals.portalOf(input)
    await has(portal.create, portal)(input.path, input.visibility, { description: input.description }, until(signal))
    return {}
  }),
  change: os.portal.change.handler(async ({ context: { app }, input, signal }) => {
    const { path, visibility, description, readme } = input
    const portal = await app.portals.portalOf(input)
    if (description !== undefined || readme !== undefined)
      await has(portal.describe, portal)(path, { description, readme }, until(signal))
    if (visibility !== undefined) await has(portal.setVisibility, portal)(path, visibility, until(signal))
    return {}
  }),
})
