import { os, until } from '../routing.ts'
import { kitPage } from './kit.ts'

export const ownRoutes = {
  list: os.own.list.handler(({ context: { app }, input }) => app.own.list(input.engine)),
  images: os.own.images.handler(({ context: { app }, input, signal }) => app.own.images(input.engine, until(signal))),
  suggest: os.own.suggest.handler(({ context: { app }, input }) => app.own.suggest(input.engine)),
  create: os.own.create.handler(async ({ context: { app }, input, signal }) => {
    const made = await app.own.create(input, until(signal))
    await app.others.look()
    return made
  }),
  start: os.own.start.handler(async ({ context: { app }, input }) => {
    await app.own.start(input)
    return {}
  }),
  stop: os.own.stop.handler(async ({ context: { app }, input }) => {
    await app.own.stop(input)
    return {}
  }),
  remove: os.own.remove.handler(async ({ context: { app }, input }) => {
    await app.own.remove(input, input.data)
    await app.others.look()
    return {}
  }),
  users: os.own.users.handler(async ({ context: { app }, input }) => ({ names: await app.own.users(input) })),
  setUser: os.own.setUser.handler(async ({ context: { app }, input }) => {
    await app.own.setUser(input, input.name, input.password)
    return {}
  }),
  removeUser: os.own.removeUser.handler(async ({ context: { app }, input }) => {
    await app.own.removeUser(input, input.name)
    return {}
  }),
  size: os.own.size.handler(async ({ context: { app }, input }) => {
    const bytes = await app.own.size(input)
    return bytes === undefined ? {} : { bytes }
  }),
  cleanup: os.own.cleanup.handler(({ context: { app }, input, signal }) =>
    app.own.cleanup(input, input.keep, until(signal)),
  ),
  // Begun, it goes to its end: a registry that stands still must not stay so because a window was closed.
  clean: os.own.clean.handler(({ context: { app }, input }) =>
    app.own.clean(input, input.keep, new AbortController().signal),
  ),
  kit: os.own.kit.handler(async ({ context: { app }, input }) => {
    const about = await app.own.about(input)
    return { name: `${about.name}.caboteur.html`, html: kitPage(about, input.language) }
  }),
}
