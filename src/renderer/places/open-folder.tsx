import { Button, TextInput } from '@mantine/core'
import { IconFolder } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { FolderChooser } from '../files/folder-chooser.tsx'
import { useApi, useHost } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce, tellFailure } from '../shell/ui.ts'
import { baseName } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { showPlace } from './other-places.ts'

/** A folder joins the places: one that is kept like the Library, or one with image files in it. */
export function OpenFolder({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const { client } = useApi()
  const host = useHost()
  const [path, setPath] = useState('')
  const [choosing, setChoosing] = useState(false)
  const open = useMutation({
    mutationFn: (create: boolean) => client.places.open({ path: path.trim(), create }),
    onSuccess: ({ place }) => {
      showPlace(place)
      announce(t('places.opened', { name: baseName(path.trim()) }))
      onClose()
    },
  })
  const pick = useMutation({
    mutationFn: async () => (await client.files.pick({ kind: 'folder' })).paths,
    onSuccess: ([chosen]) => {
      if (chosen === undefined) return
      open.reset()
      setPath(chosen)
    },
    onError: tellFailure,
  })
  const failure = open.error ? asFailure(open.error) : undefined
  // An empty folder is neither yet: what it is to be is the person's to say.
  const neither = failure?.code === 'layout-not-one'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (path.trim() !== '') open.mutate(false)
  }
  return (
    <SheetFrame
      title={t('places.openFolderTitle')}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {neither ? (
            <Button loading={open.isPending} onClick={() => open.mutate(true)}>
              {t('places.makeLayout')}
            </Button>
          ) : (
            <Button type="submit" form="open-folder" disabled={path.trim() === ''} loading={open.isPending}>
              {t('places.openIt')}
            </Button>
          )}
        </>
      }
    >
      <p>{t('places.openFolderText')}</p>
      <form id="open-folder" className="folder-field" onSubmit={submit}>
        <TextInput
          data-autofocus
          label={t('save.folder')}
          spellCheck={false}
          autoComplete="off"
          value={path}
          onChange={(event) => {
            open.reset()
            setPath(event.currentTarget.value)
          }}
        />
        {host?.can.dialogs && (
          <Button
            variant="default"
            leftSection={<IconFolder size={16} aria-hidden />}
            loading={pick.isPending}
            onClick={() => pick.mutate()}
          >
            {t('save.chooseFolder')}
          </Button>
        )}
        {host?.can.browse && (
          <Button
            variant="default"
            leftSection={<IconFolder size={16} aria-hidden />}
            onClick={() => setChoosing(true)}
          >
            {t('save.chooseFolder')}
          </Button>
        )}
      </form>
      {neither && <p className="notice notice-plain">{t('places.neither')}</p>}
      {failure && !neither && <FailureNotice error={failure} />}
      {choosing && (
        <FolderChooser
          kind="folder"
          reading
          start={path.trim() === '' ? undefined : path.trim()}
          onChoose={([chosen]) => {
            setChoosing(false)
            open.reset()
            if (chosen !== undefined) setPath(chosen)
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </SheetFrame>
  )
}
