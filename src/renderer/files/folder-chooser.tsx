import { Button, Group, Skeleton, TextInput } from '@mantine/core'
import { IconArrowUp, IconFile, IconFolder, IconFolderPlus, IconUpload } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react'
import type { Folder } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi, useHost } from '../host.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { useWords } from '../words/use-words.ts'

const ARCHIVE = /\.(?:tar|tgz|tbz2?|txz|tzst|gz|zst|bz2|xz|gpg|pgp|asc)$/i

function walkList(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
  const at = entries.findIndex((entry) => entry.matches(':focus'))
  event.preventDefault()
  entries[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}

interface EntriesProps {
  folder: Folder
  files: boolean
  chosen: readonly string[]
  onFolder: (path: string) => void
  onFile: (path: string) => void
  onOpen: (path: string) => void
}

function Entries({ folder, files, chosen, onFolder, onFile, onOpen }: EntriesProps) {
  const { t, size, compare } = useWords()
  const shown = folder.entries
    .filter((entry) => entry.folder || (files && ARCHIVE.test(entry.name)))
    .sort((left, right) => Number(right.folder) - Number(left.folder) || compare(left.name, right.name))
  if (shown.length === 0) return <p className="muted">{t('files.empty')}</p>
  return (
    <ul className="entries" onKeyDown={walkList} aria-label={t('files.contents', { path: folder.path })}>
      {shown.map((entry) => (
        <li key={entry.path}>
          <button
            type="button"
            className="entry"
            {...(entry.folder ? {} : { 'aria-pressed': chosen.includes(entry.path) })}
            onClick={() => (entry.folder ? onFolder(entry.path) : onFile(entry.path))}
            onDoubleClick={() => {
              if (!entry.folder) onOpen(entry.path)
            }}
          >
            {entry.folder ? <IconFolder size={18} aria-hidden /> : <IconFile size={18} aria-hidden />}
            <span className="visually-hidden">{entry.folder ? t('files.folder') : t('files.file')}</span>
            <span>{entry.name}</span>
            {!entry.folder && <span className="muted small">{size(entry.size)}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}

function NewFolder({ path, onMade }: { path: string; onMade: (path: string) => void }) {
  const { t } = useWords()
  const { queries } = useApi()
  const [name, setName] = useState<string>()
  const make = useMutation(
    queries.files.makeFolder.mutationOptions({
      onSuccess: (made) => {
        setName(undefined)
        onMade(made.path)
      },
    }),
  )
  if (name === undefined) {
    return (
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconFolderPlus size={16} aria-hidden />}
        onClick={() => setName('')}
      >
        {t('files.newFolder')}
      </Button>
    )
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') make.mutate({ path, name: name.trim() })
  }
  return (
    <form onSubmit={submit} className="new-folder">
      <Group gap="xs">
        <TextInput
          size="xs"
          autoFocus
          aria-label={t('files.newFolderName')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="compact-sm" variant="default" loading={make.isPending}>
          {t('files.make')}
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={() => setName(undefined)}>
          {t('common.cancel')}
        </Button>
      </Group>
      {make.error && <FailureNotice error={asFailure(make.error)} />}
    </form>
  )
}

interface FolderChooserProps {
  /** Image files to look into, or a folder to write to. */
  kind: 'files' | 'folder'
  start?: string | undefined
  /** Nothing need be written in the folder. */
  reading?: boolean
  onChoose: (paths: string[]) => void
  onClose: () => void
  /** Files of this browser instead of the host's. */
  onUpload?: (files: File[]) => void
}

/** Our own chooser, for a host without native dialogs: the folders are those of the computer where Caboteur runs. */
export function FolderChooser({ kind, start, reading = false, onChoose, onClose, onUpload }: FolderChooserProps) {
  const { t, size } = useWords()
  const { queries } = useApi()
  const host = useHost()
  const rootsTitle = useId()
  const [path, setPath] = useState(start)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const browserFiles = useRef<HTMLInputElement>(null)
  const roots = useQuery(queries.files.roots.queryOptions({ input: {}, staleTime: 0 }))
  const folder = useQuery(
    queries.files.list.queryOptions({
      input: path === undefined ? {} : { path },
      staleTime: 0,
      placeholderData: (before) => before,
    }),
  )
  const go = (to: string): void => {
    setChosen([])
    setPath(to)
  }
  const files = kind === 'files'
  const canChoose = files
    ? chosen.length > 0
    : folder.data !== undefined && (reading || folder.data.writable) && !folder.error
  return (
    <SheetFrame
      wide
      title={files ? t('files.openTitle') : t('files.folderTitle')}
      about={host && t('files.on', { computer: host.computer })}
      onClose={onClose}
      footer={
        <>
          {onUpload && (
            <>
              <input
                ref={browserFiles}
                type="file"
                multiple
                hidden
                aria-label={t('files.upload')}
                onChange={(event) => onUpload([...(event.currentTarget.files ?? [])])}
              />
              <Button
                variant="default"
                leftSection={<IconUpload size={16} aria-hidden />}
                onClick={() => browserFiles.current?.click()}
              >
                {t('files.upload')}
              </Button>
            </>
          )}
          {!files && folder.data?.writable && <NewFolder path={folder.data.path} onMade={go} />}
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            disabled={!canChoose}
            onClick={() => onChoose(files ? [...chosen] : [folder.data?.path ?? ''].filter(Boolean))}
          >
            {files ? t('files.openMany', { count: Math.max(1, chosen.length) }) : t('files.choose')}
          </Button>
        </>
      }
    >
      <div className="chooser">
        <section aria-labelledby={rootsTitle} className="roots">
          <h3 id={rootsTitle} className="field-title">
            {t('files.roots')}
          </h3>
          <ul className="entries" onKeyDown={walkList}>
            {roots.data?.map((root) => (
              <li key={root.path}>
                <button type="button" className="entry" title={root.path} onClick={() => go(root.path)}>
                  <span>{root.label}</span>
                  <span className="muted small">{t('common.free', { size: size(root.free) })}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
        <div className="chooser-folder">
          <div className="chooser-path">
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconArrowUp size={16} aria-hidden />}
              disabled={folder.data?.parent === undefined}
              onClick={() => folder.data?.parent !== undefined && go(folder.data.parent)}
            >
              {t('files.up')}
            </Button>
            <code>{folder.data?.path ?? path}</code>
          </div>
          {folder.error && <FailureNotice error={asFailure(folder.error)} />}
          {folder.isPending && <Skeleton height={160} />}
          {folder.data && !folder.error && (
            <Entries
              folder={folder.data}
              files={files}
              chosen={chosen}
              onFolder={go}
              onFile={(file) =>
                setChosen(chosen.includes(file) ? chosen.filter((other) => other !== file) : [...chosen, file])
              }
              onOpen={(file) => onChoose([file])}
            />
          )}
          {!files && !reading && folder.data && !folder.data.writable && (
            <p className="hint hint-bad">{t('files.readOnly')}</p>
          )}
        </div>
      </div>
    </SheetFrame>
  )
}
