import { basename } from 'node:path'
import type {
  Backup,
  Computer,
  ContentRow,
  EngineTest,
  OpenEvent,
  PlaceRef,
  Removal,
  Replaced,
  Spot,
  SshTarget,
} from '../shared/contract.ts'
import { AppError, asAppError, type ErrorData } from '../shared/errors.ts'
import { type Digest, familiar, isDigest, parseReference } from '../shared/reference.ts'
import { Accounts } from './accounts/accounts.ts'
import { Keychain } from './accounts/keychain.ts'
import { Signatures } from './accounts/signatures.ts'
import { Backups } from './backups.ts'
import { Computers, trustedHosts } from './computers.ts'
import { contentDetails, fileContents, layoutContents, registryRemoval, repositoryContents } from './contents.ts'
import { Copies } from './copies.ts'
import { either, Feed } from './feed.ts'
import { FilePasswords } from './file-passwords.ts'
import { Getting } from './getting/getting.ts'
import type { Host } from './host.ts'
import { LookedAt } from './looked-at.ts'
import { blobMemory, knownRepositories, layerMemory } from './memory.ts'
import { Delivery } from './notes/delivery.ts'
import { Opener } from './opener.ts'
import { OtherPlaces } from './other-places.ts'
import { OwnRegistries } from './own-registry/own-registries.ts'
import { describeArchive, describeDetails } from './place/archive/describe.ts'
import type { OnRead } from './place/archive/open.ts'
import { lockOf } from './place/archive/sealed.ts'
import { Shelf } from './place/archive/shelf.ts'
import { connect } from './place/engine/client.ts'
import { Engines } from './place/engine/engines.ts'
import { allEngines } from './place/engine/find.ts'
import { listImages, tagImage, untagImage } from './place/engine/images.ts'
import { type SshWay, sshWay } from './place/engine/ssh/way.ts'
import * as library from './place/layout/library.ts'
import { giveName } from './place/registry/naming.ts'
import { Portals } from './portal/portals.ts'
import { type AccountRef, Registries } from './registries.ts'
import { State } from './state.ts'
import { TagHistory } from './tags/history.ts'
import { TagNotes } from './tags/notes.ts'
import { Tags } from './tags/tags.ts'

/** What a person gave to open a protected file. */
interface PasswordGiven {
  readonly password?: string | undefined
  /** Into the keychain, once it has opened the file. */
  readonly remember?: boolean | undefined
  /** The one in the keychain. */
  readonly kept?: boolean | undefined
}

/** The app behind both hosts: places by their names on the wire, plans and transfers. */
export class App {
  readonly host: Host
  readonly state = new State()
  readonly keychain = new Keychain()
  readonly computers = new Computers(this.state, this.keychain)
  readonly registries = new Registries(this.state, this.keychain)
  readonly portals = new Portals(this.registries)
  readonly backups = new Backups(this.state)
  readonly engines = new Engines(async () => [...(await allEngines()), ...(await this.computers.addresses())])
  readonly archives = new Shelf()
  readonly passwords = new FilePasswords(this.state, this.keychain)
  readonly looked = new LookedAt()
  readonly known = async (host: string): Promise<readonly string[]> => await knownRepositories(this.state, host)
  readonly delivery: Delivery
  readonly opener: Opener
  readonly copies: Copies
  readonly others: OtherPlaces
  readonly accounts: Accounts
  readonly own: OwnRegistries
  readonly history = new TagHistory(this.state)
  readonly notes = new TagNotes(this.history, this.engines)
  readonly tags: Tags
  readonly getting: Getting

  constructor(host: Host) {
    this.host = host
    const { engines, archives, registries, backups, state } = this
    this.delivery = new Delivery({ host, archives, signatures: new Signatures(state, this.keychain) })
    this.opener = new Opener({
      host,
      engines,
      archives,
      registries,
      memory: layerMemory(state),
      blobs: blobMemory(state),
    })
    const others = new OtherPlaces(host, state, registries)
    // A folder is looked at now and then; what was just put there is to be seen at once.
    const arrived = async ({ type }: PlaceRef): Promise<void> => {
      if (type === 'layout') await others.look().catch((error: unknown) => console.error(error))
    }
    this.copies = new Copies({
      host,
      engines,
      opener: this.opener,
      backups,
      notes: this.notes,
      delivery: this.delivery,
      arrived,
      passwords: this.passwords,
    })
    this.others = others
    this.accounts = new Accounts(host, registries, async () => await others.look())
    this.own = new OwnRegistries({ host, engines, registries })
    this.tags = new Tags({
      opener: this.opener,
      engines,
      registries,
      state,
      history: this.history,
      backups,
      deletion: async (place) => {
        const portal = await this.portals.portalOf(place)
        return portal.deleteTag?.bind(portal)
      },
    })
    const { queue } = this.copies
    const { preferences } = backups
    this.getting = new Getting({
      registries,
      opener: this.opener,
      engines,
      state,
      queue,
      library: host.info.library,
      preferences,
    })
  }

