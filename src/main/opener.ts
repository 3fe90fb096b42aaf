import { mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { CopyRequest, DonorRef, PlaceRef } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'
import { isDigest } from '../shared/reference.ts'
import type { Donor } from './doctor/patient.ts'
import { doctorSource } from './doctor/source.ts'
import { isPatient, Ward } from './doctor/ward.ts'
import type { Host } from './host.ts'
import type { OpenArchive } from './place/archive/open.ts'
import type { Shelf } from './place/archive/shelf.ts'
import { archiveSink } from './place/archive/sink.ts'
import { archiveSource } from './place/archive/source.ts'
import type { Engines } from './place/engine/engines.ts'
import type { BlobMemory } from './place/engine/memory.ts'
import { engineSink } from './place/engine/sink.ts'
import { allImages, engineSource } from './place/engine/source.ts'
import { openLayout } from './place/layout/open.ts'
import { layoutSink } from './place/layout/sink.ts'
import { layoutSource } from './place/layout/source.ts'
import type { Sink, Source } from './place/place.ts'
import type { LayerMemory } from './place/registry/memory.ts'
import { registrySink } from './place/registry/sink.ts'
import { type Repository, readReference, registrySource } from './place/registry/source.ts'
import type { Registries } from './registries.ts'

export interface Openable {
  readonly host: Host
  readonly engines: Engines
  readonly archives: Shelf
  readonly registries: Registries
  readonly memory: LayerMemory
  readonly blobs: BlobMemory
}

/** What a copy is asked to do, as far as it decides how its destination is opened. */
export type Target = Pick<CopyRequest, 'to' | 'from' | 'compress' | 'password' | 'engineMaySignIn' | 'images'>

/** Places by their names on the wire, as sources and sinks. */
export class Opener {
  readonly #of: Openable
  /** Damaged files that were looked through. */
  readonly ward = new Ward({
    admit: async (path) => await this.admit(path),
    donor: async (place, signal) => await this.#donor(place, signal),
  })

  constructor(openable: Openable) {
    this.#of = openable
  }

  /** The Library is the app's own, wherever a host lets files be. @throws folder-outside */
  async admit(path: string): Promise<void> {
    if (path !== this.#of.host.info.library) await this.#of.host.admit(path)
  }

  /** @throws folder-outside, and what opening the place throws */
  async source(place: PlaceRef, signal: AbortSignal): Promise<Source> {
    switch (place.type) {
      case 'engine':
        return engineSource(await this.#of.engines.client(place.engine))
      case 'archive':
        if (isPatient(place)) return doctorSource(await this.ward.patient(place, signal))
        await this.admit(place.path)
        return archiveSource(await this.archive(place.path, signal))
      case 'layout':
        await this.admit(place.path)
        return layoutSource(await openLayout(place.path, signal))
      case 'registry':
        return registrySource(await this.repository(place))
      case 'files':
        throw new AppError('file-is-folder', { path: place.path })
    }
  }

  /** @throws archive-rootfs: it holds no image */
  async archive(path: string, signal: AbortSignal): Promise<OpenArchive> {
    await this.admit(path)
    const archive = await this.#of.archives.get(path, signal)
    if (archive.contents.format === 'rootfs') throw new AppError('archive-rootfs', { path })
    return archive
  }

  /** A place that may have layers which a damaged file lacks. */
  async #donor(place: Exclude<DonorRef, { type: 'archive' }>, signal: AbortSignal): Promise<Donor> {
    switch (place.type) {
      case 'engine': {
        const client = await this.#of.engines.client(place.engine)
        return { name: place.engine, source: engineSource(client), images: await allImages(client) }
      }
      case 'layout': {
        await this.admit(place.path)
        const layout = await openLayout(place.path, signal)
        return { name: basename(place.path), source: layoutSource(layout), images: layout.images }
      }
      case 'registry': {
        const repository = await this.repository(place)
        const by = isDigest(place.reference) ? { digest: place.reference } : { tag: place.reference }
        const image = await readReference(repository, by, signal)
        return {
          name: `${place.host}/${place.repository}`,
          source: registrySource(repository, [image]),
          images: [image],
        }
      }
    }
  }

  async repository({ host, account, repository }: Extract<PlaceRef, { type: 'registry' }>): Promise<Repository> {
    if (repository === undefined) throw new AppError('name-invalid', { name: host })
    const open = (await this.#of.registries.credentials(host, account)) === undefined
    return { client: await this.#of.registries.client(host, account), host, path: repository, open }
  }

  /** Opened when the copy runs: an engine may have been restarted while it waited. */
  async sink({ to, from, images, compress, password, engineMaySignIn = false }: Target): Promise<Sink> {
    switch (to.type) {
      case 'engine':
        return engineSink(await this.#of.engines.client(to.engine), this.#of.blobs)
      case 'archive':
        await this.admit(to.path)
        return archiveSink(to.path, { ...(compress ?? { method: 'none', level: 'normal' }), password })
      case 'layout':
        await this.admit(to.path)
        // A sink makes its own folder; the Library's stands in one that may not be there yet.
        if (to.path === this.#of.host.info.library) await mkdir(dirname(to.path), { recursive: true, mode: 0o700 })
        return layoutSink(to.path)
      case 'registry': {
        // Layers of a registry or folder are in the form their maker chose: another form would be another image.
        const arrived = from.type === 'engine' || from.type === 'archive' || from.type === 'files'
        const sources = [from, ...images.map(({ place }) => place)]
        const same = sources.flatMap((place) =>
          place?.type === 'registry' && place.host === to.host && place.repository !== undefined
            ? [place.repository]
            : [],
        )
        const signIn = from.type === 'engine' ? await this.#of.registries.credentials(to.host, to.account) : undefined
        return registrySink(await this.#of.registries.client(to.host, to.account), to.host, {
          memory: this.#of.memory,
          ...(signIn ? { ...(engineMaySignIn ? { receives: { signIn } } : {}) } : { receives: {} }),
          ...(arrived ? { pack: 'gzip' } : {}),
          from: [...new Set(same)],
        })
      }
      case 'files':
        throw new AppError('file-is-folder', { path: to.path })
    }
  }
}
