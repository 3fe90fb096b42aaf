import { copies, os, stream, until } from '../routing.ts'

export const getRoutes = {
  search: os.get.search.handler(({ context: { app }, input, signal }) => app.getting.search(input, until(signal))),
  repository: os.get.repository.handler(async ({ context: { app }, input, signal }) => {
    const page = await app.getting.repository(input, until(signal))
    return page ? { page } : {}
  }),
  offers: os.get.offers.handler(({ context: { app }, input: { filter, from, ...at }, signal }) =>
    app.getting.offers(at, { filter, from }, until(signal)),
  ),
  resolve: os.get.resolve.handler(({ context: { app }, input: { tag, digest, ...at }, signal }) =>
    app.getting.resolve(at, { tag, digest }, until(signal)),
  ),
  limit: os.get.limit.handler(async ({ context: { app }, input, signal }) => {
    const limit = await app.getting.limit(input.host, input.account, until(signal))
    return limit ? { limit } : {}
  }),
  look: os.get.look.handler(({ context: { app }, input, signal }) =>
    app.getting.look(input.place, input.ids, until(signal)),
  ),
  watchNewer: os.get.watchNewer.handler(({ context: { app }, signal }) =>
    stream(copies(app.getting.newer.watch(until(signal)))),
  ),
}