  /** Reads what was remembered and begins to look for engines. */
  async open(): Promise<void> {
    await this.backups.readPreferences()
    await this.history.tidy()
    await this.engines.open()
    await this.others.open()
    this.getting.open()
  }

  async close(): Promise<void> {
    await this.copies.queue.close()
    await this.getting.close()
    await this.engines.close()
    await this.others.close()
    await this.portals.close()
    await this.registries.close()
    this.state.close()
  }

  async *watchBackups(engine: string, signal: AbortSignal): AsyncGenerator<Backup[]> {
    const images = this.engines.images(engine)
    for await (const _ of either(images, this.backups.changed, signal)) {
      // While it is away there is no list to compare with.
      const client = await this.engines.client(engine).catch(() => undefined)
      yield client ? await this.backups.list(client, images.value) : []
    }
  }

  /** Gives an image a name; what was kept of the former one is remembered. */
  async tag({
    engine,
    ...request
  }: Parameters<typeof tagImage>[1] & { engine: string }): Promise<{ replaced?: Replaced }> {
    const client = await this.engines.client(engine)
    const begun = Date.now()
    const { former, keptAs } = await tagImage(client, request)
    await this.notes.given({ type: 'engine', engine }, { ...request, former, keptAs }, 'tagged', begun)
    if (former === undefined || former === request.id) return {}
    const [replaced] = await this.backups.record(client, [
      { name: request.name, former, ...(keptAs ? { keptAs } : {}) },
    ])
    return replaced ? { replaced } : {}
  }

  async back(engine: string, backup: string, expected: string): Promise<{ replaced?: Replaced }> {
    const client = await this.engines.client(engine)
    const begun = Date.now()
    const rows = await listImages(client)
    const kept = (await this.backups.list(client, rows)).find(({ name }) => name === backup)
    const replaced = await this.backups.back(client, rows, backup, expected)
    if (kept) {
      const place: PlaceRef = { type: 'engine', engine }
      await this.notes.given(place, { ...replaced, name: kept.of, id: kept.id }, 'back', begun)
      await this.notes.taken(place, kept.id, kept.name, begun)
    }
    return replaced ? { replaced } : {}
  }

  async untag(engine: string, id: string, name: string): Promise<void> {
    const begun = Date.now()
    await untagImage(await this.engines.client(engine), id, name)
    await this.notes.taken({ type: 'engine', engine }, id, name, begun)
  }

  /** Takes a place off the list. A registry is forgotten with what its tags named, once the last of its accounts goes. */
  async forget(place: PlaceRef): Promise<void> {
    await this.others.forget(place)
    if (place.type !== 'registry') return
    const stays = this.others.list.value.some(
      (info) => info.place.type === 'registry' && info.place.host === place.host,
    )
    if (!stays) await this.tags.forget(place.host)
  }

  /** How ssh gets to a computer that is only typed yet, or to an engine of the list. @throws docker-address */
  sshWay(target: SshTarget): SshWay {
    if ('computer' in target) return this.computers.way(target.computer, undefined)
    const { ssh, host } = this.engines.address(target.engine)
    return ssh ?? sshWay(host, trustedHosts())
  }

  /** Connects once to a computer that is only typed yet. */
  async test({
    engine,
    computer,
    password,
  }: {
    engine?: string | undefined
    computer: Computer
    password?: string | undefined
  }): Promise<EngineTest> {
    const client = await connect(await this.computers.trial(engine, computer, password))
    try {
      const { version, store, platform } = client
      return { version, store, platform, images: (await listImages(client)).length }
    } finally {
      client.close()
    }
  }

