import { readdir, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { PlaceInfo, PlaceRef } from '../shared/contract.ts'
import { AppError, asAppError } from '../shared/errors.ts'
import { layoutImages } from './contents.ts'
import { delay, Feed } from './feed.ts'
import { fileError } from './files.ts'
import type { Host } from './host.ts'
import { layerKey, leaves } from './place/place.ts'
import { type AccountRef, kindOf, type Registries } from './registries.ts'
import type { State } from './state.ts'

/** How often folders are looked for, in milliseconds: a drive comes and goes without a word. */
const LOOK = 5000

type InfoState = PlaceInfo['state']

function answerKey({ host, account }: AccountRef): string {
  return `${host} ${account ?? ''}`
}

/** The places beside the engines: the Library, folders that were opened, registries that were added. */
export class OtherPlaces {
  readonly list = new Feed<readonly PlaceInfo[]>([])
  readonly #host: Host
  readonly #state: State
  readonly #registries: Registries
  /** What a registry said last in this run, by `answerKey`. */
  readonly #answers = new Map<string, InfoState>()
  readonly #stop = new AbortController()
  #looking: Promise<void> = Promise.resolve()
  #watching: Promise<void> = Promise.resolve()

  constructor(host: Host, state: State, registries: Registries) {
    this.#host = host
    this.#state = state
    this.#registries = registries
  }

  async open(): Promise<void> {
    await this.look()
    this.#watching = this.#watch()
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await delay(LOOK, this.#stop.signal)
      if (!this.#stop.signal.aborted) await this.look().catch((error: unknown) => console.error(error))
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#watching
    await this.#looking.catch(() => undefined)
  }

  /** Looks at all of them anew; one look after the other. */
  async look(): Promise<void> {
    this.#looking = this.#looking.catch(() => undefined).then(async () => await this.#look())
    await this.#looking
  }

  async #look(): Promise<void> {
    const { library } = this.#host.info
    const infos: PlaceInfo[] = [
      { place: { type: 'layout', path: library }, kind: 'library', name: '', state: await this.#layout(library) },
    ]
    for (const { path, files } of await this.#folders()) {
      const place: PlaceRef = files ? { type: 'files', path } : { type: 'layout', path }
      const state = (await this.#refused(path)) ?? (files ? await folder(path) : await this.#layout(path))
      infos.push({ place, kind: files ? 'files' : 'layout', name: basename(path) || path, state })
    }
    infos.push(...(await this.#registryPlaces()))
    if (!isDeepStrictEqual(infos, this.list.value)) this.list.set(infos)
  }

  /** A place for each account; one for nobody where none is kept. */
  async #registryPlaces(): Promise<PlaceInfo[]> {
    const accounts = Map.groupBy(await this.#registries.accounts(), ({ host }) => host)
    return (await this.#registries.list()).flatMap((kept) => {
      const { host, plain } = kept
      const names = accounts.get(host)?.map(({ name }) => name) ?? [undefined]
      return names.map(
        (account): PlaceInfo => ({
          place: { type: 'registry', host, ...(account === undefined ? {} : { account }) },
          kind: 'registry',
          name: host,
          state: this.#answers.get(answerKey({ host, account })) ?? { type: 'idle' },
          ...(account === undefined ? {} : { username: account }),
          plain,
          registry: kindOf(kept),
        }),
      )
    })
  }

  /** Another host may have remembered it: this one may not offer it. */
  async #refused(path: string): Promise<InfoState | undefined> {
    try {
      await this.#host.admit(path)
      return undefined
    } catch (error) {
      return { type: 'away', error: asAppError(error).data }
    }
  }

  async #folders(): Promise<{ path: string; files: boolean }[]> {
    const rows = await this.#state.all('SELECT path, files FROM folder ORDER BY rowid')
    return rows.map(({ path, files }) => ({ path: String(path), files: files === 1 }))
  }

  async #layout(path: string): Promise<InfoState> {
    try {
      if (path !== this.#host.info.library) await stat(path)
      const images = await layoutImages(path, this.#stop.signal)
      const sizes = new Map(
        images
          .flatMap(leaves)
          .flatMap(({ layers }) => layers.map((layer) => [layerKey(layer), layer.stored?.size ?? 0] as const)),
      )
      return { type: 'ready', images: images.length, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) }
    } catch (error) {
      return { type: 'away', error: asAppError(fileError(error, path)).data }
    }
  }

  /** Opens a folder as what it is. @throws file-missing, layout-not-one, folder-outside */
  async add(path: string, create: boolean): Promise<PlaceRef> {
    await this.#host.admit(path)
    const names = await readdir(path).catch((error: unknown) => {
      throw fileError(error, path)
    })
    const layout = names.includes('oci-layout') || names.includes('index.json')
    if (names.length === 0 && !create) throw new AppError('layout-not-one', { path })
    const files = !layout && names.length > 0
    await this.#state.run(
      'INSERT INTO folder (path, files) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET files = excluded.files',
      path,
      files ? 1 : 0,
    )
    await this.look()
    return files ? { type: 'files', path } : { type: 'layout', path }
  }

  async forget(place: PlaceRef): Promise<void> {
    if (place.type === 'registry') {
      const accounts = await this.#registries.accounts(place.host)
      // The registry goes with the last of its accounts.
      if (place.account !== undefined && accounts.length > 1) await this.#registries.signOut(place.host, place.account)
      else await this.#registries.forget(place.host)
      // What it said to any of them: one who comes again is asked anew.
      for (const account of [place.account, undefined, ...accounts.map(({ name }) => name)])
        this.#answers.delete(answerKey({ host: place.host, account }))
    } else if (place.type === 'layout' || place.type === 'files')
      await this.#state.run('DELETE FROM folder WHERE path = ?', place.path)
    await this.look()
  }

  /** Notes what a registry said to the last thing it was asked. */
  async answered(at: AccountRef, error?: unknown): Promise<void> {
    const about = error === undefined ? undefined : asAppError(error)
    // Refusing one repository is an answer too: the registry is there.
    const away =
      about &&
      /^(?:registry-(?:unreachable|proxy|tls|certificate|plain-http|credentials|two-factor|unavailable|answer)|aws-(?:keys|expired)|clock-wrong)$/.test(
        about.code,
      )
    this.#answers.set(answerKey(at), away ? { type: 'away', error: about.data } : { type: 'ready' })
    await this.look()
  }
}

async function folder(path: string): Promise<InfoState> {
  try {
    await readdir(path)
    return { type: 'ready' }
  } catch (error) {
    return { type: 'away', error: asAppError(fileError(error, path)).data }
  }
}
