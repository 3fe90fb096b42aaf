import type { MineEvent } from '../../shared/contract-portal.ts'
import { AppError } from '../../shared/errors.ts'
import type { App } from '../app.ts'
import type { AccountRef } from '../registries.ts'
import { os, stream, until } from '../routing.ts'
import type { Portal } from './portal.ts'
import { mine, standing } from './standing.ts'

type Change = 'create' | 'setVisibility' | 'describe'

/** A method that the registry of a portal may not have. @throws registry-unsupported */
function able<Name extends Change>(portal: Portal, name: Name, { host }: AccountRef): NonNullable<Portal[Name]> {
  const method = portal[name]
  if (method === undefined) throw new AppError('registry-unsupported', { place: host })
  return method.bind(portal) as NonNullable<Portal[Name]>
}

/** The repositories of an account; whether the registry answered at all is noted among the places. */
async function* asked(app: App, at: AccountRef, signal: AbortSignal): AsyncGenerator<MineEvent> {
  try {
    for await (const event of mine(await app.portals.portalOf(at), signal)) {
      if (event.type === 'abilities') app.portals.shown(event.abilities)
      if (event.type === 'repositories') for (const repository of event.repositories) app.portals.shown(repository)
      if (event.type === 'namespaces') await app.others.answered(at)
      yield event
    }
  } catch (error) {
    if (!signal.aborted) await app.others.answered(at, error)
    throw error
  }
}

export const portalRoutes = os.portal.router({
  mine: os.portal.mine.handler(({ context: { app }, input, signal }) => stream(asked(app, input, until(signal)))),
  repository: os.portal.repository.handler(async ({ context: { app }, input: { path, ...at }, signal }) => {
    const found = await standing(await app.portals.portalOf(at), path, until(signal))
    for (const of of [found.abilities, found.info]) if (of) app.portals.shown(of)
    if (found.creation.by === 'hand') app.portals.shown({ pages: { page: found.creation.page } })
    return found
  }),
  create: os.portal.create.handler(async ({ context: { app }, input, signal }) => {
    const create = able(await app.portals.portalOf(input), 'create', input)
    await create(input.path, input.visibility, { description: input.description }, until(signal))
    return {}
  }),
  change: os.portal.change.handler(async ({ context: { app }, input, signal }) => {
    const { path, visibility, description, readme } = input
    const portal = await app.portals.portalOf(input)
    const described = description !== undefined || readme !== undefined
    // Both before either: nothing is half done for want of one.
    const describe = described ? able(portal, 'describe', input) : undefined
    const setVisibility = visibility === undefined ? undefined : able(portal, 'setVisibility', input)
    await describe?.(path, { description, readme }, until(signal))
    if (visibility !== undefined) await setVisibility?.(path, visibility, until(signal))
    return {}
  }),
})
