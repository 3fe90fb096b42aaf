import { useEffect, useState } from 'react'
import type { ContentRow, PlaceRef } from '../../shared/contract.ts'
import { type Client, readOnce } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import { type ListRow, useImages } from '../images/image-store.ts'
import { listKey } from '../places/place-ref.ts'
import type { CopyRow } from './copy-form.ts'

/** All images of a place, as they are read. */
export interface Whole {
  readonly rows: readonly WholeRow[]
  readonly reading: boolean
  /** Repositories and files that could not be looked into. */
  readonly unread: readonly string[]
  readonly failure: ReturnType<typeof asFailure> | undefined
}

export interface WholeRow extends CopyRow {
  /** No image that Docker can run. */
  readonly artifact: boolean
}

const NOTHING: Whole = { rows: [], reading: true, unread: [], failure: undefined }

type Listed = Pick<ListRow, 'id' | 'names' | 'size'> & {
  readonly content?: Pick<ContentRow, 'platforms' | 'artifact' | 'path' | 'problem'> | undefined
}

function rowOf({ id, names, size, content }: Listed, place?: PlaceRef): WholeRow {
  return {
    id,
    names,
    size,
    platforms: content?.platforms ?? [],
    artifact: content?.artifact ?? false,
    ...(place ? { place } : {}),
  }
}

/** An image that several repositories have goes once, under all its names. */
function merged(rows: readonly WholeRow[]): WholeRow[] {
  const byId = new Map<string, WholeRow>()
  for (const row of rows) {
    const known = byId.get(row.id)
    byId.set(row.id, known ? { ...known, names: [...new Set([...known.names, ...row.names])] } : row)
  }
  return [...byId.values()]
}

/** What the page shows of the place already. */
function fromPage(place: PlaceRef, rows: readonly Listed[]): Whole {
  const readable = rows.filter(({ content }) => !content?.problem)
  if (place.type !== 'files') {
    const names = rows.filter(({ content }) => content?.problem).map((row) => row.names[0] ?? row.id.slice(7, 19))
    return { ...NOTHING, reading: false, rows: readable.map((row) => rowOf(row)), unread: names }
  }
  // A compressed file is only named: what is in it is read when it is opened.
  const [known, closed] = [
    readable.filter(({ id, content }) => id !== content?.path),
    readable.filter(({ id, content }) => id === content?.path),
  ]
  return {
    ...NOTHING,
    reading: false,
    rows: merged(known.map((row) => rowOf(row, { type: 'archive', path: row.content?.path ?? '' }))),
    unread: closed.map(({ id }) => id.split(/[\\/]/).at(-1) ?? id),
  }
}

/** Every repository of a registry, one after the other. */
async function* everyRepository(
  client: Client,
  { host, account }: Extract<PlaceRef, { type: 'registry' }>,
  signal: AbortSignal,
): AsyncGenerator<Whole> {
  const at = { host, ...(account === undefined ? {} : { account }) }
  let names: readonly string[] = []
  for await (const some of await client.places.repositories(at, { signal })) names = some
  const rows: WholeRow[] = []
  const unread: string[] = []
  for (const repository of names) {
    const place: PlaceRef = { type: 'registry', ...at, repository }
    try {
      let all: readonly ContentRow[] = []
      for await (const some of await client.places.contents({ place }, { signal })) all = some
      rows.push(...all.map((content) => rowOf({ ...content, content }, place)))
    } catch (error) {
      if (signal.aborted) throw error
      unread.push(repository)
    }
    yield { ...NOTHING, rows: merged(rows), unread: [...unread] }
  }
  yield { ...NOTHING, rows: merged(rows), unread, reading: false }
}

/** Of the place on screen what is known of it; a registry without a repository is read through. */
export function useWhole(place: PlaceRef): Whole {
  const { client } = useApi()
  const [whole, setWhole] = useState<Whole>(() => {
    const { rows, place: shown } = useImages.getState()
    return rows && shown === listKey(place) ? fromPage(place, rows) : NOTHING
  })
  const through = place.type === 'registry' && place.repository === undefined
  useEffect(() => {
    if (!through) return
    return readOnce({
      open: async (signal) => everyRepository(client, place, signal),
      take: setWhole,
      failed: (error) => setWhole((before) => ({ ...before, reading: false, failure: asFailure(error) })),
    })
  }, [client, place, through])
  return whole
}
