import { IconBrandDocker, IconServer } from '@tabler/icons-react'
import { type KeyboardEvent, useId } from 'react'
import type { EngineInfo } from '../../shared/contract.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { engineName, engineOnScreen, isLocal, useEngines } from './engines.ts'

function awayWord(code: string, { t }: Words): string {
  switch (code) {
    case 'docker-missing':
      return t('places.missing')
    case 'docker-stopped':
      return t('places.stopped')
    case 'docker-denied':
      return t('places.denied')
    case 'docker-too-old':
      return t('places.tooOld')
    default:
      return t('places.away')
  }
}

function stateWords(engine: EngineInfo, words: Words): string {
  const { t, size } = words
  if (engine.state.type === 'connecting') return t('places.connecting')
  if (engine.state.type === 'away') return awayWord(engine.state.error.code, words)
  return [
    t('places.ready'),
    ...(engine.images === undefined ? [] : [t('common.images', { count: engine.images })]),
    ...(engine.bytes === undefined ? [] : [size(engine.bytes)]),
  ].join(' · ')
}

function focusNeighbour(event: KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }
  const step = steps[event.key]
  if (step === undefined) return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button.place')]
  const at = buttons.findIndex((button) => button.matches(':focus'))
  const next = buttons[at + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}

function Place({ engine, onScreen }: { engine: EngineInfo; onScreen: boolean }) {
  const words = useWords()
  const Icon = isLocal(engine) ? IconBrandDocker : IconServer
  return (
    <li>
      <button
        type="button"
        className="place"
        tabIndex={onScreen ? 0 : -1}
        {...(onScreen ? { 'aria-current': 'page' as const } : {})}
        title={engine.address}
        onClick={() => useEngines.setState({ chosen: engine.id })}
      >
        <span className={`place-icon place-${engine.state.type}`} aria-hidden>
          <Icon size={18} stroke={1.7} />
        </span>
        <span className="place-text">
          <span className="place-name">{engineName(engine, words.t)}</span>
          <span className="place-state">{stateWords(engine, words)}</span>
        </span>
      </button>
    </li>
  )
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
          <Place key={engine.id} engine={engine} onScreen={engine.id === current} />
        ))}
      </ul>
    </>
  )
}

/** The places on the left: every engine found. One tab stop, arrow keys inside. */
export function PlaceList() {
  const { t } = useWords()
  const state = useEngines()
  const current = engineOnScreen(state)?.id ?? ''
  const local = state.engines?.filter(isLocal) ?? []
  const others = state.engines?.filter((engine) => !isLocal(engine)) ?? []
  return (
    <nav className="places" aria-label={t('places.title')} data-pane="places" onKeyDown={focusNeighbour}>
      {state.engines === undefined && <p className="muted">{t('places.searching')}</p>}
      {state.engines?.length === 0 && <p className="muted">{t('places.none')}</p>}
      <Group title={t('places.thisComputer')} engines={local} current={current} />
      <Group title={t('places.otherComputers')} engines={others} current={current} />
    </nav>
  )
}
