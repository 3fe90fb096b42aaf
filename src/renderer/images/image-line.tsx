import { ActionIcon, Checkbox, Menu } from '@mantine/core'
import { IconDeviceFloppy, IconDots, IconInfoCircle, IconTag, IconTrash, IconX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { ImageFacts } from '../../shared/contract.ts'
import { useApi } from '../host.tsx'
import { announce, openSheet, tellFailure } from '../shell/ui.ts'
import { shortId } from '../words/format.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { toggleImage } from './image-store.ts'
import type { GroupLine, ImageLine } from './lines.ts'
import { TagInput } from './tag-input.tsx'

/** How a line is named to a screen reader and in the labels of its buttons: repository and versions. */
export function lineTitle(line: ImageLine, { t }: Words): string {
  if (line.repository === '') return `${t('images.untagged')} ${shortId(line.row.id)}`
  return [line.repository, line.tags.length > 0 ? line.tags.join(', ') : t('images.noVersion')].join(' ')
}

export function GroupCells({ line }: { line: GroupLine }) {
  const { t } = useWords()
  return (
    <th className="group-cell" scope="rowgroup" colSpan={6}>
      <span className="group-name">{line.repository || t('images.untagged')}</span>
      <span className="muted small">{t('common.images', { count: line.count })}</span>
    </th>
  )
}

interface TagChipProps {
  engine: string
  line: ImageLine
  tag: string
}

function TagChip({ engine, line, tag }: TagChipProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const name = `${line.repository}:${tag}`
  const untag = useMutation(
    queries.images.untag.mutationOptions({
      onSuccess: () => announce(t('tag.takenAway', { name })),
      onError: tellFailure,
    }),
  )
  const remove = (): void => {
    if (line.row.names.length === 1) openSheet({ type: 'last-name', engine, id: line.row.id })
    else untag.mutate({ engine, id: line.row.id, name })
  }
  return (
    <span className="chip">
      {tag}
      <button
        type="button"
        tabIndex={-1}
        className="chip-remove"
        disabled={untag.isPending}
        aria-label={t('images.removeTag', { tag, repository: line.repository })}
        onClick={remove}
      >
        <IconX size={12} aria-hidden />
      </button>
    </span>
  )
}

const CLICKS = ['mousedown', 'touchstart']

interface LineMenuProps {
  engine: string
  line: ImageLine
  title: string
  opened: boolean
  onChange: (opened: boolean) => void
  onAddTag: () => void
}

function LineMenu({ engine, line, title, opened, onChange, onAddTag }: LineMenuProps) {
  const { t } = useWords()
  const { id } = line.row
  return (
    <Menu
      opened={opened}
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
      <Menu.Target>
        <ActionIcon
          tabIndex={-1}
          variant="subtle"
          size={28}
          className="row-more"
          aria-label={t('images.more', { image: title })}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('images.more', { image: title })}>
        <Menu.Item
          leftSection={<IconInfoCircle size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'details', engine, id })}
        >
          {t('images.details')}
        </Menu.Item>
        <Menu.Item leftSection={<IconTag size={16} aria-hidden />} onClick={onAddTag}>
          {t('images.addTag')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'save', engine, ids: [id] })}
        >
          {t('images.save')} <span className="docker-word">save</span>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          className="menu-bad"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'removal', engine, ids: [id] })}
        >
          {t('images.remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

export interface ImageCellsProps {
  engine: string
  line: ImageLine
  facts: ImageFacts | undefined
  chosen: boolean
  tagging: boolean
  menu: boolean
  onTagging: (tagging: boolean) => void
  onMenu: (opened: boolean) => void
}

/** The cells of one image. Its buttons are reached with the arrow keys, so that the list is one tab stop. */
export function ImageCells({ engine, line, facts, chosen, tagging, menu, onTagging, onMenu }: ImageCellsProps) {
  const words = useWords()
  const { t, size, ago, date } = words
  const { row, repository, tags } = line
  const title = lineTitle(line, words)
  return (
    <>
      <td className="cell-check">
        <Checkbox
          tabIndex={-1}
          checked={chosen}
          aria-label={t('images.select', { image: title })}
          onChange={() => toggleImage(row.id)}
        />
      </td>
      <td className="cell-tags">
        {tags.map((tag) => (
          <TagChip key={tag} engine={engine} line={line} tag={tag} />
        ))}
        {tags.length === 0 && (
          <span className="muted small">
            {repository === '' ? <code>{shortId(row.id)}</code> : t('images.noVersion')}
          </span>
        )}
        {tagging ? (
          <TagInput engine={engine} line={line} onDone={() => onTagging(false)} />
        ) : (
          <button type="button" tabIndex={-1} className="chip-add" onClick={() => onTagging(true)}>
            + {t('tag.add')} <span className="visually-hidden">{t('tag.addTo', { image: title })}</span>
          </button>
        )}
      </td>
      <td className="cell-platform" {...(facts ? { title: platformCode(facts.platform) } : {})}>
        {facts ? platformWords(facts.platform, t) : ''}
      </td>
      <td className="cell-size">{size(row.size)}</td>
      <td className="cell-created">
        {row.created > 0 ? (
          <time dateTime={new Date(row.created).toISOString()} title={date(row.created)}>
            {ago(row.created)}
          </time>
        ) : (
          t('images.noDate')
        )}
      </td>
      <td className="cell-more">
        <LineMenu
          engine={engine}
          line={line}
          title={title}
          opened={menu}
          onChange={onMenu}
          onAddTag={() => onTagging(true)}
        />
      </td>
    </>
  )
}
