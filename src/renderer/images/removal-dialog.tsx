import { Button, Loader } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { PlaceRef, Removal } from '../../shared/contract.ts'
import { splitName } from '../../shared/reference.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { shortId } from '../words/format.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { removalOf, removeFrom } from './image-actions.ts'
import { refreshImages, tellsByItself } from './image-store.ts'

type RemovalImage = Removal['images'][number]

function Stays({ image, place }: { image: RemovalImage; place: PlaceRef }) {
  const { t, list } = useWords()
  const parent = t(place.type === 'registry' ? 'removal.part' : 'removal.parent')
  return (
    <li>
      <strong>{image.names[0] ?? shortId(image.id)}</strong>{' '}
      <span className="muted">
        {image.outcome === 'in-use' ? t('removal.inUse', { containers: list(image.containers) }) : parent}
      </span>
    </li>
  )
}

/** Where several versions are one image, taking it off takes all of them: said once more, in a sentence. */
function AllVersions({ image }: { image: RemovalImage }) {
  const { t, list } = useWords()
  if (image.names.length < 2) return null
  return (
    <span className="small">
      {t('removal.allVersions', { names: list(image.names.map((name) => splitName(name).tag)) })}
    </span>
  )
}

function spaceWords({ space, exact }: Removal, place: PlaceRef, { t, size }: Words): string {
  if (place.type === 'registry') return t('removal.spaceThere', { size: size(space) })
  return t(exact ? 'removal.space' : 'removal.spaceMost', { size: size(space) })
}

function Announced({ removal, place }: { removal: Removal; place: PlaceRef }) {
  const words = useWords()
  const { t, size } = words
  const goes = removal.images.filter(({ outcome }) => outcome === 'remove')
  const stays = removal.images.filter(({ outcome }) => outcome !== 'remove')
  if (goes.length === 0) {
    return (
      <>
        <p>{t('removal.nothing')}</p>
        <ul className="plain">
          {stays.map((image) => (
            <Stays key={image.id} image={image} place={place} />
          ))}
        </ul>
      </>
    )
  }
  return (
    <>
      <h3>{t('removal.goes')}</h3>
      <ul className="plain">
        {goes.map((image) => (
          <li key={image.id}>
            <span className="names">
              {image.names.length === 0 ? <code>{shortId(image.id)}</code> : null}
              {image.names.map((name) => (
                <span key={name} className="chip">
                  {name}
                </span>
              ))}
            </span>
            <span className="muted">{size(image.size)}</span>
            {place.type === 'registry' && <AllVersions image={image} />}
          </li>
        ))}
        {stays.map((image) => (
          <Stays key={image.id} image={image} place={place} />
        ))}
      </ul>
      <p className="summary">{spaceWords(removal, place, words)}</p>
      <p className="muted">{t('removal.final')}</p>
    </>
  )
}

interface RemovalDialogProps {
  place: PlaceRef
  ids: readonly string[]
  onClose: () => void
}

/** Says exactly what removing would do before anything goes. */
export function RemovalDialog({ place, ids, onClose }: RemovalDialogProps) {
  const { t } = useWords()
  const { client } = useApi()
  const removal = useQuery({
    queryKey: ['removal', place, ids],
    queryFn: () => removalOf(client, place, ids),
    staleTime: 0,
    gcTime: 0,
  })
  const remove = useMutation({
    mutationFn: (going: readonly string[]) => removeFrom(client, place, going),
    onSuccess: ({ removed, kept }) => {
      if (!tellsByItself(place)) refreshImages()
      announce(t('removal.done', { count: removed.length }))
      if (kept.length === 0) onClose()
    },
  })
  const going = removal.data?.images.filter(({ outcome }) => outcome === 'remove').map(({ id }) => id) ?? []
  const kept = remove.data?.kept ?? []
  return (
    <SheetFrame
      reading
      title={t('removal.title', { count: ids.length })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {remove.data || (removal.data && going.length === 0) ? t('common.close') : t('common.cancel')}
          </Button>
          {!remove.data && going.length > 0 && (
            <Button className="button-bad" loading={remove.isPending} onClick={() => remove.mutate(going)}>
              {t('removal.remove', { count: going.length })}
            </Button>
          )}
        </>
      }
    >
      {removal.isPending && (
        <p role="status">
          <Loader size="xs" aria-hidden /> {t('removal.looking')}
        </p>
      )}
      {removal.error && <FailureNotice error={asFailure(removal.error)} onRetry={() => void removal.refetch()} />}
      {removal.data && !remove.data && <Announced removal={removal.data} place={place} />}
      {remove.error && <FailureNotice error={asFailure(remove.error)} />}
      {remove.data && (
        <p>
          {t('removal.done', { count: remove.data.removed.length })}. {t('removal.kept', { count: kept.length })}.
        </p>
      )}
      {kept.map(({ id, error }) => (
        <FailureNotice key={id} error={error} />
      ))}
    </SheetFrame>
  )
}

interface LastNameDialogProps {
  name: string
  onRemove: () => void
  onClose: () => void
}

/** The last name of an image is not taken away: removing the image is what a person then means. */
export function LastNameDialog({ name, onRemove, onClose }: LastNameDialogProps) {
  const { t } = useWords()
  return (
    <SheetFrame
      title={t('tag.lastTitle')}
      about={name}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button className="button-bad" onClick={onRemove}>
            {t('tag.removeInstead')}
          </Button>
        </>
      }
    >
      <p>{t('tag.last')}</p>
    </SheetFrame>
  )
}
