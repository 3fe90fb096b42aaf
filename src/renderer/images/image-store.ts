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
  /** Grows when facts may have changed: those in view are then asked for again, and shown as they were until the answer is there. */
  factsRound: number
  /** Ids the person chose. */
  chosen: ReadonlySet<string>
}

const NOTHING = { rows: undefined, failure: undefined, facts: {}, factsRound: 0, chosen: new Set<string>() }

/** The images of the engine on screen. */
export const useImages = create<Images>(() => ({ engine: undefined, ...NOTHING }))

export function followImages(client: Client, engine: string): () => void {
  asked.clear()
  useImages.setState({ engine, ...NOTHING })
  // Containers come and go without the images changing: who comes back to the window sees them as they are.
  window.addEventListener('focus', ageFacts)
  const stop = follow({
    open: (signal) => client.images.watch({ engine }, { signal }),
    take: (rows) => {
      const ids = new Set(rows.map(({ id }) => id))
      const chosen = new Set([...useImages.getState().chosen].filter((id) => ids.has(id)))
      useImages.setState({ rows, failure: undefined, chosen })
      ageFacts()
    },
    failed: (error) => useImages.setState({ failure: asFailure(error) }),
  })
  return () => {
    window.removeEventListener('focus', ageFacts)
    stop()
  }
}

export function chooseImages(ids: Iterable<string>): void {
  useImages.setState({ chosen: new Set(ids) })
}

export function toggleImage(id: string): void {
  const chosen = new Set(useImages.getState().chosen)
  if (!chosen.delete(id)) chosen.add(id)
  useImages.setState({ chosen })
}

/** Ids whose facts were answered in this round. */
const asked = new Set<string>()

function ageFacts(): void {
  asked.clear()
  useImages.setState(({ factsRound }) => ({ factsRound: factsRound + 1 }))
}

/** The most that one question may be about. */
const FACTS_AT_ONCE = 200

/** Asks for what only an inspect tells, where it is not known. A failure leaves the cells as they are; the next view asks again. */
export async function learnFacts(
  client: Client,
  engine: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = [...new Set(ids)].filter((id) => !asked.has(id))
  for (let start = 0; start < wanted.length && !signal.aborted; start += FACTS_AT_ONCE) {
    const part = wanted.slice(start, start + FACTS_AT_ONCE)
    const found = await client.images.facts({ engine, ids: part }, { signal }).catch(() => undefined)
    const state = useImages.getState()
    if (!found || signal.aborted || state.engine !== engine) return
    for (const id of part) asked.add(id)
    useImages.setState({ facts: { ...state.facts, ...Object.fromEntries(found.map((fact) => [fact.id, fact])) } })
  }
}
