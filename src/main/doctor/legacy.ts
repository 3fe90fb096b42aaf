import type { Digest } from '../../shared/reference.ts'
import { v1Ids } from '../place/engine/legacy-save.ts'
import type { LegacyFolder } from './documents.ts'
import type { Pool } from './pool.ts'

/** Images of which nothing is left but the folders of their layers: a config is made of what those say. */
export interface LegacyImage {
  readonly names: readonly string[]
  readonly config: Uint8Array
  /** Bottom first. `proven`: the folder's own name says that this is the layer, and those below it are right too. */
  readonly layers: readonly { readonly diffId: Digest; readonly proven: boolean }[]
}

const MOST_LAYERS = 1000

function parentOf({ said }: LegacyFolder): string | undefined {
  const { parent } = said
  return typeof parent === 'string' && parent !== '' ? parent.replace('sha256:', '') : undefined
}

/** Folders from the bottom to this one; undefined where one is missing. */
function chainOf(top: LegacyFolder, byId: ReadonlyMap<string, LegacyFolder>): LegacyFolder[] | undefined {
  const chain: LegacyFolder[] = []
  for (let at: LegacyFolder | undefined = top; at; ) {
    chain.unshift(at)
    if (chain.length > MOST_LAYERS) return undefined
    const parent: string | undefined = parentOf(at)
    if (parent === undefined) return chain
    at = byId.get(parent)
  }
  return undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** An OCI config of what the top folder says of its image. */
function configOf(chain: readonly LegacyFolder[], diffIds: readonly Digest[]): Uint8Array {
  const { said } = chain.at(-1) ?? { said: {} as Record<string, unknown> }
  const config = {
    created: text(said['created']),
    author: text(said['author']),
    architecture: text(said['architecture']) ?? 'amd64',
    os: text(said['os']) ?? 'linux',
    variant: text(said['variant']),
    config: said['config'] ?? {},
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: chain.map((folder) => ({ created: text(folder.said['created']), created_by: commandOf(folder) })),
  }
  return new TextEncoder().encode(JSON.stringify(config))
}

function commandOf({ said }: LegacyFolder): string | undefined {
  const container = said['container_config']
  const command = typeof container === 'object' && container !== null && 'Cmd' in container ? container.Cmd : undefined
  return Array.isArray(command) ? command.join(' ') : undefined
}

function imageOf(top: LegacyFolder, byId: ReadonlyMap<string, LegacyFolder>, pool: Pool): LegacyImage | undefined {
  const chain = chainOf(top, byId)
  const layers = chain?.map(({ survey, folder }) => pool.named(survey, `${folder}/layer.tar`)?.diffId)
  const diffIds = layers?.filter((diffId) => diffId !== undefined)
  if (!chain || !diffIds || diffIds.length !== chain.length) return undefined
  const ids = v1Ids(diffIds)
  return {
    names: [],
    config: configOf(chain, diffIds),
    layers: diffIds.map((diffId, index) => ({ diffId, proven: ids[index] === chain[index]?.id })),
  }
}

/** `known`: what layers the images have that are described otherwise, joined. */
export function legacyImages(
  folders: readonly LegacyFolder[],
  tops: readonly { readonly name: string; readonly top: string }[],
  pool: Pool,
  known: ReadonlySet<string>,
): LegacyImage[] {
  const byId = new Map(folders.map((folder) => [folder.id, folder]))
  const parents = new Set(folders.map(parentOf))
  const named = Map.groupBy(tops, ({ top }) => top)
  return folders
    .filter(({ id }) => !parents.has(id) || named.has(id))
    .flatMap((folder) => {
      const image = imageOf(folder, byId, pool)
      if (!image || known.has(image.layers.map(({ diffId }) => diffId).join())) return []
      return [{ ...image, names: (named.get(folder.id) ?? []).map(({ name }) => name) }]
    })
}
