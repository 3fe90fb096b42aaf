import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type Engine, startEngine } from './engine.ts'
import { removeDir, tempDir } from './temp.ts'

/** Keeps the engine that test files share (shared-engine.ts): started when the first one asks, ended with the run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = tempDir()
  let engine: Promise<Engine> | undefined
  const server = createServer((_, response) => {
    engine ??= startEngine()
    engine.then(
      ({ socketPath, dir: home, config }) => response.end(JSON.stringify({ socketPath, dir: home, config })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  const socketPath = join(dir, 'keeper')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  project.provide('engineKeeper', socketPath)
  return async () => {
    server.close()
    server.closeAllConnections()
    await engine?.then((started) => started.stop()).catch(() => undefined)
    removeDir(dir)
  }
}
