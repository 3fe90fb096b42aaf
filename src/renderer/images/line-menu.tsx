import { Menu } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowsDiff,
  IconCloudSearch,
  IconCloudUpload,
  IconDeviceFloppy,
  IconHistory,
  IconInfoCircle,
  IconSend,
  IconTag,
  IconTags,
  IconTrash,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { backupsOf, useBackups } from '../backups/backup-store.ts'
import { compareFrom, compareWords, useCompared } from '../finding/compared.ts'
import { lookForNewer } from '../getting/newer-store.ts'
import { useApi } from '../host.tsx'
import { canPublish, openPublish } from '../publishing/open-publish.ts'
import { Mark } from '../shell/mark.tsx'
import { openSheet } from '../shell/ui.ts'
import type { Words } from '../words/use-words.ts'
import type { ImageLine } from './lines.ts'

const CLICKS = ['mousedown', 'touchstart']

interface LineMenuProps {
  words: Words
  place: PlaceRef
  line: ImageLine
  title: string
  opened: boolean
  onChange: (opened: boolean) => void
  onAddTag: () => void
}

/** The ways to the versions kept of this line's names, or back from this line when it is a kept one itself. */
function KeptItems({ words: { t }, engine, line }: { words: Words; engine: string; line: ImageLine }) {
  const backups = useBackups((state) => state.backups)
  const { before, keptOf } = backupsOf(
    line.tags.map((tag) => `${line.repository}:${tag}`),
    backups,
  )
  if (before.length === 0 && keptOf.length === 0) return null
  return (
    <>
      <Menu.Divider />
      {before.map(({ name, of }) => (
        <Menu.Item
          key={name}
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'back', engine, backup: name })}
        >
          {t('kept.row', { name: of })}
        </Menu.Item>
      ))}
      {keptOf.map(({ name, of }) => (
        <Menu.Item
          key={name}
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'back', engine, backup: name })}
        >
          {t('kept.again', { name: of })}
        </Menu.Item>
      ))}
      <Menu.Item
        leftSection={<IconHistory size={16} aria-hidden />}
        onClick={() => openSheet({ type: 'kept-versions', engine })}
      >
        {t('kept.open')}
      </Menu.Item>
    </>
  )
}

function OpenMenu({
  words,
  place,
  line,
  title,
  onChange,
  onAddTag,
  children,
}: LineMenuProps & { children: ReactNode }) {
  const { t } = words
  const { id } = line.row
  const { client } = useApi()
  const compared = useCompared((state) => state.first)
  const broken = line.row.content?.problem !== undefined
  return (
    <Menu
      opened
      onChange={onChange}
      position="bottom-end"
      withinPortal
      // Inside the main landmark, where all content belongs; fixed, so that no scrolling part cuts it off.
      portalProps={{ target: '.main' }}
      floatingStrategy="fixed"
      // The list gives the focus back to the row: the menu's own way would take it from the field a choice opens.
      returnFocus={false}
      withInitialFocusPlaceholder={false}
      // Without keydown: the key that opens the menu would close it again.
      clickOutsideEvents={CLICKS}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown aria-label={t('images.more', { image: title })}>
        <Menu.Item
          leftSection={<IconInfoCircle size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'details', place, id })}
        >
          {t('images.details')}
        </Menu.Item>
        <Menu.Item leftSection={<IconTag size={16} aria-hidden />} onClick={onAddTag}>
          {t('images.addTag')}
        </Menu.Item>
        {line.repository !== '' && (
          <Menu.Item
            leftSection={<IconTags size={16} aria-hidden />}
            disabled={broken}
            onClick={() => openSheet({ type: 'tags', place, repository: line.repository, id })}
          >
            {t('tagging.open')}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconSend size={16} aria-hidden />}
          disabled={broken}
          onClick={() => openSheet({ type: 'copy', place, ids: [id] })}
        >
          {t('images.send')}
        </Menu.Item>
        {canPublish(place, [line.row]) && (
          <Menu.Item
            leftSection={<IconCloudUpload size={16} aria-hidden />}
            onClick={() => openPublish(place, [line.row])}
          >
            {t('publish.menu')} <span className="docker-word">push</span>
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          disabled={broken}
          onClick={() => openSheet({ type: 'save', place, ids: [id] })}
        >
          {t('images.save')} <span className="docker-word">save</span>
        </Menu.Item>
        {place.type === 'engine' && <KeptItems words={words} engine={place.engine} line={line} />}
        <Menu.Item
          leftSection={<IconArrowsDiff size={16} aria-hidden />}
          onClick={() => compareFrom({ place, id }, title)}
        >
          {compareWords(compared, { place, id }, t)}
        </Menu.Item>
        {(place.type === 'engine' || place.type === 'layout') && line.tags.length > 0 && (
          <Menu.Item
            leftSection={<IconCloudSearch size={16} aria-hidden />}
            onClick={() => void lookForNewer(client, place, [id])}
          >
            {t('getting.newer.one')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          className="menu-bad"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'removal', place, ids: [id] })}
        >
          {t('images.remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** The "…" of a line. The menu itself is made when it opens: a row that only scrolls past must be light. */
export function LineMenu(props: LineMenuProps) {
  const { words, title, opened, onChange } = props
  const label = words.t('images.more', { image: title })
  if (opened) {
    return (
      <OpenMenu {...props}>
        <button type="button" tabIndex={-1} className="row-more" aria-label={label}>
          <Mark sign="dots" />
        </button>
      </OpenMenu>
    )
  }
  return (
    <button
      type="button"
      tabIndex={-1}
      className="row-more"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => onChange(true)}
    >
      <Mark sign="dots" />
    </button>
  )
}
