import type { Readable } from 'node:stream'
import type { EngineInfo, ImageRow } from '../../../shared/contract.ts'
import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import { delay, Feed } from '../../feed.ts'
import { connect, type EngineClient, engineError, messages } from './client.ts'
import type { EngineAddress } from './find.ts'
import { listImages } from './images.ts'
import { howToStart } from './start.ts'

/** An engine kept in view: connected, followed by its events, connected again by itself. */

/** Image events after which the list may differ; containers change what is in use. */
const ACTIONS = [
  'pull',
  'tag',
  'untag',
  'delete',
  'import',
  'load',
  'create',
  'destroy',
  'prune',
  'start',
  'die',
  'rename',
]
/** Several changes come together (a load with ten tags): list once. */
const SETTLE = 60
/** How long until an engine that is away is tried again, in milliseconds: at first, and at most where nobody answers. */
const RETRY = { first: 2000, most: 60_000 } as const

/** Only a person changes these: trying again by itself would be a guess at a password, or a knock at a closed door. */
const WAITS_FOR_PERSON: readonly ErrorCode[] = [
  'docker-address',
  'docker-tls',
  'docker-too-old',
  'docker-too-new',
  'ssh-missing',
  'ssh-host-unknown',
  'ssh-host-changed',
  'ssh-denied',
  'ssh-password',
]

/** True for an engine of this computer, which may be asked at any time. */
export function isNear({ host }: Pick<EngineAddress, 'host'>): boolean {
  return /^(?:unix|npipe):/.test(host)
}

type State = EngineInfo['state']

export class LiveEngine {
  readonly address: EngineAddress
  readonly info: Feed<EngineInfo>
  readonly images = new Feed<readonly ImageRow[]>([])
  /** Answered at least once in this run. */
  seen = false
  readonly #stop = new AbortController()
  readonly #wanted = new Feed(false)
  #client: EngineClient | undefined
  #wake = new AbortController()
  readonly #running: Promise<void>

  /** @param wanted connect at once; else when it is first asked for, so that no other computer is called unasked */
  constructor(address: EngineAddress, wanted: boolean) {
    this.address = address
    this.info = new Feed<EngineInfo>(this.#info({ type: wanted ? 'connecting' : 'idle' }))
    this.#wanted.set(wanted)
    this.#running = this.#run()
  }

  #info(state: State): EngineInfo {
    const { id, kind, name, current, host } = this.address
    return { id, kind, name, current, address: host, state }
  }

  /** Aborts once it is closed. */
  get ended(): AbortSignal {
    return this.#stop.signal
  }

  /** Connects if that was not asked for before. */
  want(): void {
    if (this.#wanted.value) return
    this.info.set(this.#info({ type: 'connecting' }))
    this.#wanted.set(true)
  }

  /** The client, as soon as the engine has answered; throws why there is none. */
  async client(): Promise<EngineClient> {
    this.want()
    for await (const { state } of this.info.watch(this.#stop.signal)) {
      if (this.#client && state.type === 'ready') return this.#client
      if (state.type === 'away') throw new AppError(state.error.code, state.error.parts)
    }
    throw new AppError('docker-lost')
  }

  retry(): void {
    this.want()
    this.#wake.abort()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#wake.abort()
    await this.#running
  }

  /** Until it is closed: connect, follow, and when that ends wait and connect again. */
  async #run(): Promise<void> {
    for await (const wanted of this.#wanted.watch(this.#stop.signal)) if (wanted) break
    let pause: number = RETRY.first
    while (!this.#stop.signal.aborted) {
      let failure: AppError | undefined
      let client: EngineClient | undefined
      try {
        client = await connect(this.address, this.#stop.signal)
        pause = RETRY.first
        // What an engine that hangs was asked ends with its connections.
        this.#stop.signal.addEventListener('abort', client.close, { once: true })
        if (this.#stop.signal.aborted) client.close()
        await this.#follow(client)
      } catch (error) {
        failure = engineError(error)
      } finally {
        client?.close()
      }
      this.#client = undefined
      if (failure) await this.#away(failure)
      this.#wake = new AbortController()
      if (this.#stop.signal.aborted) return
      await this.#pause(failure, pause)
      if (!isNear(this.address)) pause = Math.min(pause * 2, RETRY.most)
    }
  }

  async #pause(failure: AppError | undefined, pause: number): Promise<void> {
    const forPerson = failure !== undefined && WAITS_FOR_PERSON.includes(failure.code)
    if (!forPerson) return await delay(pause, this.#wake.signal)
    const woken = Promise.withResolvers<void>()
    this.#wake.signal.addEventListener('abort', () => woken.resolve(), { once: true })
    this.#stop.signal.addEventListener('abort', () => woken.resolve(), { once: true })
    await woken.promise
    this.info.set(this.#info({ type: 'connecting' }))
  }

  async #away(error: AppError): Promise<void> {
    if (this.#stop.signal.aborted) return
    const address = this.address.host
    const near = isNear(this.address)
    const lost = error.code === 'docker-lost'
    const named = lost
      ? new AppError(near ? 'docker-stopped' : 'docker-unreachable', { address }, { cause: error })
      : error
    const startable = near && named.code === 'docker-stopped' && (await howToStart(this.address)) !== undefined
    this.info.set(this.#info({ type: 'away', error: named.data, startable }))
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
    this.seen = true
    const { version, store, platform } = client
    this.images.set(images)
    this.info.set({
      ...this.#info({ type: 'ready', version, store, platform }),
      images: images.length,
      bytes: images.reduce((sum, image) => sum + image.size, 0),
    })
  }
}
