import { createServer } from 'node:net'

/** Ports a registry is known by; macOS itself has a service on the first. */
const WELL_KNOWN = [5000, 5001, 5050, 5555]

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

/** A port of this computer that nobody listens on, a usual one where there is one. */
export async function freePort(): Promise<number> {
  for (const port of WELL_KNOWN) if (await isFree(port)) return port
  const server = createServer()
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
