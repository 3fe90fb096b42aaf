import { create } from 'zustand'
import type { ImageFacts, ImageRow } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { type Client, follow } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'

interface Images {
  engine: string | undefined
  /** Undefined until the engine's first list is there. */
  rows: readonly ImageRow[] | undefined
  failure: ErrorData | undefined
  facts: Readonly<Record<string, ImageFacts>>
  /** Ids the person chose. */
  chosen: ReadonlySet<string>
}

const NOTHING = { rows: undefined, failure: undefined, facts: {}, chosen: new Set<string>() }

/** The images of the engine on screen. */
export const useImages = create<Images>(() => ({ engine: undefined, ...NOTHING }))

export function followImages(client: Client, engine: string): () => void {
  useImages.setState({ engine, ...NOTHING })
  return follow({
    open: (signal) => client.images.watch({ engine }, { signal }),
    take: (rows) => {
      const ids = new Set(rows.map(({ id }) => id))
      const chosen = new Set([...useImages.getState().chosen].filter((id) => ids.has(id)))
      useImages.setState({ rows, failure: undefined, chosen })
    },
    failed: (error) => useImages.setState({ failure: asFailure(error) }),
  })
}

export function chooseImages(ids: Iterable<string>): void {
  useImages.setState({ chosen: new Set(ids) })
}

export function toggleImage(id: string): void {
  const chosen = new Set(useImages.getState().chosen)
  if (!chosen.delete(id)) chosen.add(id)
  useImages.setState({ chosen })
}

const FACTS_AT_ONCE = 200

/** Asks for what only an inspect tells, for images that were not asked for yet. A failure leaves the cells empty; the next view asks again. */
export async function learnFacts(client: Client, engine: string, ids: readonly string[]): Promise<void> {
  const known = useImages.getState().facts
  const wanted = [...new Set(ids)].filter((id) => !(id in known)).slice(0, FACTS_AT_ONCE)
  if (wanted.length === 0) return
  const found = await client.images.facts({ engine, ids: wanted }).catch(() => [])
  const state = useImages.getState()
  if (state.engine !== engine) return
  useImages.setState({ facts: { ...state.facts, ...Object.fromEntries(found.map((fact) => [fact.id, fact])) } })
}
