import { create } from 'zustand'
import type { PlaceRef } from '../../shared/contract.ts'
import type { Looked, Newer } from '../../shared/contract-get.ts'
import { type Client, follow } from '../connect.ts'
import { placeKey } from '../places/place-ref.ts'
import { tellFailure } from '../shell/ui.ts'

interface NewerState {
  /** Names whose image at their registry is another one. */
  readonly newer: readonly Newer[]
  /** Where registries are being asked about, by `placeKey`. */
  readonly looking: string | undefined
  /** What the last look brought, until put away. */
  readonly looked: { readonly place: string; readonly result: Looked } | undefined
}

export const useNewer = create<NewerState>(() => ({ newer: [], looking: undefined, looked: undefined }))

export function followNewer(client: Client): () => void {
  return follow({
    open: (signal) => client.get.watchNewer({}, { signal }),
    take: (newer) => useNewer.setState({ newer }),
  })
}

/** Asks the registries about a place's names, or about those of one image. */
export async function lookForNewer(client: Client, place: PlaceRef, ids?: readonly string[]): Promise<void> {
  const key = placeKey(place)
  useNewer.setState({ looking: key, looked: undefined })
  try {
    const result = await client.get.look({ place, ...(ids ? { ids: [...ids] } : {}) })
    useNewer.setState({ looked: { place: key, result } })
  } catch (error) {
    tellFailure(error)
  } finally {
    useNewer.setState({ looking: undefined })
  }
}

export function dismissLooked(): void {
  useNewer.setState({ looked: undefined })
}

/** The names of an image that have moved on at their registry. */
export function newerNames(newer: readonly Newer[], place: PlaceRef, id: string, names: readonly string[]): string[] {
  const key = placeKey(place)
  const moved = newer.filter((one) => one.id === id && placeKey(one.place) === key).map(({ name }) => name)
  return names.filter((name) => moved.includes(name))
}
