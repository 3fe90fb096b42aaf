import type { EngineInfo, PlaceRef } from '../../shared/contract.ts'
import type { Offered, RepositoryRef } from '../../shared/contract-get.ts'
import type { CopyRow } from '../copying/copy-form.ts'
import { isReady } from '../places/engines.ts'
import { fitsPlatform, platformCode, platformOf } from '../words/platform.ts'

/** A version of a repository that somebody wants. */
export interface Got {
  readonly at: RepositoryRef
  readonly offer: Offered & { readonly digest: string }
  /** Familiar names it is to have; none for one wanted by its digest alone. */
  readonly names: readonly string[]
  /** Of its platforms this one alone. */
  readonly platform?: string | undefined
}

export type GotRow = CopyRow & { readonly place: PlaceRef }

export function placeOf({ host, account, repository }: RepositoryRef): PlaceRef {
  return { type: 'registry', host, ...(account === undefined ? {} : { account }), repository }
}

/** What an engine runs, as docker writes it; undefined for other places, and for an engine that is away. */
export function platformAt(to: PlaceRef | undefined, engines: readonly EngineInfo[]): string | undefined {
  const engine = to?.type === 'engine' ? engines.find(({ id }) => id === to.engine) : undefined
  return isReady(engine) ? platformCode(engine.state.platform) : undefined
}

/**
 * As the row of a copy to a place that wants this platform. Where the registry told that platform's own manifest, it is that
 * one which is asked for: the others are then not read, and count for nothing where downloads are counted.
 */
export function gotRow({ at, offer, names, platform }: Got, wanted: string | undefined): GotRow {
  const one = platform ?? wanted
  const part =
    one === undefined
      ? undefined
      : offer.platforms.find((other) => fitsPlatform(platformOf(other.platform), platformOf(one)))
  const place = placeOf(at)
  if (part?.digest !== undefined)
    return { id: part.digest, place, names, platforms: [part.platform], size: part.size ?? 0 }
  return {
    id: offer.digest,
    place,
    names,
    platforms: offer.platforms.map((other) => other.platform),
    size: offer.size ?? 0,
  }
}

/** An image that is wanted under several names goes once, under all of them. */
export function mergedRows(rows: readonly GotRow[]): GotRow[] {
  const byId = new Map<string, GotRow>()
  for (const row of rows) {
    const known = byId.get(row.id)
    byId.set(row.id, known ? { ...known, names: [...new Set([...known.names, ...row.names])] } : row)
  }
  return [...byId.values()]
}
