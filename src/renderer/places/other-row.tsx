import { IconArchive, IconCloud, IconDots, IconFolder, IconPackages } from '@tabler/icons-react'
import { type ReactNode, useRef, useState } from 'react'
import type { PlaceInfo } from '../../shared/contract.ts'
import { isReachable } from '../dragging/drop-rules.ts'
import { useDropPlace } from '../dragging/use-drop-place.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { OtherMenu } from './other-menu.tsx'
import { showPlace, usePlaces } from './other-places.ts'
import { infoName } from './place-names.ts'
import { placeKey } from './place-ref.ts'
import { asksForMenu } from './place-row.tsx'

const ICONS = { library: IconArchive, layout: IconPackages, files: IconFolder, registry: IconCloud } as const

const AWAY = {
  'file-missing': 'places.gone',
  'drive-gone': 'places.gone',
  'file-denied': 'places.noAccess',
  'layout-not-one': 'places.gone',
  'registry-unauthorized': 'places.signIn',
  'registry-credentials': 'places.refused',
  'registry-denied': 'places.refused',
  'registry-two-factor': 'places.refused',
  'aws-keys': 'places.refused',
  'aws-expired': 'places.refused',
} as const

/** Who is signed in, and how it is with the place. */
function lineWords(info: PlaceInfo, words: Words): string {
  if (info.kind !== 'registry') return stateWords(info, words)
  return `${info.username ?? words.t('accounts.nobody')} · ${stateWords(info, words)}`
}

function stateWords({ kind, state }: PlaceInfo, { t, size }: Words): string {
  if (state.type === 'idle') return t('places.idle')
  if (state.type === 'away') {
    const known = Object.entries(AWAY).find(([code]) => code === state.error.code)
    return t(known?.[1] ?? 'places.away')
  }
  const parts = [
    ...(state.images === undefined
      ? []
      : [t(kind === 'files' ? 'places.fileCount' : 'common.images', { count: state.images })]),
    ...(!state.bytes ? [] : [size(state.bytes)]),
  ]
  return parts.length > 0 ? parts.join(' · ') : t('places.ready')
}

/** One place beside the engines: a click shows it, images dropped on it go there. */
export function OtherRow({ info, onScreen }: { info: PlaceInfo; onScreen: boolean }) {
  const words = useWords()
  const { t } = words
  const [menu, setMenu] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const drop = useDropPlace(info.place, isReachable(info))
  const Icon = ICONS[info.kind]
  const name = infoName(info, t)
  const places = usePlaces((state) => state.places)
  const fullName = infoName(info, t, places)
  const mayForget = info.kind !== 'library'
  const more: ReactNode = mayForget && (
    <OtherMenu
      info={info}
      name={fullName}
      opened={menu}
      onOpen={() => setMenu(true)}
      onClose={() => {
        setMenu(false)
        button.current?.focus()
      }}
    >
      <button
        type="button"
        className="place-more"
        data-place-stop
        tabIndex={-1}
        aria-label={t('places.more', { name: fullName })}
      >
        <IconDots size={18} aria-hidden />
      </button>
    </OtherMenu>
  )
  return (
    <li
      className={mayForget ? 'place-line place-line-more' : 'place-line'}
      {...drop}
      onContextMenu={(event) => {
        if (!mayForget) return
        event.preventDefault()
        setMenu(true)
      }}
    >
      <button
        ref={button}
        type="button"
        className="place"
        data-place-stop
        tabIndex={onScreen ? 0 : -1}
        {...(onScreen ? { 'aria-current': 'page' as const } : {})}
        title={info.kind === 'library' ? t('places.libraryText') : placeKey(info.place).replace(/^\w+ /, '')}
        onClick={() => showPlace(info.place)}
        onKeyDown={(event) => {
          if (!mayForget || !asksForMenu(event)) return
          event.preventDefault()
          setMenu(true)
        }}
      >
        <span className={`place-icon place-${info.state.type}`} aria-hidden>
          <Icon size={18} stroke={1.7} />
        </span>
        <span className="place-text">
          <span className="place-name">{name}</span>
          <span className="place-state">{lineWords(info, words)}</span>
        </span>
      </button>
      {more}
    </li>
  )
}
