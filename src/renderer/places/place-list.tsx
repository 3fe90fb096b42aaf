import { IconPlus } from '@tabler/icons-react'
import { type KeyboardEvent, useId } from 'react'
import type { EngineInfo, PlaceInfo } from '../../shared/contract.ts'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { engineOnScreen, isLocal, useEngines } from './engines.ts'
import { placeOnScreen, usePlaces } from './other-places.ts'
import { OtherRow } from './other-row.tsx'
import { placeKey } from './place-ref.ts'
import { PlaceRow } from './place-row.tsx'

/** Up and down go from place to place, left and right to the buttons beside them, too. */
const STEPS: Record<string, readonly [step: number, stops: string]> = {
  ArrowDown: [1, '[data-place-stop]:not(.place-more)'],
  ArrowUp: [-1, '[data-place-stop]:not(.place-more)'],
  ArrowRight: [1, '[data-place-stop]'],
  ArrowLeft: [-1, '[data-place-stop]'],
}

function focusNeighbour(event: KeyboardEvent<HTMLElement>): void {
  const [step, stops] = STEPS[event.key] ?? []
  const target = event.target as HTMLElement
  if (step === undefined || stops === undefined || target.closest('[role="menu"]')) return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(stops)]
  const own = target.closest('li')?.querySelector<HTMLElement>('button.place')
  const at = buttons.indexOf(buttons.includes(target) ? target : (own ?? target))
  const next = buttons[at + step]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
}

function Group({ title, engines, current }: { title: string; engines: readonly EngineInfo[]; current: string }) {
  const id = useId()
  if (engines.length === 0) return null
  return (
    <>
      <h2 className="nav-title" id={id}>
        {title}
      </h2>
      <ul aria-labelledby={id}>
        {engines.map((engine) => (
          <PlaceRow key={engine.id} engine={engine} onScreen={engine.id === current} />
        ))}
      </ul>
    </>
  )
}

interface AddButtonProps {
  label: string
  /** Nothing else in the list is to be reached by Tab. */
  stop?: boolean
  onClick: () => void
}

function AddButton({ label, stop = false, onClick }: AddButtonProps) {
  return (
    <button type="button" className="place-add" data-place-stop tabIndex={stop ? 0 : -1} onClick={onClick}>
      <IconPlus size={16} aria-hidden /> {label}
    </button>
  )
}

interface OtherGroupProps {
  title: string
  places: readonly PlaceInfo[]
  current: PlaceInfo | undefined
}

function OtherGroup({ title, places, current }: OtherGroupProps) {
  const id = useId()
  return (
    <>
      <h2 className="nav-title" id={id}>
        {title}
      </h2>
      {places.length > 0 && (
        <ul aria-labelledby={id}>
          {places.map((info) => (
            <OtherRow key={placeKey(info.place)} info={info} onScreen={info === current} />
          ))}
        </ul>
      )}
    </>
  )
}

/** The Library, folders and registries, each group with the way to one more. */
function OtherPlaces() {
  const { t } = useWords()
  const state = usePlaces()
  const current = placeOnScreen(state)
  const of = (...kinds: PlaceInfo['kind'][]) => (state.places ?? []).filter(({ kind }) => kinds.includes(kind))
  if (!state.places) return null
  return (
    <>
      <OtherGroup title={t('places.withoutDocker')} places={of('library')} current={current} />
      <OtherGroup title={t('places.folders')} places={of('layout', 'files')} current={current} />
      <AddButton label={t('places.openFolder')} onClick={() => openSheet({ type: 'open-folder' })} />
      <OtherGroup title={t('places.registries')} places={of('registry')} current={current} />
      <AddButton label={t('places.addRegistry')} onClick={() => openSheet({ type: 'registry' })} />
      <AddButton label={t('own.add')} onClick={() => openSheet({ type: 'own' })} />
    </>
  )
}

/** The places on the left: every engine found or added, and what there is without Docker. One tab stop, arrow keys inside. */
export function PlaceList() {
  const { t } = useWords()
  const state = useEngines()
  const other = usePlaces((places) => placeOnScreen(places) !== undefined)
  const current = other ? '' : (engineOnScreen(state)?.id ?? '')
  const local = state.engines?.filter(isLocal) ?? []
  const others = state.engines?.filter((engine) => !isLocal(engine)) ?? []
  return (
    <nav className="places" aria-label={t('places.title')} data-pane="places" onKeyDown={focusNeighbour}>
      {state.engines === undefined && <p className="muted">{t('places.searching')}</p>}
      {state.engines?.length === 0 && <p className="muted">{t('places.none')}</p>}
      <Group title={t('places.thisComputer')} engines={local} current={current} />
      <Group title={t('places.otherComputers')} engines={others} current={current} />
      <AddButton
        label={t('places.add')}
        stop={current === '' && !other}
        onClick={() => openSheet({ type: 'computer' })}
      />
      <OtherPlaces />
    </nav>
  )
}
