import { os, until } from '../routing.ts'

export const accountRoutes = {
  test: os.accounts.test.handler(({ context: { app }, input, signal }) => app.accounts.test(input, until(signal))),
  add: os.accounts.add.handler(({ context: { app }, input: { registry, signIn }, signal }) =>
    app.accounts.add(registry, signIn, until(signal)),
  ),
  list: os.accounts.list.handler(({ context: { app }, input }) => app.accounts.list(input.host)),
  registry: os.accounts.registry.handler(({ context: { app }, input }) => app.accounts.registry(input.host)),
  signOut: os.accounts.signOut.handler(async ({ context: { app }, input }) => {
    await app.accounts.signOut(input.host, input.account)
    return {}
  }),
  known: os.accounts.known.handler(({ context: { app } }) => app.accounts.known()),
  googleKey: os.accounts.googleKey.handler(({ context: { app }, input }) => app.accounts.googleKey(input)),
}
