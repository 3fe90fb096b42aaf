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
  const said: Readonly<Record<string, unknown>> = chain.at(-1)?.said ?? {}
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

/** Since 1.10 Docker writes folders below the top one with this date, and names them by what is in them. */
const NAMED_BY_CONTENT = '1970-01-01T00:00:00Z'

function isNamedByContent({ said }: LegacyFolder): boolean {
  return said['created'] === NAMED_BY_CONTENT
}

function imageOf(top: LegacyFolder, byId: ReadonlyMap<string, LegacyFolder>, pool: Pool): LegacyImage | undefined {
  const chain = chainOf(top, byId)
  const layers = chain?.map(({ survey, folder }) => pool.named(survey, `${folder}/layer.tar`)?.diffId)
  const diffIds = layers?.filter((diffId) => diffId !== undefined)
  if (!chain || !diffIds || diffIds.length !== chain.length) return undefined
  const ids = v1Ids(diffIds)
  const proven = chain.map(({ id }, index) => ids[index] === id)
  // A layer that is not what its folder is named after is a bad one.
  if (chain.some((folder, index) => isNamedByContent(folder) && index < ids.length && !proven[index])) return undefined
  return {
    names: [],
    config: configOf(chain, diffIds),
    layers: diffIds.map((diffId, index) => ({ diffId, proven: proven[index] ?? false })),
  }
}

/** Whether these are the layers of an image that is described otherwise, as far as the folders can tell: all but the top one. */
function isKnown({ layers }: LegacyImage, known: readonly (readonly Digest[])[]): boolean {
  const below = layers.slice(0, -1).map(({ diffId }) => diffId)
  const isSame = (ids: readonly Digest[]): boolean =>
    ids.length === layers.length && below.every((diffId, index) => ids[index] === diffId)
  return known.some(isSame)
}

/**
 * `described`: folders of top layers that a listing speaks of, with a config that is there. `known`: the layers of every config
 * that is there.
 */
export function legacyImages(
  folders: readonly LegacyFolder[],
  tops: readonly { readonly name: string; readonly top: string }[],
  pool: Pool,
  { described, known }: { readonly described: ReadonlySet<string>; readonly known: readonly (readonly Digest[])[] },
): LegacyImage[] {
  const byId = new Map(folders.map((folder) => [folder.id, folder]))
  const parents = new Set(folders.map(parentOf))
  const named = Map.groupBy(tops, ({ top }) => top)
  return folders
    .filter(({ id, folder }) => (!parents.has(id) || named.has(id)) && !described.has(folder))
    .flatMap((folder) => {
      const image = imageOf(folder, byId, pool)
      if (!image || isKnown(image, known)) return []
      return [{ ...image, names: (named.get(folder.id) ?? []).map(({ name }) => name) }]
    })
}
