import type { IncomingMessage, ServerResponse } from 'node:http'

/** Something that goes wrong with the next `times` requests of a kind. */
export interface Disturbance {
  readonly method: string
  readonly path: RegExp
  readonly times?: number
  /** `body`: after `after` bytes of the request's body; `effect`: all is done, nothing said; `answer`: after `after` bytes of the answer's body. */
  readonly cut?: 'arrival' | 'body' | 'effect' | 'answer'
  readonly after?: number
  readonly answer?: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
}

/** Ends the connection of a request without a word. */
export class Cut extends Error {}

/** One request to an emulated registry. */
export interface Asking {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly repository: string
  /** The last part of the path: a tag, a digest, the id of an upload. */
  readonly last: string
  readonly trouble: Disturbance | undefined
}

/** An error as the specification words it. */
export function refuse({ response }: Pick<Asking, 'response'>, status: number, code: string): void {
  const errors = [{ code, message: code.toLowerCase().replaceAll('_', ' '), detail: null }]
  response.writeHead(status, { 'content-type': 'application/json' }).end(code && JSON.stringify({ errors }))
}

/** The request's body; `each` gets it as it comes, also when it is cut. */
export async function readRequest(
  { request, trouble }: Asking,
  each: (chunk: Buffer) => void = () => undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let left = trouble?.cut === 'body' ? (trouble.after ?? 0) : Number.POSITIVE_INFINITY
  if (left === 0) throw new Cut()
  // Left early, the request must not end its connection before `Cut` does.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left)
    left -= part.length
    chunks.push(part)
    each(part)
    if (left === 0) throw new Cut()
  }
  return Buffer.concat(chunks)
}

/** All is done; the answer is cut when that was asked for. */
export function afterEffect({ trouble }: Asking): void {
  if (trouble?.cut === 'effect') throw new Cut()
}

/** Sends a body, or as much of it as was asked for. Headers are written already. */
export function send({ request, response, trouble }: Asking, bytes: Buffer): void {
  if (trouble?.cut === 'answer') response.write(bytes.subarray(0, trouble.after ?? 0), () => request.socket.destroy())
  else response.end(request.method === 'HEAD' ? undefined : bytes)
}
