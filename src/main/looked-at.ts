import type { Digest } from '../shared/reference.ts'
import type { Image } from './place/place.ts'

/** Repositories and images that are kept in mind. */
const REPOSITORIES = 60
const IMAGES = 2000

function remember<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}

/**
 * What somebody looked at in registries in this run, so that the search knows where to ask, and need not read again what a
 * digest names.
 */
export class LookedAt {
  /** By host and path, the newest last. */
  readonly #repositories = new Map<string, { readonly host: string; readonly path: string }>()
  /** By the digest of manifest or index: what that names never changes. */
  readonly #images = new Map<Digest, Image>()

  note(host: string, path: string, images: readonly Image[]): void {
    remember(this.#repositories, `${host} ${path}`, { host, path }, REPOSITORIES)
    this.keep(images)
  }

  /** Images that were read for some other reason. */
  keep(images: readonly Image[]): void {
    for (const image of images) if (image.digest) remember(this.#images, image.digest, image, IMAGES)
  }

  /** Paths of a host's repositories, those looked at last before the others. */
  repositories(host: string): string[] {
    return [...this.#repositories.values()].flatMap((one) => (one.host === host ? [one.path] : [])).reverse()
  }

  image(digest: Digest): Image | undefined {
    return this.#images.get(digest)
  }
}
