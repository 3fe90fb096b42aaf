import { create } from 'zustand'
import type { EngineInfo, PlaceInfo, PlaceRef } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { type Client, follow } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { registryTitle } from '../registries/registry-titles.ts'
import { baseName } from '../words/format.ts'
import type { Translate } from '../words/use-words.ts'
import { placeKey } from './place-ref.ts'
import { hasStarted } from './starting.ts'

interface Engines {
  /** Undefined until the host has answered once. */
  engines: readonly EngineInfo[] | undefined
  /** The one the person chose; without a choice, the one docker itself uses. */
  chosen: string | undefined
  failure: ErrorData | undefined
}

export const useEngines = create<Engines>(() => ({ engines: undefined, chosen: undefined, failure: undefined }))

export function followEngines(client: Client): () => void {
  return follow({
    open: (signal) => client.engines.watch({}, { signal }),
    take: (engines) => {
      for (const engine of engines) if (isReady(engine)) hasStarted(engine.id)
      useEngines.setState({ engines, failure: undefined })
    },
    failed: (error) => useEngines.setState({ failure: asFailure(error) }),
  })
}

export function engineOnScreen({ engines, chosen }: Engines): EngineInfo | undefined {
  return engines?.find(({ id }) => id === chosen) ?? engines?.find(({ current }) => current) ?? engines?.[0]
}

export type ReadyEngine = EngineInfo & { state: { type: 'ready' } }

export function isReady(engine: EngineInfo | undefined): engine is ReadyEngine {
  return engine?.state.type === 'ready'
}

/** True for an engine on the computer where Caboteur runs. */
export function isLocal({ address }: EngineInfo): boolean {
  return /^(?:unix|npipe|fd):/.test(address) || /^(?:tcp|http|https):\/\/(?:localhost|127\.|\[::1\])/.test(address)
}

/** Where a computer is, as a person writes it: `lea@nas.local:2222`. */
export function shortAddress({ address }: EngineInfo): string {
  return address.replace(/^[a-z]+:\/\//, '').replace(/\/$/, '')
}

/** What an engine of this computer is called where its kind says it: `Colima (work)`; '' for Docker itself. */
function productName({ kind, name }: EngineInfo, t: Translate): string {
  if (kind === 'default' || kind === 'context' || kind === 'added') return ''
  const product = t(`places.product.${kind}`)
  return name === '' ? product : t('places.productNamed', { product, name })
}

/** The computer or context an engine is called by. */
function ownName(engine: EngineInfo): string {
  return engine.name || shortAddress(engine)
}

/** `Docker on this computer`, or the name of the computer or context it is on. */
export function engineTitle(engine: EngineInfo, t: Translate): string {
  const product = productName(engine, t)
  if (product !== '') return t('places.productHere', { product })
  if (!isLocal(engine) || engine.kind === 'added') return t('places.on', { name: ownName(engine) })
  return engine.name === '' ? t('places.here') : t('places.hereNamed', { name: engine.name })
}

/** The short form, for the list of places and titles of transfers. */
export function engineName(engine: EngineInfo, t: Translate): string {
  const product = productName(engine, t)
  if (product !== '') return product
  if (!isLocal(engine) || engine.kind === 'added') return ownName(engine)
  return engine.name === '' ? t('places.docker') : t('places.dockerNamed', { name: engine.name })
}

/** A place in a few words; an engine that is gone by its id, another place by its path or host. */
export function placeName(
  place: PlaceRef,
  engines: readonly EngineInfo[],
  t: Translate,
  others: readonly PlaceInfo[] = [],
): string {
  if (place.type === 'engine') {
    const engine = engines.find(({ id }) => id === place.engine)
    return engine ? engineName(engine, t) : place.engine
  }
  if (place.type === 'archive') return baseName(place.path)
  if (place.type === 'registry') return registryTitle(place, others)
  const info = others.find((other) => placeKey(other.place) === placeKey(place))
  if (info) return info.kind === 'library' ? t('places.library') : info.name
  return baseName(place.path)
}
