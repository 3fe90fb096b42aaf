import { isDeepStrictEqual } from 'node:util'
import type { EngineInfo, ImageRow } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import { delay, Feed } from '../../feed.ts'
import type { EngineClient } from './client.ts'
import type { EngineAddress } from './find.ts'
import { isNear, LiveEngine } from './live.ts'
import { startEngine } from './start.ts'

/** How often this computer is searched for engines that came or went, in milliseconds. */
const SEARCH = 3000

/** What decides whether an engine is still the one it was; functions in it are made anew each time. */
function plain(address: EngineAddress): unknown {
  return JSON.parse(JSON.stringify(address))
}

/** All engines of this computer and those it knows elsewhere, as they come and go. */
export class Engines {
  readonly list = new Feed<readonly EngineInfo[]>([])
  readonly #find: () => Promise<readonly EngineAddress[]>
  readonly #engines = new Map<string, LiveEngine>()
  readonly #stop = new AbortController()
  readonly #work = new Set<Promise<unknown>>()

  /** @param find every engine worth showing, those on this computer first */
  constructor(find: () => Promise<readonly EngineAddress[]>) {
    this.#find = find
  }

  /** Finds the engines and begins to follow them; returns before they have answered. */
  async open(): Promise<void> {
    await this.search()
    this.#keep(this.#searchOn())
  }

  async #searchOn(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await delay(SEARCH, this.#stop.signal)
      if (this.#stop.signal.aborted) return
      // A search that fails once must not be the last.
      await this.search().catch((error: unknown) => console.error(error))
    }
  }

  /** Work that `close` waits for. */
  #keep(work: Promise<unknown>): void {
    this.#work.add(work)
    work.catch((error: unknown) => console.error(error)).finally(() => this.#work.delete(work))
  }

  /** Takes up engines that came, and lets go of those that went. */
  async search(): Promise<void> {
    const found = new Map((await this.#find()).map((address) => [address.id, address]))
    // Closed meanwhile: nobody would ever close what was taken up now.
    if (this.#stop.signal.aborted) return
    for (const [id, engine] of this.#engines) {
      const now = found.get(id)
      if (now ? isDeepStrictEqual(plain(now), plain(engine.address)) : staysInView(engine)) continue
      this.#drop(id)
    }
    for (const [id, address] of found) if (!this.#engines.has(id)) this.#add(address)
    this.#tell()
  }

  #add(address: EngineAddress): void {
    const engine = new LiveEngine(address, isNear(address) || address.current)
    this.#engines.set(address.id, engine)
    this.#keep(this.#follow(engine))
  }

  #drop(id: string): void {
    const engine = this.#engines.get(id)
    if (!engine) return
    this.#engines.delete(id)
    this.#keep(engine.close())
  }

  async #follow(engine: LiveEngine): Promise<void> {
    for await (const _ of engine.info.watch(engine.ended)) this.#tell()
  }

  #tell(): void {
    const infos = [...this.#engines.values()].map(({ info }) => info.value)
    this.list.set(infos.sort((a, b) => Number(b.current) - Number(a.current)))
  }

  #get(id: string): LiveEngine {
    const engine = this.#engines.get(id)
    if (!engine) throw new AppError('docker-missing')
    return engine
  }

  /** Waits for one that is being connected. @throws why it is away */
  async client(id: string): Promise<EngineClient> {
    return await this.#get(id).client()
  }

  address(id: string): EngineAddress {
    return this.#get(id).address
  }

  /** The images of an engine, which is connected for it; [] while it is away. */
  images(id: string): Feed<readonly ImageRow[]> {
    const engine = this.#get(id)
    engine.want()
    return engine.images
  }

  retry(id: string): void {
    this.#get(id).retry()
  }

  /** @throws docker-start */
  async start(id: string): Promise<void> {
    const engine = this.#get(id)
    await startEngine(engine.address)
    engine.retry()
  }

  /** Connects anew, by an address that may have changed in what cannot be compared (a password). */
  async renew(id: string): Promise<void> {
    this.#drop(id)
    await this.search()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    for (const id of [...this.#engines.keys()]) this.#drop(id)
    while (this.#work.size > 0) await Promise.allSettled(this.#work)
  }
}

/** A product's socket goes when it is stopped: whoever looked at its images must read that, not see the place vanish. */
function staysInView({ address, seen }: LiveEngine): boolean {
  return seen && address.kind !== 'added' && address.kind !== 'context'
}
