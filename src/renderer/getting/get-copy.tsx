import { Button } from '@mantine/core'
import { useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { CopySheet } from '../copying/copy-sheet.tsx'
import { engineOnScreen, isReady, useEngines } from '../places/engines.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { shortId } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { type Got, type GotRow, gotRow, placeOf, platformAt } from './got.ts'

/** Where an image goes unless the person says otherwise: the Docker on screen. */
export function useUsualPlace(wished: PlaceRef | undefined): PlaceRef | undefined {
  const engine = useEngines(engineOnScreen)
  if (wished) return wished
  return isReady(engine) ? { type: 'engine', engine: engine.id } : undefined
}

interface GetCopyProps {
  got: Got
  to: PlaceRef | undefined
  onBack: (() => void) | undefined
  onFile: (rows: readonly GotRow[]) => void
  onDone: () => void
  onClose: () => void
}

/** What will happen to an image that is got, in the sheet that every copy has. */
export function GetCopy({ got, to: wished, onBack, onFile, onDone, onClose }: GetCopyProps) {
  const { t } = useWords()
  const nameOf = usePlacePhrase()
  const usual = useUsualPlace(wished)
  const engines = useEngines((state) => state.engines) ?? []
  const [to, setTo] = useState(usual)
  const row = gotRow(got, platformAt(to, engines))
  const from = placeOf(got.at)
  return (
    <CopySheet
      // Another platform is another image: what was decided for the former one is not true of it.
      key={row.id}
      title={t('getting.getTitle', { image: got.names[0] ?? shortId(row.id) })}
      verb={t('getting.getNow')}
      about={t('save.from', { place: nameOf(from) })}
      from={from}
      rows={[row]}
      to={to}
      onTo={setTo}
      onFile={() => onFile([gotRow(got, undefined)])}
      buttons={
        onBack && (
          <Button variant="default" onClick={onBack}>
            {t('common.back')}
          </Button>
        )
      }
      onStarted={onDone}
      onClose={onClose}
    />
  )
}
