import { IconArrowRight } from '@tabler/icons-react'
import { useId } from 'react'
import type { Found, PlaceRef } from '../../shared/contract.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { lookIntoPaths } from '../loading/load-queue.ts'
import { showPlace } from '../places/other-places.ts'
import { usePlaceName } from '../places/place-names.ts'
import { listKey } from '../places/place-ref.ts'
import { openSheet, useUi } from '../shell/ui.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { fingerprintIn } from './fingerprint.ts'
import { useFound } from './use-found.ts'

const SHOWN = 50

/** To the place an image was found in, with the image itself open; a file is looked into. */
export function goTo({ place, id }: Pick<Found, 'place' | 'id'>): void {
  if (place.type === 'archive') {
    lookIntoPaths([place.path])
    return
  }
  showPlace(place)
  useUi.setState({ search: '' })
  // Of a registry's catalogue only the repository is known.
  if (id !== '') openSheet({ type: 'details', place, id })
}

function Hit({ hit, where }: { hit: Found; where: string }) {
  const { t, size, ago } = useWords()
  return (
    <li>
      <button type="button" className="hit" onClick={() => goTo(hit)}>
        <span className="hit-place">{where}</span>
        <span className="hit-names">
          {hit.names.length === 0 ? <code>{shortId(hit.id)}</code> : hit.names.slice(0, 4).join(', ')}
          {hit.names.length > 4 && ` +${hit.names.length - 4}`}
        </span>
        <span className="muted small">
          {[
            t(`finding.met.${hit.met}`),
            ...(hit.size > 0 ? [size(hit.size)] : []),
            ...(hit.created > 0 ? [ago(hit.created)] : []),
          ].join(' · ')}
        </span>
        <IconArrowRight size={16} aria-hidden />
      </button>
    </li>
  )
}

/** What the search found in the other places; a whole fingerprint is explained, wherever it is. */
export function Elsewhere({ place }: { place: PlaceRef | undefined }) {
  const { t } = useWords()
  const nameOf = usePlaceName()
  const title = useId()
  const search = useUi((state) => state.search)
  const digest = fingerprintIn(search)
  const { found, looking, failure } = useFound(digest ?? search)
  if (search.trim() === '') return null
  const here = place && listKey(place)
  const hits = digest === undefined ? found.filter((hit) => listKey(hit.place) !== here) : found
  return (
    <section className="elsewhere" aria-labelledby={title}>
      <h2 id={title}>{t(digest === undefined ? 'finding.elsewhere' : 'finding.fingerprint')}</h2>
      <p role="status" className="muted small">
        {looking && t('finding.looking')}
        {!looking && !failure && hits.length === 0 && t(digest === undefined ? 'finding.nothing' : 'finding.unknown')}
        {!looking && hits.length > 0 && t('finding.count', { count: hits.length })}
      </p>
      {failure && <FailureNotice error={failure} />}
      <ul className="plain hits">
        {hits.slice(0, SHOWN).map((hit) => (
          <Hit
            key={`${listKey(hit.place)} ${hit.id} ${hit.names[0] ?? ''} ${hit.met}`}
            hit={hit}
            where={nameOf(hit.place)}
          />
        ))}
      </ul>
      {hits.length > SHOWN && <p className="muted small">{t('finding.more', { count: hits.length - SHOWN })}</p>}
    </section>
  )
}
