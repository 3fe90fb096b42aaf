import type { Readable } from 'node:stream'
import type { EngineInfo, ImageRow } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import { delay, Feed } from '../../feed.ts'
import { connect, type EngineClient, engineError, messages } from './client.ts'
import { type EngineAddress, findEngines } from './find.ts'
import { listImages } from './images.ts'

/** Engines kept in view: connected, followed by their events, connected again by themselves. */

/** Image events after which the list may differ; containers change what is in use. */
const ACTIONS = ['pull', 'tag', 'untag', 'delete', 'import', 'load', 'create', 'destroy', 'prune']
/** Several changes come together (a load with ten tags): list once. */
const SETTLE = 60
/** How long until an engine that is away is tried again, in milliseconds. */
const RETRY = 2000

class LiveEngine {
  readonly info: Feed<EngineInfo>
  readonly images = new Feed<readonly ImageRow[]>([])
  readonly #address: EngineAddress
  readonly #stop = new AbortController()
  #client: EngineClient | undefined
  #wake = new AbortController()
  readonly #running: Promise<void>

  constructor(address: EngineAddress) {
    this.#address = address
    this.info = new Feed<EngineInfo>({
      id: address.id,
      current: address.current,
      address: address.host,
      state: { type: 'connecting' },
    })
    this.#running = this.#run()
  }

  /** The client, or why there is none. */
  get client(): EngineClient {
    if (this.#client) return this.#client
    const { state } = this.info.value
    throw state.type === 'away' ? new AppError(state.error.code, state.error.parts) : new AppError('docker-stopped')
  }

  retry(): void {
    this.#wake.abort()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#wake.abort()
    await this.#running
  }

  /** Until it is closed: connect, follow, and when that ends wait and connect again. */
  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow(await connect(this.#address))
      } catch (error) {
        this.#away(engineError(error))
      }
      this.#client = undefined
      this.#wake = new AbortController()
      if (!this.#stop.signal.aborted) await delay(RETRY, this.#wake.signal)
    }
  }

  #away(error: AppError): void {
    if (this.#stop.signal.aborted) return
    const { id, current, address } = this.info.value
    const named = error.code === 'docker-lost' ? new AppError('docker-stopped', { address }, { cause: error }) : error
    this.info.set({ id, current, address, state: { type: 'away', error: named.data } })
    this.images.set([])
  }

  async #follow(client: EngineClient): Promise<void> {
    // The events first, then the list: a change in between is seen twice, never missed.
    const filters = { type: ['image', 'container'], event: ACTIONS }
    const stream = (await client.docker.getEvents({ filters: JSON.stringify(filters) })) as Readable
    const stop = (): void => void stream.destroy()
    this.#stop.signal.addEventListener('abort', stop, { once: true })
    // It may have come while the engine was being asked: an aborted signal does not fire again.
    if (this.#stop.signal.aborted) stop()
    const changed = new Feed(0)
    const ended = new AbortController()
    const listing = (async () => {
      for await (const _ of changed.watch(ended.signal, SETTLE)) await this.#list(client)
    })()
    try {
      // A failed list ends the events too, and so the connection.
      listing.catch(stop)
      for await (const _ of messages(stream as AsyncIterable<Uint8Array>)) changed.set(changed.value + 1)
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    } finally {
      this.#stop.signal.removeEventListener('abort', stop)
      stop()
      ended.abort()
      await listing
    }
    throw new AppError('docker-lost')
  }

  async #list(client: EngineClient): Promise<void> {
    const images = await listImages(client)
    this.#client = client
    const { id, current, address } = this.info.value
    this.images.set(images)
    this.info.set({
      id,
      current,
      address,
      state: { type: 'ready', version: client.version, store: client.store, platform: client.platform },
      images: images.length,
      bytes: images.reduce((sum, image) => sum + image.size, 0),
    })
  }
}

/** All engines of this computer. */
export class Engines {
  readonly list = new Feed<readonly EngineInfo[]>([])
  readonly #engines = new Map<string, LiveEngine>()
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>[] = []

  /** Finds the engines and begins to follow them; returns before they have answered. */
  async open(): Promise<void> {
    for (const address of await findEngines()) {
      const engine = new LiveEngine(address)
      this.#engines.set(address.id, engine)
      this.#watching.push(this.#watch(engine))
    }
  }

  async #watch(engine: LiveEngine): Promise<void> {
    for await (const _ of engine.info.watch(this.#stop.signal)) {
      this.list.set(
        [...this.#engines.values()].map(({ info }) => info.value).sort((a, b) => Number(b.current) - Number(a.current)),
      )
    }
  }

  #get(id: string): LiveEngine {
    const engine = this.#engines.get(id)
    if (!engine) throw new AppError('docker-missing')
    return engine
  }

  /** @throws why it is away */
  client(id: string): EngineClient {
    return this.#get(id).client
  }

  images(id: string, signal: AbortSignal): AsyncGenerator<readonly ImageRow[]> {
    return this.#get(id).images.watch(signal)
  }

  retry(id: string): void {
    this.#get(id).retry()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all([...this.#engines.values()].map(async (engine) => await engine.close()))
    await Promise.all(this.#watching)
  }
}
