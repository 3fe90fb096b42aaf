import { resolve } from 'node:path'
import type { Compression, Platform } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { familiar } from '../../shared/reference.ts'
import type { Patient } from '../doctor/diagnose.ts'
import type { Donor } from '../doctor/patient.ts'
import { platformMatches, platformText } from '../format/documents.ts'
import { blobMemory, layerMemory } from '../memory.ts'
import { type OpenArchive, openArchive } from '../place/archive/open.ts'
import { archiveSink, type SaveTarget } from '../place/archive/sink.ts'
import { archiveSource } from '../place/archive/source.ts'
import type { EngineClient } from '../place/engine/client.ts'
import type { Image, Sink, Source } from '../place/place.ts'
import { leaves } from '../place/place.ts'
import type { RegistryClient } from '../place/registry/client.ts'
import type { Credentials } from '../place/registry/tokens.ts'
import { State } from '../state.ts'
import { type Address, idPart, parseAddress } from './address.ts'

/** Places for one command, opened as it names them; `close` ends what was opened. */

/** What was given on the command line for registries and protected files. */
export interface Access {
  /** For the one registry of the command, before what the keychain and docker know. */
  readonly username?: string
  readonly password?: string
  /** Of protected files, read or written. */
  readonly filePassword?: string
  /** PEM. */
  readonly ca?: string
  /** Hosts that may be spoken to without encryption. */
  readonly plain: readonly string[]
}

/** An opened place, as a source. */
export interface Opened {
  readonly source: Source
  /** What the address names: one image, or all of a file. */
  readonly images: readonly Image[]
  readonly format: string
  readonly compression: Compression
  readonly engine?: EngineClient
}

export type PlatformChoice = Platform | 'all' | undefined

function usage(detail: string): AppError {
  return new AppError('usage', { detail })
}

function matches(image: Image, ref: string): boolean {
  const id = idPart(ref)
  if (id === undefined) return image.names.includes(ref)
  return [image.id, image.digest].some((own) => own?.slice('sha256:'.length).startsWith(id))
}

/** @throws platform-missing */
function ofPlatform(images: readonly Image[], platform: PlatformChoice): readonly Image[] {
  if (!platform || platform === 'all' || images.length === 0) return images
  const all = images.flatMap((image) => leaves(image).map((leaf) => ({ ...leaf, names: image.names })))
  const fitting = all.filter((image) => image.kind === undefined && platformMatches(image.platform, platform))
  if (fitting.length > 0) return fitting
  throw platformMissing(all, platform)
}

function platformMissing(images: readonly Image[], platform: Platform): AppError {
  const have = [...new Set(images.map((image) => platformText(image.platform)))].join(', ')
  return new AppError('platform-missing', { image: images[0]?.names[0] ?? '', platform: platformText(platform), have })
}

/** A name stands for one image at an engine: of several platforms, its own. @throws platform-missing */
export function forEngine(images: readonly Image[], { platform }: Pick<EngineClient, 'platform'>): readonly Image[] {
  const single = images.flatMap((image): readonly Image[] => (image.parts ? ofPlatform([image], platform) : [image]))
  const groups = Map.groupBy(single, (image) => image.names.join(' ') || image.id)
  return [...groups.values()].flatMap((group) => (group.length === 1 ? group : ofPlatform(group, platform)))
}

export interface SinkOptions {
  readonly compress: SaveTarget['method'] | undefined
  /** Bytes of a part at most. */
  readonly split: number | undefined
  readonly encrypt: boolean
  /** Docker on another computer may be given the registry's sign-in. */
  readonly engineMaySignIn: boolean
}

interface OpenRegistry {
  readonly client: RegistryClient
  readonly credentials: () => Promise<Credentials | undefined>
}

export class Places {
  readonly #access: Access
  readonly #engines = new Set<EngineClient>()
  readonly #registries = new Map<string, OpenRegistry>()
  readonly #beside: readonly string[]
  readonly #patients = new Map<string, Patient>()
  #state: State | undefined

