import type { Offered } from '../../shared/contract-get.ts'
import { byTelling } from '../../shared/reference.ts'

/** Versions that are the very same image. */
export interface OfferGroup {
  readonly key: string
  readonly digest: string | undefined
  /** The most telling first. */
  readonly tags: readonly string[]
  readonly platforms: Offered['platforms']
  readonly size: number | undefined
  /** When the last of them was put there, milliseconds since the epoch. */
  readonly pushed: number | undefined
}

/** What two versions are the same by: their digest, else those of all their platforms; else they are not known to be. */
function keyOf({ tag, digest, platforms }: Offered): string {
  if (digest !== undefined) return digest
  const parts = platforms.flatMap((one) => one.digest ?? [])
  return parts.length > 0 ? parts.toSorted().join(' ') : `tag ${tag ?? ''}`
}

function newest(offers: readonly Offered[]): number | undefined {
  const times = offers.flatMap(({ pushed }) => pushed ?? [])
  return times.length > 0 ? Math.max(...times) : undefined
}

/** One line for each image, in the order they are first met. */
export function groupOffers(offers: readonly Offered[]): OfferGroup[] {
  return [...Map.groupBy(offers, keyOf)].map(([key, same]) => {
    const [first] = same
    const tags = [...new Set(same.flatMap(({ tag }) => tag ?? []))]
    return {
      key,
      digest: first?.digest,
      tags: tags.sort((left, right) => byTelling(`a:${left}`, `a:${right}`)),
      platforms: first?.platforms ?? [],
      size: first?.size,
      pushed: newest(same),
    }
  })
}