  async addComputer(
    engine: string | undefined,
    computer: Computer,
    password: string | undefined,
  ): Promise<{ engine: string; remembered: boolean }> {
    const kept = await this.computers.keep(engine, computer, password)
    await this.engines.renew(kept.engine)
    this.engines.retry(kept.engine)
    return kept
  }

  async forgetComputer(engine: string): Promise<void> {
    await this.computers.forget(engine)
    await this.engines.renew(engine)
  }

  /** Looks into a file, telling how far it has come; `deep` verifies every byte of it. */
  async *openArchive(
    path: string,
    deep: boolean,
    signal: AbortSignal,
    given: PasswordGiven = {},
  ): AsyncGenerator<OpenEvent> {
    await this.host.admit(path)
    const password = await this.#passwordOf(path, given, signal)
    const stop = new AbortController()
    const progress = new Feed<OpenEvent | undefined>(undefined)
    const onRead: OnRead = (done, total) => progress.set({ type: 'reading', done, total })
    const work = (
      deep ? this.archives.check(path, signal, onRead) : this.archives.open(path, signal, onRead, password)
    ).finally(() => stop.abort())
    work.catch(() => undefined)
    for await (const event of progress.watch(AbortSignal.any([signal, stop.signal]), 200)) if (event) yield event
    const archive = describeArchive(await this.#orKept(work))
    if (given.remember && password !== undefined) await this.passwords.keep(await lockOf(path, signal), password)
    yield { type: 'opened', archive }
  }

  /** @throws password-needed: the keychain does not have it any more */
  async #passwordOf(path: string, { password, kept }: PasswordGiven, signal: AbortSignal): Promise<string | undefined> {
    if (!kept) return password
    const found = await this.passwords.get(await lockOf(path, signal))
    if (found === undefined) throw new AppError('password-needed', { path: basename(path) })
    return found
  }

