import { CloseButton } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import type { PlaceRef } from '../../shared/contract.ts'
import { samePlace } from '../places/place-ref.ts'
import { dismissMoved, useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { movedWords } from './moved-words.ts'

/** After a name moved: what still runs the version before, until it is put away. */
export function MovedNotice({ place }: { place: PlaceRef }) {
  const words = useWords()
  const moved = useUi((state) => state.moved)
  const shown = moved && samePlace(moved.place, place) ? movedWords(moved.replaced, words) : []
  const [first, ...rest] = shown
  return (
    <div role="status" className="moved-status">
      {first !== undefined && (
        <div className={moved?.replaced.containers.length ? 'notice notice-warn' : 'notice notice-plain'}>
          <IconInfoCircle className="notice-icon" aria-hidden size={20} />
          <div className="notice-body">
            <p>
              <strong>{first}</strong>
            </p>
            {rest.map((text) => (
              <p key={text}>{text}</p>
            ))}
          </div>
          <CloseButton aria-label={words.t('common.close')} onClick={dismissMoved} />
        </div>
      )}
    </div>
  )
}
