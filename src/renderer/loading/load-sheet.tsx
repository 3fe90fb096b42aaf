import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Archive, PlaceRef } from '../../shared/contract.ts'
import { CopySheet } from '../copying/copy-sheet.tsx'
import { chosenPlace, destinationsOf, selectData } from '../copying/destinations.ts'
import { RescueButton } from '../doctor/rescue.tsx'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi, useHost } from '../host.tsx'
import { DetailsDrawer } from '../images/image-details.tsx'
import { AboutNote } from '../notes/about-note.tsx'
import { engineName, isReady, useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { placeKey } from '../places/place-ref.ts'
import { CommandBox } from '../shell/copyable.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { baseName } from '../words/format.ts'
import { platformCode } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { AboutArchive, ArchiveProblems, ReadingBar } from './about-archive.tsx'
import { loadCommand } from './load-choices.ts'
import { LoadImage } from './load-image.tsx'
import type { LoadItem } from './load-queue.ts'
import { LoadSummary } from './load-summary.tsx'
import { PasswordAsk } from './password-ask.tsx'
import { type Lock, type OpenedFile, useArchive } from './use-archive.ts'
import { type Load, useLoad } from './use-load.ts'

function Command({ line }: { line: string }) {
  const { t } = useWords()
  return (
    <details className="fold">
      <summary>{t('load.command')}</summary>
      <p className="small muted">{t('load.commandHint')}</p>
      <CommandBox line={line} />
    </details>
  )
}

interface FooterProps {
  archive: Archive
  file: OpenedFile
  load: Load
  onClose: () => void
}

function Footer({ archive, file, load, onClose }: FooterProps) {
  const { t } = useWords()
  const host = useHost()
  const { engine } = load
  const command = engine && loadCommand(archive, load.wanted, engine, host?.os === 'win32')
  const mayCheck = archive.checked === 'index' && !file.reading && archive.format !== 'rootfs'
  return (
    <>
      {command && <Command line={command} />}
      <span className="spacer" />
      {mayCheck && (
        <Button variant={engine ? 'default' : 'filled'} onClick={file.check}>
          {t('load.check')}
        </Button>
      )}
      <Button variant="default" onClick={onClose}>
        {engine ? t('load.close') : t('load.closeLook')}
      </Button>
      {engine && (
        <Button disabled={!load.canStart} loading={load.starting} onClick={load.start}>
          {t('load.load')}
        </Button>
      )}
    </>
  )
}

function ArchiveDetails({ path, id, onClose }: { path: string; id: string; onClose: () => void }) {
  const { queries } = useApi()
  const details = useQuery(queries.archives.details.queryOptions({ input: { path, id } }))
  return (
    <DetailsDrawer
      place={{ type: 'archive', path }}
      id={id}
      details={details.data}
      error={details.error ? asFailure(details.error) : undefined}
      onClose={onClose}
    />
  )
}

function Images({ archive, load }: { archive: Archive; load: Load }) {
  const { t } = useWords()
  const [looking, setLooking] = useState<string>()
  const loadable = load.engine !== undefined
  return (
    <>
      <ul className="cards" aria-label={t('load.images')}>
        {archive.images.map((image) => (
          <LoadImage
            key={image.id}
            image={image}
            loadable={loadable}
            ticked={loadable && load.ticked.includes(image)}
            other={load.others.has(image.id)}
            planned={load.overview?.images.find(({ id }) => id === image.id)}
            exact={load.overview?.exact ?? true}
            date={load.date}
            choices={load.choices}
            onChoices={load.setChoices}
            onDetails={() => setLooking(image.id)}
          />
        ))}
      </ul>
      {looking !== undefined && (
        <ArchiveDetails path={archive.path} id={looking} onClose={() => setLooking(undefined)} />
      )}
    </>
  )
}

interface OpenedProps {
  archive: Archive
  title: string
  step: string | undefined
  file: OpenedFile
  onClose: () => void
}

interface IntoDockerProps extends OpenedProps {
  /** The engine it was dropped on or chosen for. */
  engineId: string | undefined
  onTo: (to: PlaceRef) => void
}

function About({ archive, step }: { archive: Archive; step: string | undefined }) {
  return (
    <>
      {step && `${step} · `}
      <AboutArchive archive={archive} />
    </>
  )
}

/** What is found out about the file while it is in view. */
function AboutReading({ archive, file }: { archive: Archive; file: OpenedFile }) {
  return (
    <>
      {file.reading && <ReadingBar reading={file.reading} onStop={file.stop} />}
      {file.error && <FailureNotice error={file.error} />}
      <ArchiveProblems archive={archive} />
      <RescueButton name={baseName(archive.path)} file={file} />
      <AboutNote path={archive.path} />
    </>
  )
}

function IntoDocker({ archive, title, step, file, engineId, onTo, onClose }: IntoDockerProps) {
  const { t } = useWords()
  const engines = useEngines((state) => state.engines)
  const places = usePlaces((state) => state.places)
  const load = useLoad(
    archive,
    () => {
      file.keep()
      onClose()
    },
    engineId,
  )
  const { engine } = load
  const groups = destinationsOf({ type: 'archive', path: archive.path }, engines ?? [], places ?? [], t)
  return (
    <SheetFrame
      wide
      reading={!engine}
      title={title}
      about={<About archive={archive} step={step} />}
      onClose={onClose}
      summary={
        engine && (
          <>
            <LoadSummary
              wanted={load.wanted}
              plan={load.plan}
              planning={load.planning}
              error={load.planError}
              onRetry={load.planAgain}
              place={engineName(engine, t)}
              clashes={load.clashing}
            />
            {load.startError && <FailureNotice error={load.startError} />}
          </>
        )
      }
      footer={<Footer archive={archive} file={file} load={load} onClose={onClose} />}
    >
      <AboutReading archive={archive} file={file} />
      {engine ? (
        <NativeSelect
          className="destination"
          label={t('load.to')}
          value={placeKey({ type: 'engine', engine: engine.id })}
          onChange={(event) => {
            const place = chosenPlace(groups, event.currentTarget.value)
            if (place?.type === 'engine') load.choose(place.engine)
            else if (place) onTo(place)
          }}
          data={selectData(groups, undefined)}
        />
      ) : (
        <p className="notice notice-warn">{t('load.noEngine')}</p>
      )}
      <Images archive={archive} load={load} />
      {archive.absent.length > 0 && (
        <p className="small muted">
          {t('load.absent', { list: archive.absent.map(({ name, platform }) => `${name} (${platform})`).join(', ') })}
        </p>
      )}
    </SheetFrame>
  )
}

function CheckButton({ archive, file }: { archive: Archive; file: OpenedFile }) {
  const { t } = useWords()
  if (archive.checked !== 'index' || file.reading) return null
  return (
    <Button variant="default" onClick={file.check}>
      {t('load.check')}
    </Button>
  )
}

/** Where the file goes to begin with: where it was dropped, a Docker that is ready, else the Library. */
function useFirst(item: LoadItem): PlaceRef | undefined {
  const ready = useEngines((state) => (state.engines ?? []).some(isReady))
  const library = usePlaces((state) => state.places?.find(({ kind }) => kind === 'library')?.place)
  return item.to ?? (ready ? undefined : library)
}

function Opened({ item, ...opened }: OpenedProps & { item: LoadItem }) {
  const { t } = useWords()
  const { archive, file, step, onClose } = opened
  const first = useFirst(item)
  const [chosen, setChosen] = useState<PlaceRef>()
  const [looking, setLooking] = useState<string>()
  const ready = useEngines((state) => (state.engines ?? []).some(isReady))
  const to = chosen ?? first
  if (!to || to.type === 'engine' || archive.images.length === 0) {
    return <IntoDocker {...opened} engineId={to?.type === 'engine' ? to.engine : undefined} onTo={setChosen} />
  }
  return (
    <CopySheet
      title={t('load.bring', { file: item.name })}
      about={<About archive={archive} step={step} />}
      from={{ type: 'archive', path: archive.path }}
      rows={archive.images.map(({ id, names, platform, size }) => ({
        id,
        names,
        platforms: [platformCode(platform)],
        size,
      }))}
      to={to}
      onTo={setChosen}
      doubtful={archive.checked === 'problems'}
      before={
        <>
          <AboutReading archive={archive} file={file} />
          {!ready && <p className="notice notice-warn">{t('load.noEngine')}</p>}
          {looking !== undefined && (
            <ArchiveDetails path={archive.path} id={looking} onClose={() => setLooking(undefined)} />
          )}
        </>
      }
      onDetails={setLooking}
      buttons={<CheckButton archive={archive} file={file} />}
      onStarted={() => {
        file.keep()
        onClose()
      }}
      onClose={onClose}
    />
  )
}

function isWrong({ lock, error }: OpenedFile): boolean {
  return lock !== undefined && error?.code === 'password-wrong'
}

/** A password was given, and nothing tells yet whether it opens the file. */
function isTried({ lock, reading }: OpenedFile): boolean {
  return lock !== undefined && reading?.total === 0
}

/** Stays where it is until the file is open: what was typed wrong is corrected in its place. */
function Locked({ file, lock }: { file: OpenedFile; lock: Lock }) {
  if (file.reading && !isTried(file)) return null
  return (
    <PasswordAsk path={lock.path} kept={lock.kept} wrong={isWrong(file)} busy={isTried(file)} onUnlock={file.unlock} />
  )
}

interface LoadSheetProps {
  item: LoadItem
  step: number
  steps: number
  onClose: () => void
}

/** Look before you leap: what is in a file, what of it is there already, and what loading it would change. */
export function LoadSheet({ item, step, steps, onClose }: LoadSheetProps) {
  const { t } = useWords()
  const file = useArchive(item)
  const ready = useEngines((state) => (state.engines ?? []).some(isReady))
  const title = t(ready ? 'load.title' : 'load.look', { file: item.name })
  const stepText = steps > 1 ? t('load.step', { step, steps }) : undefined
  if (file.archive)
    return <Opened item={item} archive={file.archive} title={title} step={stepText} file={file} onClose={onClose} />
  return (
    <SheetFrame
      wide
      title={title}
      about={stepText}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('load.close')}
          </Button>
          <RescueButton name={item.name} file={file} />
        </>
      }
    >
      {file.lock && <Locked file={file} lock={file.lock} />}
      {file.reading && !isTried(file) && <ReadingBar reading={file.reading} onStop={onClose} />}
      {file.error && !isWrong(file) && <FailureNotice error={file.error} onRetry={file.retry} />}
    </SheetFrame>
  )
}