  /** Whoever has to type a password is told that one is kept. */
  async #orKept<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'password-needed') throw error
      const { lock = '', ...parts } = error.parts
      const kept = await this.passwords.isKept(String(lock))
      throw new AppError(error.code, { ...parts, ...(kept ? { kept: 1 } : {}) }, { cause: error })
    }
  }

  async forgetPassword(path: string, signal: AbortSignal): Promise<void> {
    await this.host.admit(path)
    await this.passwords.forget(await lockOf(path, signal))
  }

  async archiveDetails(path: string, id: string, signal: AbortSignal): Promise<ReturnType<typeof describeDetails>> {
    await this.host.admit(path)
    return describeDetails(await this.archives.get(path, signal), id)
  }

  // ---- other places

  contents(place: PlaceRef, signal: AbortSignal): AsyncGenerator<ContentRow[]> {
    switch (place.type) {
      case 'layout':
        return this.notes.watching(
          place,
          this.#admitted(place.path, () => layoutContents(place.path, signal)),
        )
      case 'files':
        return this.#admitted(place.path, () => fileContents(place.path, this.opener, signal))
      case 'registry':
        return this.notes.reading(place, this.#asked(place, this.#repository(place, signal)))
      case 'engine':
      case 'archive':
        throw new TypeError('engines and files have lists of their own')
    }
  }

  async *#admitted<T>(path: string, rows: () => AsyncGenerator<T>): AsyncGenerator<T> {
    await this.opener.admit(path)
    yield* rows()
  }

  async *#repository(
    place: Extract<PlaceRef, { type: 'registry' }>,
    signal: AbortSignal,
  ): AsyncGenerator<ContentRow[]> {
    const repository = await this.opener.repository(place)
    const { host, path } = repository
    yield* repositoryContents(repository, (images) => this.looked.note(host, path, images), signal)
  }

  /** Notes whether a registry answers, whatever it is asked. */
  async *#asked<T>(at: AccountRef, answers: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      yield* answers
      await this.others.answered(at)
    } catch (error) {
      await this.others.answered(at, error)
      throw error
    }
  }

  repositories(at: AccountRef, signal: AbortSignal): AsyncGenerator<string[]> {
    return this.#asked(at, this.#catalog(at, signal))
  }

  async *#catalog({ host, account }: AccountRef, signal: AbortSignal): AsyncGenerator<string[]> {
    const client = await this.registries.client(host, account)
    const names: string[] = []
    for await (const name of client.catalog(signal)) {
      names.push(name)
      // A page at a time: the list is sent whole each time.
      if (names.length % 1000 === 0) yield [...names]
    }
    yield names
  }

  async details(spot: Spot, signal: AbortSignal): Promise<ReturnType<typeof describeDetails>> {
    return await contentDetails(this.opener, spot, signal)
  }

  /** Gives an image of a layout or repository a name. @throws image-changed */
  async tagAt(
    request: Spot & { name: string; keepAs?: string | undefined; expected: string },
    signal: AbortSignal,
  ): Promise<{ replaced?: Replaced }> {
    const { place, id, name, keepAs, expected } = request
    const begun = Date.now()
    if (place.type === 'layout') {
      await this.opener.admit(place.path)
      const [replaced] = await library.tagImage(place.path, { id: asDigest(id), name, keepAs, expected }, signal)
      await this.notes.given(place, { ...replaced, name, id }, 'tagged', begun)
      return replaced ? { replaced: { ...replaced, containers: [], dropped: [] } } : {}
    }
    if (place.type !== 'registry') throw new TypeError('a layout or a repository')
    const { client, host, path } = await this.opener.repository(place)
    const parsed = parseReference(name)
    if ('problem' in parsed || parsed.domain !== host || parsed.path !== path)
      throw new AppError('name-invalid', { name })
    const tag = parsed.tag ?? 'latest'
    const former = (await client.head(path, tag, signal))?.digest
    if ((former ?? '') !== expected) throw new AppError('image-changed', { name })
    const { bytes, mediaType } = await client.manifest(path, asDigest(id), signal)
    const root = { digest: asDigest(id), bytes, mediaType }
    const [replaced] = await giveName({ client, host }, root, { name, ...(keepAs ? { keepAs } : {}) }, signal)
    await this.notes.given(place, { ...replaced, name: familiar({ ...parsed, tag }), id }, 'tagged', begun)
    return replaced ? { replaced: { ...replaced, containers: [], dropped: [] } } : {}
  }

  async untagAt({ place, id, name }: Spot & { name: string }, signal: AbortSignal): Promise<void> {
    const begun = Date.now()
    if (place.type === 'layout') {
      await this.opener.admit(place.path)
      await library.untagImage(place.path, asDigest(id), name, signal)
    } else await this.tags.take(place, id, name, signal)
    await this.notes.taken(place, id, name, begun)
  }

  async removalAt(place: PlaceRef, ids: readonly string[], signal: AbortSignal): Promise<Removal> {
    if (place.type === 'registry') return await registryRemoval(this.opener, place, ids, signal)
    if (place.type !== 'layout') throw new TypeError('a layout or a repository')
    await this.opener.admit(place.path)
    const { images, bytes, unreadable } = await library.planRemoval(place.path, ids)
    return {
      images: images.map(({ id, names }) => ({ id, names: [...names], outcome: 'remove', containers: [], size: 0 })),
      space: bytes,
      exact: !unreadable,
    }
  }

  async removeAt(
    place: PlaceRef,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<{ removed: string[]; kept: { id: string; error: ErrorData }[] }> {
    const removed: string[] = []
    const stays: { id: string; error: ErrorData }[] = []
    const needed = place.type === 'registry' ? await this.#needed(place, ids, signal) : new Set<string>()
    for (const id of ids) {
      try {
        if (needed.has(id)) throw new AppError('image-part', { image: id.slice(7, 19) })
        await this.#removeOne(place, id, signal)
        removed.push(id)
      } catch (error) {
        stays.push({ id, error: asAppError(error).data })
      }
    }
    await this.notes.removed(place, removed)
    return { removed, kept: stays }
  }

  /** Those that a version which stays is made of. Asked once for all: a version and its platforms may go together. */
  async #needed(place: PlaceRef, ids: readonly string[], signal: AbortSignal): Promise<Set<string>> {
    const { images } = await registryRemoval(this.opener, place, ids, signal)
    return new Set(images.filter(({ outcome }) => outcome === 'parent').map(({ id }) => id))
  }

  async #removeOne(place: PlaceRef, id: string, signal: AbortSignal): Promise<void> {
    if (place.type === 'layout') {
      await this.opener.admit(place.path)
      await library.removeImages(place.path, [id], signal)
      return
    }
    if (place.type !== 'registry') throw new TypeError('a layout or a repository')
    const { client, path } = await this.opener.repository(place)
    await client.deleteManifest(path, asDigest(id), signal)
  }
}

function asDigest(id: string): Digest {
  if (!isDigest(id)) throw new AppError('image-missing', { image: id })
  return id
}
