import { IconBrandDocker, IconDots, IconServer } from '@tabler/icons-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { EngineInfo } from '../../shared/contract.ts'
import { useDropPlace } from '../dragging/use-drop-place.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { engineName, isLocal, isReady, shortAddress } from './engines.ts'
import { showPlace } from './other-places.ts'
import { PlaceMenu } from './place-menu.tsx'

const AWAY = {
  'docker-missing': 'places.missing',
  'docker-stopped': 'places.stopped',
  'docker-denied': 'places.denied',
  'docker-too-old': 'places.tooOld',
  'docker-too-new': 'places.tooNew',
  'ssh-host-unknown': 'places.unknown',
  'ssh-host-changed': 'places.changed',
  'ssh-denied': 'places.refused',
  'ssh-password': 'places.password',
  'ssh-no-docker': 'places.noDocker',
} as const

function awayWord(code: string, { t }: Words): string {
  const known = Object.entries(AWAY).find(([state]) => state === code)
  return t(known?.[1] ?? 'places.away')
}

function stateWords(engine: EngineInfo, words: Words): string {
  const { t, size } = words
  if (engine.state.type === 'idle') return t('places.idle')
  if (engine.state.type === 'connecting') return t('places.connecting')
  if (engine.state.type === 'away') return awayWord(engine.state.error.code, words)
  return [
    t('places.ready'),
    ...(engine.images === undefined ? [] : [t('common.images', { count: engine.images })]),
    ...(engine.bytes === undefined ? [] : [size(engine.bytes)]),
  ].join(' · ')
}

export function asksForMenu(event: KeyboardEvent): boolean {
  return event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)
}

/** One place: a click shows it. An added computer has a menu, by its button, a right click or Shift+F10. */
export function PlaceRow({ engine, onScreen }: { engine: EngineInfo; onScreen: boolean }) {
  const words = useWords()
  const { t } = words
  const [menu, setMenu] = useState(false)
  const place = useRef<HTMLButtonElement>(null)
  const drop = useDropPlace({ type: 'engine', engine: engine.id }, isReady(engine))
  const Icon = isLocal(engine) ? IconBrandDocker : IconServer
  const name = engineName(engine, t)
  const mayChange = engine.kind === 'added'
  const address = isLocal(engine) || shortAddress(engine) === name ? '' : shortAddress(engine)
  const close = (): void => {
    setMenu(false)
    place.current?.focus()
  }
  return (
    <li
      className={mayChange ? 'place-line place-line-more' : 'place-line'}
      {...drop}
      {...(mayChange
        ? {
            onContextMenu: (event) => {
              event.preventDefault()
              setMenu(true)
            },
          }
        : {})}
    >
      <button
        ref={place}
        type="button"
        className="place"
        data-place-stop
        tabIndex={onScreen ? 0 : -1}
        {...(onScreen ? { 'aria-current': 'page' as const } : {})}
        title={engine.address}
        onClick={() => showPlace({ type: 'engine', engine: engine.id })}
        onKeyDown={(event) => {
          if (!mayChange || !asksForMenu(event)) return
          event.preventDefault()
          setMenu(true)
        }}
      >
        <span className={`place-icon place-${engine.state.type}`} aria-hidden>
          <Icon size={18} stroke={1.7} />
        </span>
        <span className="place-text">
          <span className="place-name">{name}</span>
          {address !== '' && <span className="place-state">{address}</span>}
          <span className="place-state">{stateWords(engine, words)}</span>
        </span>
      </button>
      {mayChange && (
        <PlaceMenu engine={engine.id} name={name} opened={menu} onOpen={() => setMenu(true)} onClose={close}>
          <button
            type="button"
            className="place-more"
            data-place-stop
            tabIndex={-1}
            aria-label={t('places.more', { name })}
          >
            <IconDots size={18} aria-hidden />
          </button>
        </PlaceMenu>
      )}
    </li>
  )
}
