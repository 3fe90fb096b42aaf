import { Button } from '@mantine/core'
import { useState } from 'react'
import type { TagOperation } from '../../shared/tag-plan.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { AddTags } from './add-tags.tsx'
import { imageWord } from './image-words.ts'
import { OwnTags } from './own-tags.tsx'
import { TagChanges } from './tag-changes.tsx'
import { TagPasts } from './tag-past.tsx'
import { type Tagged, useTagging } from './use-tagging.ts'

interface TaggingSheetProps extends Tagged {
  /** What was asked for at once: a chip that was dropped, a cross that was pressed. */
  operations?: readonly TagOperation[] | undefined
  onClose: () => void
}

/** One image and all its tags in one repository: nothing changes before it was said and done with the button. */
export function TaggingSheet({ operations = [], onClose, ...tagged }: TaggingSheetProps) {
  const { t, size, ago } = useWords()
  const { place, repository, id } = tagged
  const tagging = useTagging(tagged, operations, (count) => {
    announce(t('tagging.done', { count }))
    onClose()
  })
  const { row, rows, own, tags, back, setBack, plan } = tagging
  const [past, setPast] = useState<string>()
  const risky = (plan?.lost.length ?? 0) > 0
  const about = { id: shortId(id), size: size(row?.size ?? 0) }
  return (
    <SheetFrame
      wide
      title={t('tagging.title', { repository })}
      about={
        row && row.created > 0
          ? t('tagging.about', { ...about, ago: ago(row.created) })
          : t('tagging.aboutNoDate', about)
      }
      onClose={onClose}
      summary={<TagChanges tagging={tagging} repository={repository} id={id} />}
      footer={
        <>
          {back && (
            <Button variant="subtle" onClick={() => setBack(undefined)}>
              {t('common.back')}
            </Button>
          )}
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            {...(risky ? { className: 'button-bad' } : {})}
            disabled={!tagging.canApply}
            loading={tagging.applying}
            onClick={tagging.apply}
          >
            {t(risky ? 'tagging.applyLost' : 'tagging.apply')}
          </Button>
        </>
      }
    >
      {back ? (
        <section>
          <h3>
            {t('tagging.past.backOf', {
              tag: back.tag,
              image: imageWord(back.id, { rows, repository, but: [back.tag] }),
            })}
          </h3>
        </section>
      ) : (
        <>
          <OwnTags tagging={tagging} repository={repository} id={id} onHistory={setPast} />
          <AddTags tagging={tagging} repository={repository} id={id} />
          <details
            className="fold"
            open={past !== undefined}
            onToggle={(event) => {
              if (!event.currentTarget.open) setPast(undefined)
              else if (past === undefined) setPast(own[0] ?? tags[0] ?? '')
            }}
          >
            <summary>{t('tagging.past.title')}</summary>
            {past !== undefined && (
              <TagPasts place={place} repository={repository} tags={tags} tag={past} onTag={setPast} onBack={setBack} />
            )}
          </details>
        </>
      )}
    </SheetFrame>
  )
}
