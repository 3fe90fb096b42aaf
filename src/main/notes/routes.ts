import { os, until } from '../routing.ts'
import { listedImages } from './compose.ts'

export const deliveryRoutes = {
  about: os.delivery.about.handler(async ({ context: { app }, input, signal }) => {
    const note = await app.delivery.about(input.path, until(signal))
    const otherSums = await app.delivery.otherSums(input.path)
    return { ...(note ? { note } : {}), otherSums }
  }),
  trust: os.delivery.trust.handler(async ({ context: { app }, input }) => {
    await app.delivery.trust(input.path, input.fingerprint)
    return {}
  }),
  trusted: os.delivery.trusted.handler(({ context: { app } }) => app.delivery.trusted()),
  distrust: os.delivery.distrust.handler(async ({ context: { app }, input }) => {
    await app.delivery.distrust(input.fingerprint)
    return {}
  }),
  signer: os.delivery.signer.handler(async ({ context: { app } }) => {
    const signer = await app.delivery.signer()
    return signer ? { signer } : {}
  }),
  makeSigner: os.delivery.makeSigner.handler(({ context: { app }, input }) => app.delivery.makeSigner(input.name)),
  forgetSigner: os.delivery.forgetSigner.handler(async ({ context: { app } }) => {
    await app.delivery.forgetSigner()
    return {}
  }),
  listed: os.delivery.listed.handler(({ input }) => listedImages(input.name, input.text, input.env)),
}
