import { createRequire } from 'node:module'
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads'

/**
 * The worker side of xz.ts: xz-embedded as WebAssembly. The module serves both sides, see bzip2-worker.ts; so it must
 * import nothing that other modules of ours import too.
 */

/** The worker speaks and is answered: `want` with an input, `bytes` with `taken`. */
export type XzSays =
  | { readonly type: 'want' }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly raw: string }

/** No `bytes`: the source has ended. `ends`: an xz stream ends with them. */
export type XzInput = { readonly bytes?: Uint8Array; readonly ends: boolean }
export type XzHears = XzInput | 'taken'

export const WORKER_MARK = 'caboteur xz worker'
export const workerUrl = import.meta.url

/** The decoder gives 64 KiB and less at a time. */
const CHUNK = 256 * 1024

function serve(port: MessagePort): void {
  // The decoder reads ahead, so both kinds of answer may be outstanding.
  let given: ((input: XzInput) => void) | undefined
  let taken: (() => void) | undefined
  port.on('message', (message: XzHears) => {
    if (message === 'taken') taken?.()
    else given?.(message)
  })
  const say = (message: XzSays): void => port.postMessage(message)
  const want = (): Promise<XzInput> =>
    new Promise((resolve) => {
      given = resolve
      say({ type: 'want' })
    })
  const give = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      taken = resolve
      say({ type: 'bytes', bytes })
    })
  const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as typeof import('xz-decompress')

  let gathered: Uint8Array[] = []
  let length = 0
  const flush = async (): Promise<void> => {
    if (length > 0) await give(Buffer.concat(gathered))
    gathered = []
    length = 0
  }
  /** One xz stream, its first bytes at hand. */
  const decode = async (first: XzInput): Promise<void> => {
    let next: XzInput | undefined = first
    const packed = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const input = next ?? (await want())
          next = undefined
          if (input.bytes) controller.enqueue(input.bytes)
          if (input.ends || !input.bytes) controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    for await (const chunk of new XzReadableStream(packed)) {
      gathered.push(chunk)
      length += chunk.length
      if (length >= CHUNK) await flush()
    }
  }
  const work = async (): Promise<void> => {
    for (let first = await want(); first.bytes; first = await want()) await decode(first)
    await flush()
    say({ type: 'done' })
  }
  work().catch((error: unknown) => say({ type: 'error', raw: error instanceof Error ? error.message : String(error) }))
}

if (!isMainThread && workerData === WORKER_MARK && parentPort) serve(parentPort)
