import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a server that can be cut: what goes through it is counted, and ends where it was asked to. */
export class Cutter {
  readonly #server = createServer((socket) => this.#join(socket))
  readonly #target: string
  readonly #sockets = new Set<Socket>()
  #plan: { readonly way: 'up' | 'down'; left: number } | undefined
  /** Connections that were cut. */
  cuts = 0

  private constructor(target: string) {
    this.#target = target
  }

  /** `target`: `host:port`. */
  static async start(target: string): Promise<Cutter> {
    const cutter = new Cutter(target)
    await new Promise<void>((resolve) => cutter.#server.listen(0, '127.0.0.1', resolve))
    return cutter
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Cuts whichever connection brings this way's bytes to so many, once. */
  after(way: 'up' | 'down', bytes: number): void {
    this.#plan = { way, left: bytes }
  }

  #join(client: Socket): void {
    const [host = '', port = ''] = this.#target.split(':')
    const server = connect(Number(port), host)
    const pair = [client, server] as const
    for (const socket of pair) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        for (const other of pair) other.destroy()
      })
    }
    const pass = (from: Socket, to: Socket, way: 'up' | 'down'): void => {
      from.on('data', (chunk: Buffer) => {
        const plan = this.#plan?.way === way ? this.#plan : undefined
        const part = plan ? chunk.subarray(0, plan.left) : chunk
        if (!to.write(part)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        if (!plan) return
        plan.left -= part.length
        if (plan.left > 0) return
        this.#plan = undefined
        this.cuts += 1
        // What was passed on arrives; then the line is dead for both.
        to.end()
        from.resetAndDestroy()
      })
      from.on('end', () => to.end())
    }
    pass(client, server, 'up')
    pass(server, client, 'down')
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
