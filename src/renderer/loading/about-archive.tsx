import { Button, Progress } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Archive } from '../../shared/contract.ts'
import { sentence } from '../../shared/error-sentences.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import type { Reading } from './use-archive.ts'

/** How far reading, sending or checking a file has come. */
export function ReadingBar({ reading, onStop }: { reading: Reading; onStop: () => void }) {
  const { t, size } = useWords()
  const parts = { done: size(reading.done), total: size(reading.total) }
  const known = {
    sending: t('load.sending', parts),
    checking: t('load.checking', parts),
    reading: t('load.readingOf', parts),
  }
  const text = reading.total === 0 ? t('load.reading') : known[reading.kind]
  return (
    <div className="reading">
      <p>{text}</p>
      <Progress
        value={reading.total === 0 ? 100 : (100 * reading.done) / reading.total}
        animated={reading.total === 0}
        aria-label={text}
      />
      <Button size="compact-sm" variant="default" onClick={onStop}>
        {t('load.stop')}
      </Button>
    </div>
  )
}

/** Kind, size and number of images in one line, and how much of the file was verified. */
export function AboutArchive({ archive }: { archive: Archive }) {
  const { t, size } = useWords()
  const bytes =
    archive.compression === 'none'
      ? size(archive.fileSize)
      : t('load.compressed', { size: size(archive.fileSize), open: size(archive.tarSize) })
  const badges: Record<Archive['checked'], ReactNode> = {
    index: <span className="pill">{t('load.index')}</span>,
    intact: <span className="pill pill-good">{t('load.intact')}</span>,
    problems: <span className="pill pill-bad">{t('load.problems', { count: archive.problems.length })}</span>,
  }
  return (
    <>
      {[
        t(`load.kind.${archive.format}`),
        ...(archive.parts ? [t('load.parts', { count: archive.parts.length })] : []),
        bytes,
        ...(archive.protected ? [t('protect.protected')] : []),
        t('common.images', { count: archive.images.length }),
      ].join(' · ')}{' '}
      {badges[archive.checked]}
    </>
  )
}

/** What is wrong with the file, a sentence each. */
export function ArchiveProblems({ archive }: { archive: Archive }) {
  const { language } = useWords()
  if (archive.problems.length === 0) return null
  return (
    <ul className="problems">
      {archive.problems.map(({ code, file, image, digest, detail }) => {
        const parts = {
          path: archive.path,
          image: image ?? file ?? shortId(digest ?? archive.path),
          ...(file === undefined ? {} : { file }),
          ...(digest === undefined ? {} : { digest }),
          ...(detail === undefined ? {} : { detail }),
        }
        const { what, next } = sentence({ code, parts }, language)
        return (
          <li key={`${code} ${file} ${digest} ${detail}`} className="notice notice-bad">
            <p>
              <strong>{what}</strong> {next}
            </p>
          </li>
        )
      })}
    </ul>
  )
}
