import { Button, Progress } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { DonorRef, PlaceRef } from '../../shared/contract.ts'
import type { Diagnosis, Finding, SavedImage } from '../../shared/contract-doctor.ts'
import { findingSentence } from '../../shared/doctor-sentences.ts'
import { CopySheet } from '../copying/copy-sheet.tsx'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { isReady, useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { SaveSheet } from '../saving/save-sheet.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { platformCode } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'
import { CompleteFrom } from './complete-from.tsx'
import { SavedImageCard } from './saved-image.tsx'
import { useDoctor } from './use-doctor.ts'

const NOWHERE: readonly DonorRef[] = []

function Looking({ done, total, onStop }: { done: number; total: number; onStop: () => void }) {
  const { t, size } = useWords()
  const text = total === 0 ? t('doctor.reading') : t('doctor.readingOf', { done: size(done), total: size(total) })
  return (
    <div className="reading">
      <p>{text}</p>
      <Progress value={total === 0 ? 100 : (100 * done) / total} animated={total === 0} aria-label={text} />
      <Button size="compact-sm" variant="default" onClick={onStop}>
        {t('load.stop')}
      </Button>
    </div>
  )
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const { t, language, size } = useWords()
  if (findings.length === 0) return null
  return (
    <section aria-label={t('doctor.findings')}>
      <h3 className="field-title">{t('doctor.findings')}</h3>
      <ul className="findings">
        {findings.map((finding) => (
          <li key={JSON.stringify(finding)}>
            <IconInfoCircle size={16} aria-hidden />
            <span>{findingSentence(finding, language, size)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function outcomeOf({ sound, images }: Diagnosis): 'sound' | 'none' | 'some' {
  if (sound) return 'sound'
  return images.some(({ state }) => state !== 'broken') ? 'some' : 'none'
}

function Outcome({ diagnosis }: { diagnosis: Diagnosis }) {
  const { t } = useWords()
  const { images } = diagnosis
  const texts = {
    sound: t('doctor.sound'),
    none: t('doctor.none'),
    some: t('doctor.saved', { count: images.filter(({ state }) => state !== 'broken').length, all: images.length }),
  }
  return (
    <p className="summary" aria-live="polite">
      <strong>{texts[outcomeOf(diagnosis)]}</strong>
    </p>
  )
}

interface StepProps {
  name: string
  from: PlaceRef
  images: readonly SavedImage[]
  onClose: () => void
  onStarted: () => void
}

/** Straight into Docker, or wherever the person says. */
function LoadStep({ name, from, images, onClose, onStarted }: StepProps) {
  const { t } = useWords()
  const ready = useEngines((state) => state.engines?.find(isReady))
  const library = usePlaces((state) => state.places?.find(({ kind }) => kind === 'library')?.place)
  const [to, setTo] = useState<PlaceRef | undefined>(ready ? { type: 'engine', engine: ready.id } : library)
  return (
    <CopySheet
      title={t('doctor.loadTitle', { file: name })}
      from={from}
      rows={images.map(({ id, names, platform, size }) => ({ id, names, platforms: [platformCode(platform)], size }))}
      to={to}
      onTo={setTo}
      verb={t('load.load')}
      onStarted={onStarted}
      onClose={onClose}
    />
  )
}

/** Lets a file go that this browser sent, unless a copy needs it. */
function useRelease(path: string, sent: boolean): () => void {
  const { client } = useApi()
  const kept = useRef(false)
  useEffect(() => {
    if (!sent) return undefined
    return () => {
      // The host may be gone with the page: it deletes the file when it ends, too.
      if (!kept.current) client.files.release({ path }).catch(() => undefined)
    }
  }, [client, path, sent])
  return () => {
    kept.current = true
  }
}

interface DoctorSheetProps {
  path: string
  name: string
  /** This browser sent the file: it is let go with the sheet. */
  sent: boolean
  onClose: () => void
}

/** What can be saved of a damaged file: which images are whole, which layers are not, and the ways on. */
export function DoctorSheet({ path, name, sent, onClose }: DoctorSheetProps) {
  const { t } = useWords()
  const [beside, setBeside] = useState(NOWHERE)
  const { reading, diagnosis, error, retry } = useDoctor(path, beside)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [step, setStep] = useState<'look' | 'write' | 'load'>('look')
  const keep = useRelease(path, sent)
  const from: PlaceRef = { type: 'archive', path, beside: [...beside] }
  const images = diagnosis?.images ?? []
  const taken = images.filter(({ id, state }) => state !== 'broken' && !left.has(id))
  const started = (): void => {
    keep()
    onClose()
  }
  const back = (): void => setStep('look')
  if (step === 'load') return <LoadStep name={name} from={from} images={taken} onClose={back} onStarted={started} />
  if (step === 'write') {
    const rows = taken.map(({ id, names, size, created }) => ({ id, names, size, created, repositories: [] }))
    return <SaveSheet place={from} rows={rows} onClose={back} onStarted={started} />
  }
  const tick = (id: string, on: boolean): void => {
    const next = new Set(left)
    if (on) next.delete(id)
    else next.add(id)
    setLeft(next)
  }
  const ready = reading === undefined && taken.length > 0
  return (
    <SheetFrame
      wide
      reading
      title={t('doctor.title', { file: name })}
      about={t('doctor.about')}
      onClose={onClose}
      summary={diagnosis && !reading && <Outcome diagnosis={diagnosis} />}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
          <Button variant="default" disabled={!ready} onClick={() => setStep('load')}>
            {t('doctor.load')}
          </Button>
          <Button disabled={!ready} onClick={() => setStep('write')}>
            {t('doctor.write')}
          </Button>
        </>
      }
    >
      {reading && <Looking {...reading} onStop={onClose} />}
      {error && <FailureNotice error={error} onRetry={retry} />}
      {images.length > 0 && (
        <ul className="cards" aria-label={t('doctor.images')}>
          {images.map((image) => (
            <SavedImageCard
              key={image.id}
              image={image}
              ticked={taken.includes(image)}
              onTick={(on) => tick(image.id, on)}
            />
          ))}
        </ul>
      )}
      {diagnosis && <Findings findings={diagnosis.findings} />}
      {diagnosis && !diagnosis.sound && <CompleteFrom path={path} beside={beside} onBeside={setBeside} />}
    </SheetFrame>
  )
}
