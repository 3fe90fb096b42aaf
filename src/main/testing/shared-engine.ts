import { request } from 'node:http'
import { inject } from 'vitest'
import { dockerCommand, type SharedEngine } from './engine.ts'

export type { SharedEngine }

declare module 'vitest' {
  interface ProvidedContext {
    /** Socket on which the test run hands out its shared engine. */
    engineKeeper: string
  }
}

/**
 * The private engine (classic store) that all test files of a run share; the first who asks starts it. Files run side by
 * side: give your images names of your own, remove no image that is not yours, count nothing you did not make. A test
 * that stops the engine, fills its disk or prunes starts its own with `startEngine`.
 */
export async function sharedEngine(): Promise<SharedEngine> {
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath: inject('engineKeeper'), path: '/' }, (response) => {
      Array.fromAsync(response.setEncoding('utf8') as AsyncIterable<string>).then((parts) => {
        const text = parts.join('')
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(text))
      }, reject)
    })
    asked.on('error', reject)
    asked.end()
  })
  const { socketPath, dir, config } = JSON.parse(answer) as { socketPath: string; dir: string; config: string }
  const host = `unix://${socketPath}`
  return { host, socketPath, dir, config, store: 'classic', docker: dockerCommand(host, config) }
}
