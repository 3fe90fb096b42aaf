import { Button, Group } from '@mantine/core'
import { IconDownload, IconFolderOpen } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { PlaceRef, Transfer } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi, useHost } from '../host.tsx'
import { movedWords } from '../images/moved-words.ts'
import { Copyable } from '../shell/copyable.tsx'
import { absentWords } from '../words/absent.ts'
import { baseName, shortId } from '../words/format.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { downloadAddress } from './transfer-store.ts'

type Result = NonNullable<Transfer['result']>
type ResultFile = NonNullable<Result['file']>

function SavedFile({ id, file, download }: { id: string; file: ResultFile; download: boolean }) {
  const { t, size } = useWords()
  const { queries } = useApi()
  const host = useHost()
  const reveal = useMutation(queries.files.reveal.mutationOptions())
  return (
    <>
      <p>
        {download
          ? t('transfers.savedDownload', { file: baseName(file.path), size: size(file.size) })
          : t(file.parts ? 'transfers.savedParts' : 'transfers.saved', {
              path: file.path,
              size: size(file.size),
              count: file.parts?.length ?? 1,
            })}
      </p>
      <p className="small muted">{t(`transfers.${file.readBack}`)}</p>
      {file.protected && (
        <p className="small">
          {t('protect.saved')}
          {file.remembered !== undefined && ` ${t(file.remembered ? 'protect.remembered' : 'protect.notRemembered')}`}
        </p>
      )}
      <p className="small">
        {t('transfers.sha256')} <Copyable what={t('transfers.sha256')} value={file.sha256} />
      </p>
      {file.beside && <BesideResult beside={file.beside} />}
      <Group gap="xs">
        {download && (
          <Button
            component="a"
            href={downloadAddress(id)}
            download=""
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('transfers.download')}
          </Button>
        )}
        {!download && host?.can.reveal && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconFolderOpen size={16} aria-hidden />}
            onClick={() => reveal.mutate({ path: file.parts?.[0] ?? file.path })}
          >
            {t('transfers.reveal')}
          </Button>
        )}
      </Group>
      {reveal.error && <FailureNotice error={asFailure(reveal.error)} />}
    </>
  )
}

/** What lies beside it, and what could not be put there. */
function BesideResult({ beside: { names, error } }: { beside: NonNullable<ResultFile['beside']> }) {
  const { t, list } = useWords()
  return (
    <>
      {names.length > 0 && <p className="small">{t('delivery.written', { names: list(names) })}</p>}
      {error && (
        <>
          <p className="small">{t('delivery.unwritten')}</p>
          <FailureNotice error={error} spoken={false} />
        </>
      )}
    </>
  )
}

/** What became of each image of a copy of several. */
function Outcomes({ images }: { images: Result['images'] }) {
  const { t, size } = useWords()
  return (
    <table className="whole" aria-label={t('whole.result')}>
      <thead>
        <tr className="whole-head">
          <th scope="col">{t('whole.namesThere')}</th>
          <th scope="col">{t('whole.size')}</th>
          <th scope="col">{t('whole.became')}</th>
        </tr>
      </thead>
      <tbody>
        {images.map((image) => (
          <tr
            key={`${image.id} ${image.names.join(' ')}`}
            className={image.outcome === 'same' ? 'whole-same' : undefined}
          >
            <th scope="row">{image.names.join(', ') || shortId(image.id)}</th>
            <td className="whole-size">{image.size > 0 ? size(image.size) : ''}</td>
            <td>{t(`whole.outcome.${image.outcome}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function bytesWords({ moved, skipped }: Result, { t, size }: Words): string {
  if (moved === 0) return t('transfers.movedNone')
  return skipped > 0
    ? t('transfers.moved', { moved: size(moved), skipped: size(skipped) })
    : t('transfers.movedAll', { moved: size(moved) })
}

function absentKey(to: PlaceRef): 'absent.saved' | 'absent.loaded' | 'absent.copied' {
  if (to.type === 'archive') return 'absent.saved'
  return to.type === 'engine' ? 'absent.loaded' : 'absent.copied'
}

interface TransferResultProps {
  id: string
  from: PlaceRef
  to: PlaceRef
  result: Result
}

/** What a finished transfer did: what is there now, which names moved, where the file is. */
export function TransferResult({ id, from, to, result }: TransferResultProps) {
  const words = useWords()
  const { t, list } = words
  const names = result.images.map((image) => image.names.join(', ') || shortId(image.id))
  const [only, ...others] = result.images
  const pin = to.type === 'registry' && others.length === 0 ? only?.digest : undefined
  return (
    <div className="result">
      {result.file ? (
        <SavedFile id={id} file={result.file} download={result.download} />
      ) : (
        <>
          {result.images.length === 1 && (
            <p>{t(to.type === 'engine' ? 'transfers.loaded' : 'transfers.copied', { names: list(names) })}</p>
          )}
          {pin !== undefined && (
            <p className="small">
              {t('publish.sending.fingerprint')} <Copyable what={t('publish.sending.fingerprint')} value={pin} />
            </p>
          )}
          <p className="small muted">{bytesWords(result, words)}</p>
        </>
      )}
      {/* docker load keeps no digest of a repository in the classic store (moby/moby#43570). */}
      {from.type === 'registry' && to.type === 'archive' && <p className="small muted">{t('transfers.digestLost')}</p>}
      {result.pinned && (
        <p className="small muted">
          {t(result.pinned.holds ? 'transfers.digestHolds' : 'transfers.digestNot', { name: result.pinned.name })}
        </p>
      )}
      {result.images.length > 1 && <Outcomes images={result.images} />}
      {result.replaced.map((replaced) => (
        <div key={replaced.name} className="small">
          {movedWords(replaced, words).map((text) => (
            <p key={text}>{text}</p>
          ))}
        </div>
      ))}
      {absentWords(result.absent, absentKey(to), words).map((text) => (
        <p key={text} className="small">
          {text}
        </p>
      ))}
    </div>
  )
}
