import type { ImageDetails, PlaceRef } from '../../shared/contract.ts'
import { usePlaceName } from '../places/place-names.ts'
import { listKey } from '../places/place-ref.ts'
import { useWords } from '../words/use-words.ts'
import { goTo } from './elsewhere.tsx'
import { useFound } from './use-found.ts'

/** The other places that have this very image, each a way there. */
export function AlsoIn({ details, place }: { details: ImageDetails; place: PlaceRef }) {
  const { t } = useWords()
  const nameOf = usePlaceName()
  const { found } = useFound(details.configDigest ?? details.id)
  const here = listKey(place)
  const others = [
    ...new Map(
      found.filter((hit) => hit.met !== 'layer' && listKey(hit.place) !== here).map((hit) => [listKey(hit.place), hit]),
    ).values(),
  ]
  if (others.length === 0) return null
  return (
    <section>
      <h3>{t('details.alsoIn')}</h3>
      <p className="names">
        {others.map((hit) => (
          <button key={listKey(hit.place)} type="button" className="chip chip-toggle" onClick={() => goTo(hit)}>
            {nameOf(hit.place)}
            {hit.place.type === 'registry' && hit.place.repository !== undefined && ` (${hit.place.repository})`}
          </button>
        ))}
      </p>
    </section>
  )
}
