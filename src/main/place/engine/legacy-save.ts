import type { Digest } from '../../../shared/reference.ts'
import { chainIds, digestOf, hex } from '../../format/digest.ts'
import type { Image } from '../place.ts'

/**
 * Which layer a folder of a legacy `docker save` stream (Docker up to 24) holds, told before its bytes come. The folder is
 * named by a v1 id: the digest of a small JSON made of the layer's chain id and the v1 id below it (moby v20.10
 * image/v1/imagev1.go CreateID). The top layer's id covers the whole config and cannot be computed: that folder's `json`
 * names its parent and date, which tells whose top it is.
 */

/** Go's `container.Config{}` as JSON. */
const ZERO_CONFIG =
  '{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null}'

/** The v1 ids of all layers but the top one, bottom first, in hex. */
export function v1Ids(diffIds: readonly Digest[]): readonly string[] {
  const ids: string[] = []
  for (const chain of chainIds(diffIds).slice(0, -1)) {
    const below = ids.at(-1)
    const parent = below === undefined ? '' : `,"parent":"sha256:${below}"`
    ids.push(
      hex(
        digestOf(`{"container_config":${ZERO_CONFIG},"created":"1970-01-01T00:00:00Z","layer_id":"${chain}"${parent}}`),
      ),
    )
  }
  return ids
}

interface Top {
  readonly diffId: Digest
  /** The v1 id below, '' for an image of one layer. */
  readonly parent: string
  readonly created: number
}

function topOf(image: Image): Top | undefined {
  const diffIds = image.layers.map(({ diffId }) => diffId).filter((diffId) => diffId !== undefined)
  const diffId = diffIds.at(-1)
  return diffId && { diffId, parent: v1Ids(diffIds).at(-1) ?? '', created: image.created }
}

function alike(a: Top, b: Top): boolean {
  return a.parent === b.parent && a.created === b.created
}

/** Groups images into requests in which every top layer can be told: two of one parent and one date go apart. */
export function tellable(images: readonly Image[]): readonly (readonly Image[])[] {
  const groups: { images: Image[]; tops: Top[] }[] = []
  for (const image of images) {
    const top = topOf(image)
    const fits = groups.find(
      ({ tops }) => !top || tops.every((other) => !alike(top, other) || other.diffId === top.diffId),
    )
    const group = fits ?? { images: [], tops: [] }
    if (!fits) groups.push(group)
    group.images.push(image)
    if (top) group.tops.push(top)
  }
  return groups.map((group) => group.images)
}

/** Reads folder names of one legacy stream. */
export interface LegacyNames {
  /** What the folder's `json` says; it comes before its `layer.tar`. */
  learn(folder: string, json: Uint8Array): void
  /** The layer in a folder; undefined when it is none of these images'. */
  diffId(folder: string): Digest | undefined
}

export function legacyNames(images: readonly Image[]): LegacyNames {
  const known = new Map<string, Digest>()
  const tops: Top[] = []
  for (const image of images) {
    const diffIds = image.layers.map(({ diffId }) => diffId).filter((diffId) => diffId !== undefined)
    for (const [index, id] of v1Ids(diffIds).entries()) known.set(id, diffIds[index] ?? digestOf(''))
    const top = topOf(image)
    if (top) tops.push(top)
  }
  return {
    learn(folder, json) {
      if (known.has(folder)) return
      const said = JSON.parse(new TextDecoder().decode(json)) as { parent?: unknown; created?: unknown }
      const parent = typeof said.parent === 'string' ? said.parent.replace('sha256:', '') : ''
      const created = Date.parse(String(said.created))
      const top = tops.find((one) => one.parent === parent && one.created === created)
      if (top) known.set(folder, top.diffId)
    },
    diffId: (folder) => known.get(folder),
  }
}
