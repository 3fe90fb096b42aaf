import { Button } from '@mantine/core'
import type { ErrorCode } from '../../shared/errors.ts'
import { nextFile } from '../loading/load-queue.ts'
import type { OpenedFile } from '../loading/use-archive.ts'
import { openSheet } from '../shell/ui.ts'
import { baseName } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { useOneFile } from './one-file.tsx'

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
  const { ask, chooser } = useOneFile((path) => openSheet({ type: 'doctor', path, name: baseName(path) }))
  return (
    <>
      <Button variant="default" onClick={ask}>
        {t('doctor.open')}
      </Button>
      {chooser}
    </>
  )
}
