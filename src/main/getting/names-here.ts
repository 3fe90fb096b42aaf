import type { PlaceRef } from '../../shared/contract.ts'
import { type Digest, isDigest, splitName } from '../../shared/reference.ts'
import { layoutImages } from '../contents.ts'
import { type EngineClient, engineError } from '../place/engine/client.ts'
import type { Came } from './came.ts'

/** A name of an image here, and which manifest of its registry that image is. */
export interface NameHere {
  readonly place: PlaceRef
  readonly id: string
  readonly name: string
  /** Of the manifest or index as it was there; empty where nobody knows. */
  readonly digests: readonly Digest[]
  /** Of an index: its platforms' manifests. All of them being there, it is no other image. */
  readonly parts: readonly Digest[]
}

/** The names in an engine. Docker notes where it pulled an image from; `came`: where this app brought it from. */
export async function namesInEngine(
  client: Pick<EngineClient, 'docker'>,
  place: PlaceRef,
  came: Pick<Came, 'digests'>,
): Promise<NameHere[]> {
  const images = await client.docker.listImages({ all: false }).catch((error: unknown) => {
    throw engineError(error)
  })
  const names: NameHere[] = []
  for (const { Id: id, RepoTags: tags, RepoDigests: known } of images) {
    for (const name of (tags ?? []).filter((tag) => tag !== '<none>:<none>')) {
      const { repository } = splitName(name)
      const pulled = (known ?? []).flatMap((one) => {
        const [of, digest] = one.split('@')
        return of === repository && isDigest(digest) ? [digest] : []
      })
      names.push({ place, id, name, digests: [...pulled, ...(await came.digests(id, repository))], parts: [] })
    }
  }
  return names
}

/** The names in a layout, whose images are kept by manifest. */
export async function namesInLayout(
  place: Extract<PlaceRef, { type: 'layout' }>,
  signal: AbortSignal,
): Promise<NameHere[]> {
  const images = await layoutImages(place.path, signal)
  return images.flatMap(({ id, digest, names, parts = [] }) =>
    names.map((name) => ({
      place,
      id,
      name,
      digests: digest ? [digest] : [],
      parts: parts.flatMap((part) => (part.kind === undefined && part.digest ? [part.digest] : [])),
    })),
  )
}
