import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ErrorCode } from '../../shared/errors.ts'
import { FolderChooser } from '../files/folder-chooser.tsx'
import { useApi, useHost } from '../host.tsx'
import { nextFile } from '../loading/load-queue.ts'
import type { OpenedFile } from '../loading/use-archive.ts'
import { openSheet, tellFailure } from '../shell/ui.ts'
import { baseName } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'

/** What a file is refused for that may hold something all the same. */
const HOPEFUL: ReadonlySet<ErrorCode> = new Set([
  'archive-truncated',
  'archive-damaged',
  'archive-hostile',
  'archive-not-images',
  'archive-rootfs',
  'digest-mismatch',
  'layer-missing',
  'set-incomplete',
  'part-damaged',
  'file-is-folder',
])

/** Where a file is said to be damaged, cut, incomplete or unknown: the way to what can be saved of it. */
export function RescueButton({ name, file }: { name: string; file: OpenedFile }) {
  const { t } = useWords()
  const { error, archive, path, sent } = file
  const isHurt = archive ? archive.checked === 'problems' : error !== undefined && HOPEFUL.has(error.code)
  if (!isHurt || path === undefined) return null
  return (
    <Button
      variant={archive ? 'default' : 'filled'}
      onClick={() => {
        file.keep()
        openSheet({ type: 'doctor', path, name, ...(sent ? { sent } : {}) })
        nextFile()
      }}
    >
      {t('doctor.see')}
    </Button>
  )
}

/** "Repair a damaged file…", for the search: asks which. */
export function RepairButton() {
  const { t } = useWords()
  const { client } = useApi()
  const host = useHost()
  const [choosing, setChoosing] = useState(false)
  const open = ([path]: readonly string[]): void => {
    if (path !== undefined) openSheet({ type: 'doctor', path, name: baseName(path) })
  }
  const pick = useMutation({
    mutationFn: async () => open((await client.files.pick({ kind: 'open' })).paths),
    onError: tellFailure,
  })
  return (
    <>
      <Button variant="default" onClick={() => (host?.can.dialogs ? pick.mutate() : setChoosing(true))}>
        {t('doctor.open')}
      </Button>
      {choosing && (
        <FolderChooser
          kind="files"
          onClose={() => setChoosing(false)}
          onChoose={(paths) => {
            setChoosing(false)
            open(paths)
          }}
        />
      )}
    </>
  )
}
