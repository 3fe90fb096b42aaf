import type { CopyRequest, PlaceRef, Transfer } from '../../shared/contract.ts'
import { type Digest, familiarRepository, isDigest } from '../../shared/reference.ts'
import type { State } from '../state.ts'
import type { TransferQueue } from '../transfer/queue.ts'

/**
 * Which manifest of a registry an image of an engine came from. Docker notes that only of what it pulled itself; of what came
 * another way it is noted here, by the image's id, which names the same content on every engine.
 */
export class Came {
  readonly #state: State
  readonly #seen = new Set<string>()

  constructor(state: State) {
    this.#state = state
  }

  /** Notes what copies bring from registries to engines, until aborted. */
  async follow(queue: TransferQueue, signal: AbortSignal): Promise<void> {
    for await (const transfers of queue.transfers.watch(signal, 200)) {
      for (const transfer of transfers) await this.#take(transfer, queue.request(transfer.id))
    }
  }

  /** Digests of manifests and indexes of a repository (as a person reads its name) that an image came from. */
  async digests(image: string, repository: string): Promise<Digest[]> {
    const rows = await this.#state.all('SELECT digest FROM came WHERE image = ? AND repository = ?', image, repository)
    return rows.flatMap(({ digest }) => (isDigest(digest) ? [digest] : []))
  }

  async #take({ id, phase, result }: Transfer, request: CopyRequest | undefined): Promise<void> {
    if (phase !== 'done' || !result || request?.to.type !== 'engine' || this.#seen.has(id)) return
    this.#seen.add(id)
    // To an engine each image goes for itself: they come in the order they were asked for.
    for (const [index, { id: digest, place = request.from }] of request.images.entries()) {
      const image = result.images[index]?.id
      if (image !== undefined && isDigest(digest)) await this.#note(image, place, digest)
    }
  }

  async #note(image: string, place: PlaceRef, digest: Digest): Promise<void> {
    if (place.type !== 'registry' || place.repository === undefined) return
    await this.#state.run(
      'INSERT OR REPLACE INTO came (image, repository, digest, at) VALUES (?, ?, ?, ?)',
      image,
      familiarRepository({ domain: place.host, path: place.repository }),
      digest,
      Date.now(),
    )
  }
}
