import { ActionIcon, NativeSelect, TextInput } from '@mantine/core'
import { IconArrowBackUp, IconArrowsTransferDown, IconHistory, IconPencil, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { isTag } from '../../shared/reference.ts'
import { useWords } from '../words/use-words.ts'
import { imageWord } from './image-words.ts'
import type { OwnTag } from './tagging-form.ts'
import type { Tagging } from './use-tagging.ts'

interface ToolProps {
  label: string
  icon: ReactNode
  pressed?: boolean
  onClick: () => void
}

function Tool({ label, icon, pressed, onClick }: ToolProps) {
  return (
    <ActionIcon
      variant="subtle"
      size={28}
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      onClick={onClick}
    >
      {icon}
    </ActionIcon>
  )
}

interface OwnTagLineProps {
  tagging: Tagging
  repository: string
  id: string
  tag: string
  onHistory: (tag: string) => void
}

function OwnTagLine({ tagging, repository, id, tag, onHistory }: OwnTagLineProps) {
  const { t } = useWords()
  const { form, setForm, rows, removes } = tagging
  const wish = Object.hasOwn(form.own, tag) ? form.own[tag] : undefined
  const set = (next: OwnTag | undefined): void => {
    const { [tag]: _, ...rest } = form.own
    setForm({ own: next ? { ...rest, [tag]: next } : rest })
  }
  const word = (other: string): string => imageWord(other, { rows, repository })
  const others = [...new Set(tagging.now.tags.values())].filter((other) => other !== id)
  const leaving = wish && !(wish.type === 'rename' && wish.to === tag)
  const describe = (action: string): string => `${action} ${tag}`
  return (
    <li className="own-tag">
      <span className={leaving ? 'chip chip-leaving' : 'chip'}>{tag}</span>
      {wish && (
        <span className="small muted">
          {wish.type === 'remove' && t('tagging.going')}
          {wish.type === 'rename' && wish.to !== tag && t('tagging.renamed', { to: wish.to })}
          {wish.type === 'move' && t('tagging.moving', { image: wish.id === '' ? '…' : word(wish.id) })}
        </span>
      )}
      <span className="spacer" />
      {wish ? (
        <Tool
          label={t('tagging.undo', { tag })}
          icon={<IconArrowBackUp size={16} aria-hidden />}
          onClick={() => set(undefined)}
        />
      ) : (
        <>
          {removes === 'yes' && (
            <Tool
              label={describe(t('tagging.rename'))}
              icon={<IconPencil size={16} aria-hidden />}
              onClick={() => set({ type: 'rename', to: tag })}
            />
          )}
          {others.length > 0 && (
            <Tool
              label={describe(t('tagging.move'))}
              icon={<IconArrowsTransferDown size={16} aria-hidden />}
              onClick={() => set({ type: 'move', id: '' })}
            />
          )}
          <Tool
            label={describe(t('tagging.history'))}
            icon={<IconHistory size={16} aria-hidden />}
            onClick={() => onHistory(tag)}
          />
          {removes === 'yes' && (
            <Tool
              label={describe(t('tagging.remove'))}
              icon={<IconTrash size={16} aria-hidden />}
              onClick={() => set({ type: 'remove' })}
            />
          )}
        </>
      )}
      {wish?.type === 'rename' && (
        <TextInput
          className="own-tag-field"
          size="xs"
          autoFocus
          label={t('tagging.renameField', { tag })}
          error={isTag(wish.to) ? undefined : t('tag.problem.tag')}
          spellCheck={false}
          autoComplete="off"
          value={wish.to}
          onChange={(event) => set({ type: 'rename', to: event.currentTarget.value })}
        />
      )}
      {wish?.type === 'move' && (
        <NativeSelect
          className="own-tag-field"
          size="xs"
          autoFocus
          label={t('tagging.moveField', { tag })}
          value={wish.id}
          onChange={(event) => set({ type: 'move', id: event.currentTarget.value })}
          data={[
            ...(wish.id === '' ? [{ value: '', label: t('tagging.choose') }] : []),
            ...others.map((other) => ({ value: other, label: word(other) })),
          ]}
        />
      )}
    </li>
  )
}

/** The tags an image has, each with what can be done with it. */
export function OwnTags(props: Omit<OwnTagLineProps, 'tag'>) {
  const { t } = useWords()
  const { own, removes } = props.tagging
  return (
    <section>
      <h3>{t('tagging.has')}</h3>
      {own.length === 0 && <p className="muted">{t('tagging.none')}</p>}
      <ul className="own-tags" aria-label={t('tagging.has')}>
        {own.map((tag) => (
          <OwnTagLine key={tag} tag={tag} {...props} />
        ))}
      </ul>
      {removes !== 'yes' && (
        <p className="small muted">{t(removes === 'no' ? 'tagging.cannotRemove' : 'tagging.mayNotRemove')}</p>
      )}
      {own.includes('latest') && <p className="small muted">{t('tagging.latest')}</p>}
    </section>
  )
}
