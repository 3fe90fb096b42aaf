import { isDigest } from '../shared/reference.ts'
import type { BlobMemory } from './place/engine/memory.ts'
import type { Form, Stored } from './place/place.ts'
import type { LayerMemory } from './place/registry/memory.ts'
import type { State } from './state.ts'

/** Forms of one diffId that are worth asking for. */
const FORMS = 4
const REPOSITORIES = 4
/** Repositories of a registry that the search asks. */
const KNOWN = 20

function formOf(text: unknown): Form {
  return text === 'gzip' || text === 'zstd' ? text : 'plain'
}

/** The memory of layers, kept between runs. */
export function layerMemory(state: State): LayerMemory {
  return {
    async forms(diffId) {
      const rows = await state.all(
        'SELECT form, digest, size FROM form WHERE diff_id = ? ORDER BY at DESC LIMIT ?',
        diffId,
        FORMS,
      )
      return rows.flatMap(({ form, digest, size }): Stored[] =>
        isDigest(digest) ? [{ diffId, form: formOf(form), digest, size: Number(size) }] : [],
      )
    },
    async repositories(host, digest) {
      const rows = await state.all(
        'SELECT repository FROM seen WHERE host = ? AND digest = ? ORDER BY at DESC LIMIT ?',
        host,
        digest,
        REPOSITORIES,
      )
      return rows.map(({ repository }) => String(repository))
    },
    async remember(host, repository, there, proven) {
      const at = Date.now()
      for (const { diffId, form, digest, size } of proven)
        await state.run(
          'INSERT OR REPLACE INTO form (diff_id, digest, form, size, at) VALUES (?, ?, ?, ?, ?)',
          diffId,
          digest,
          form,
          size,
          at,
        )
      for (const digest of new Set(there))
        await state.run(
          'INSERT OR REPLACE INTO seen (host, repository, digest, at) VALUES (?, ?, ?, ?)',
          host,
          repository,
          digest,
          at,
        )
    },
  }
}

/** Repositories of a registry that images were copied to, the newest first. */
export async function knownRepositories(state: State, host: string): Promise<string[]> {
  const rows = await state.all(
    'SELECT repository FROM seen WHERE host = ? GROUP BY repository ORDER BY max(at) DESC LIMIT ?',
    host,
    KNOWN,
  )
  return rows.map(({ repository }) => String(repository))
}

/** What an image of a containerd store consists of, kept between runs. */
export function blobMemory(state: State): BlobMemory {
  return {
    async layers(daemon, ids) {
      const wanted = new Set(ids)
      const rows = await state.all('SELECT image, layers FROM consists WHERE daemon = ?', daemon)
      return rows
        .filter(({ image }) => wanted.has(String(image)))
        .flatMap(({ layers }) => JSON.parse(String(layers)) as Stored[])
    },
    async remember(daemon, id, layers) {
      await state.run(
        'INSERT OR REPLACE INTO consists (daemon, image, layers) VALUES (?, ?, ?)',
        daemon,
        id,
        JSON.stringify(layers),
      )
    },
  }
}
