import { os, until } from '../routing.ts'

export const tagRoutes = {
  history: os.tags.history.handler(({ context: { app }, input, signal }) => app.tags.history(input, until(signal))),
  known: os.tags.known.handler(({ context: { app }, input }) => app.tags.known(input)),
  plan: os.tags.plan.handler(({ context: { app }, input, signal }) => app.tags.plan(input, until(signal))),
  apply: os.tags.apply.handler(({ context: { app }, input, signal }) => app.tags.apply(input, until(signal))),
  rollBack: os.tags.rollBack.handler(({ context: { app }, input, signal }) => app.tags.rollBack(input, until(signal))),
  scheme: os.tags.scheme.handler(async ({ context: { app }, input }) => {
    const scheme = await app.tags.scheme(input.repository)
    return scheme ? { scheme } : {}
  }),
  keepScheme: os.tags.keepScheme.handler(async ({ context: { app }, input }) => {
    await app.tags.keepScheme(input.repository, input.scheme)
    return {}
  }),
}