  /** `beside`: places that may have what a damaged file lacks. */
  constructor(access: Access, beside: readonly string[] = []) {
    this.#access = access
    this.#beside = beside
  }

  get state(): State {
    this.#state ??= new State()
    return this.#state
  }

  async close(): Promise<void> {
    for (const client of this.#engines) client.close()
    for (const { client } of this.#registries.values()) await client.close()
    this.#state?.close()
  }

  /** An engine by its docker context, by the name of an added computer, or by what its product is called (`colima`). */
  async engine(context: string | undefined): Promise<EngineClient> {
    const { allEngines, findEngines } = await import('../place/engine/find.ts')
    const { connect } = await import('../place/engine/client.ts')
    let address = (await findEngines()).find(({ id, current }) => (context === undefined ? current : id === context))
    if (!address && context !== undefined) {
      const { Computers } = await import('../computers.ts')
      const others = [...(await new Computers(this.state).addresses()), ...(await allEngines())]
      address = others.find(({ name }) => name === context) ?? others.find(({ kind }) => kind === context)
    }
    if (!address) throw new AppError('docker-address', { address: context ?? '' })
    const client = await connect(address)
    this.#engines.add(client)
    return client
  }

  /** @throws usage where a password or authority was given and two registries could be meant */
  async registry(host: string): Promise<RegistryClient> {
    return (await this.#openRegistry(host)).client
  }

  async #openRegistry(host: string): Promise<OpenRegistry> {
    const known = this.#registries.get(host)
    if (known) return known
    const meant = this.#access.username !== undefined || this.#access.ca !== undefined
    // What was typed for one is never shown to the other.
    if (meant && this.#registries.size > 0) throw usage('--username and --ca are for one registry, and here are two')
    const { Keychain } = await import('../accounts/keychain.ts')
    const { Registries } = await import('../registries.ts')
    const registries = new Registries(this.state, new Keychain())
    const { username, password, ca, plain } = this.#access
    const given = username !== undefined && password !== undefined
    const credentials = async (): Promise<Credentials | undefined> =>
      given ? { type: 'password', username, password } : await registries.credentials(host)
    const own = given || ca !== undefined || plain.includes(host)
    const kept = (await registries.list()).find((one) => one.host === host)
    const trusted = ca ?? kept?.ca
    const client = own
      ? await registries.connect(
          {
            host,
            plain: kept?.plain === true || plain.includes(host),
            ...(trusted === undefined ? {} : { ca: trusted }),
          },
          credentials,
        )
      : await registries.client(host)
    const opened = { client, credentials }
    this.#registries.set(host, opened)
    return opened
  }

  /** @throws image-missing, platform-missing, usage, and what opening the place throws */
  async source(address: Address, platform: PlatformChoice, signal: AbortSignal): Promise<Opened> {
    switch (address.type) {
      case 'archive':
        return await this.#archive(address.path, address.ref, platform, signal)
      case 'layout':
        return await this.#layout(address.path, address.ref, platform, signal)
      case 'doctor':
        return await this.#savedOf(address.path, address.ref, platform, signal)
      case 'registry':
        return await this.#registryImage(address, platform, signal)
      case 'engine':
        return await this.#engineImage(address, platform)
    }
  }

  /** An image file; a protected one with the password that was given. @throws password-needed, and as `openArchive` */
  async open(path: string, signal: AbortSignal): Promise<OpenArchive> {
    return await openArchive(resolve(path), signal, undefined, this.#access.filePassword)
  }

  /** A damaged file as the doctor sees it, read once a command, with what the places beside it have. @throws usage */
  async patient(path: string, signal: AbortSignal): Promise<Patient> {
    const at = resolve(path)
    const known = this.#patients.get(at)
    if (known) return known
    const { diagnose } = await import('../doctor/diagnose.ts')
    const copies: string[] = []
    const donors: Donor[] = []
    for (const place of this.#beside) {
      const address = parseAddress(place)
      if (address.type === 'doctor') throw usage(`“${place}” is a file itself: --with archive:FILE`)
      if (address.type === 'archive') copies.push(resolve(address.path))
      else donors.push({ name: place, ...(await this.#donor(address, signal)) })
    }
    const patient = await diagnose(at, { copies, donors }, signal)
    this.#patients.set(at, patient)
    return patient
  }

  async #savedOf(
    path: string,
    ref: string | undefined,
    platform: PlatformChoice,
    signal: AbortSignal,
  ): Promise<Opened> {
    const { doctorSource, savedImages } = await import('../doctor/source.ts')
    const patient = await this.patient(path, signal)
    const images = ofPlatform(chosen(savedImages(patient), ref, path), platform)
    if (images.length === 0) throw new AppError('archive-nothing-saved', { path })
    return { source: doctorSource(patient), images, format: 'doctor', compression: 'none' }
  }

  /** A place that may have layers which a damaged file lacks: all of an engine, where no image is named. */
  async #donor(
    address: Exclude<Address, { type: 'archive' | 'doctor' }>,
    signal: AbortSignal,
  ): Promise<Pick<Opened, 'source' | 'images'>> {
    if (address.type !== 'engine' || address.ref !== undefined) return await this.source(address, undefined, signal)
    const engine = await this.engine(address.context)
    const { allImages, engineSource } = await import('../place/engine/source.ts')
    return { source: engineSource(engine), images: await allImages(engine) }
  }

  async #archive(
    path: string,
    ref: string | undefined,
    platform: PlatformChoice,
    signal: AbortSignal,
  ): Promise<Opened> {
    const archive = await this.open(path, signal)
    if (archive.contents.format === 'rootfs') throw new AppError('archive-rootfs', { path })
    const all = archive.contents.images.map(({ image }) => image)
    const source = archiveSource(archive)
    return {
      source,
      images: ofPlatform(chosen(all, ref, path), platform),
      format: archive.contents.format,
      compression: archive.compression,
    }
  }

  async #layout(path: string, ref: string | undefined, platform: PlatformChoice, signal: AbortSignal): Promise<Opened> {
    const { openLayout } = await import('../place/layout/open.ts')
    const { layoutSource } = await import('../place/layout/source.ts')
    const layout = await openLayout(resolve(path), signal)
    return {
      source: layoutSource(layout),
      images: ofPlatform(chosen(layout.images, ref, path), platform),
      format: 'oci-layout',
      compression: 'none',
    }
  }

  async #registryImage(
    { reference }: Extract<Address, { type: 'registry' }>,
    platform: PlatformChoice,
    signal: AbortSignal,
  ): Promise<Opened> {
    if (reference.tag === undefined && reference.digest === undefined)
      throw usage('a registry needs a version here: registry:HOST/REPOSITORY:TAG')
    const { readReference, registrySource } = await import('../place/registry/source.ts')
    const repository = {
      client: await this.registry(reference.domain),
      host: reference.domain,
      path: reference.path,
    }
    const image = await readReference(repository, reference, signal)
    return {
      source: registrySource(repository, [image]),
      images: ofPlatform([image], platform),
      format: 'registry',
      compression: 'none',
    }
  }

  async #engineImage(
    { context, ref }: Extract<Address, { type: 'engine' }>,
    platform: PlatformChoice,
  ): Promise<Opened> {
    if (ref === undefined) throw usage('an engine needs an image: engine:NAME or engine:ID')
    const engine = await this.engine(context)
    const { engineSource, readImage } = await import('../place/engine/source.ts')
    const image = await readImage(engine, ref)
    const named = idPart(ref) ? image : { ...image, names: [ref] }
    const images = ofPlatform([named], platform)
    return { source: engineSource(engine), images, format: 'engine', compression: 'none', engine }
  }

  /** `from`: where the images come from; what is plain there by choice stays plain. */
  async sink(address: Address, options: SinkOptions, from: Address): Promise<{ sink: Sink; engine?: EngineClient }> {
    const { compress, split, encrypt } = options
    if (split !== undefined && address.type !== 'archive') throw usage('--split is for files')
    if (encrypt && address.type !== 'archive') throw usage('--encrypt is for files')
    // Whoever gives a password means the file to be protected.
    if (!encrypt && address.type === 'archive' && from.type !== 'archive' && this.#access.filePassword !== undefined)
      throw usage('a password protects nothing without --encrypt')
    switch (address.type) {
      case 'doctor':
        throw usage('doctor: is what can be saved of a file, not a place to copy to')
      case 'archive': {
        const target = {
          method: compress ?? 'none',
          level: 'normal',
          ...(split === undefined ? {} : { split }),
          ...(encrypt ? { password: this.#passwordToWrite() } : {}),
        } as const
        return { sink: archiveSink(resolve(address.path), target) }
      }
      case 'layout': {
        const { layoutSink } = await import('../place/layout/sink.ts')
        const pack = packed(compress)
        return { sink: layoutSink(resolve(address.path), pack ? { pack } : {}) }
      }
      case 'registry':
        return { sink: await this.#registrySink(address, options, from) }
      case 'engine': {
        if (compress !== undefined && compress !== 'none') throw usage('--compress is not for engines')
        const engine = await this.engine(address.context)
        const { engineSink } = await import('../place/engine/sink.ts')
        return { sink: engineSink(engine, blobMemory(this.state)), engine }
      }
    }
  }

  /** @throws usage */
  #passwordToWrite(): string {
    const { filePassword } = this.#access
    if (filePassword === undefined) throw usage('--encrypt needs --password-stdin or --password-file')
    return filePassword
  }

  async #registrySink(
    { reference: { domain } }: Extract<Address, { type: 'registry' }>,
    { compress, engineMaySignIn }: SinkOptions,
    from: Address,
  ): Promise<Sink> {
    const { registrySink } = await import('../place/registry/sink.ts')
    // Layers of a registry or folder are in the form their maker chose: another form would be another image.
    const arrived = from.type === 'engine' || from.type === 'archive' || from.type === 'doctor'
    const pack = compress === undefined && arrived ? 'gzip' : packed(compress)
    const same = from.type === 'registry' && from.reference.domain === domain ? [from.reference.path] : []
    const { client, credentials } = await this.#openRegistry(domain)
    const signIn = from.type === 'engine' ? await credentials() : undefined
    return registrySink(client, domain, {
      memory: layerMemory(this.state),
      from: same,
      ...(pack ? { pack } : {}),
      ...(signIn && !engineMaySignIn ? {} : { receives: signIn ? { signIn } : {} }),
    })
  }
}

/** @throws usage */
function packed(compress: SaveTarget['method'] | undefined): 'gzip' | 'zstd' | undefined {
  if (compress === 'bzip2') throw usage('--compress bzip2 is for files')
  return compress === 'none' ? undefined : compress
}

/** @throws image-missing */
function chosen(all: readonly Image[], ref: string | undefined, path: string): readonly Image[] {
  if (ref === undefined) return all
  const named = all
    .filter((image) => matches(image, ref))
    .map((image) => (idPart(ref) ? image : { ...image, names: [ref] }))
  if (named.length === 0) throw new AppError('image-missing', { image: ref, place: path })
  return named
}

/** What a registry's address names the image at the destination; undefined where names are kept. */
export function destinationName(address: Address): string | undefined {
  if (address.type !== 'registry') return address.ref
  return address.reference.tag === undefined && address.reference.digest === undefined
    ? undefined
    : familiar(address.reference)
}
