import { CloseButton, Group, NativeSelect } from '@mantine/core'
import type { DonorRef, PlaceRef } from '../../shared/contract.ts'
import { chosenPlace, destinationsOf, FILE, selectData } from '../copying/destinations.ts'
import { useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { usePlaceName } from '../places/place-names.ts'
import { useWords } from '../words/use-words.ts'
import { useOneFile } from './one-file.tsx'

/** A place as one that may have what a file lacks; a registry is asked for one version, which is not chosen here. */
function donorOf(place: PlaceRef | undefined): DonorRef | undefined {
  if (place?.type === 'engine') return { type: 'engine', engine: place.engine }
  if (place?.type === 'layout') return { type: 'layout', path: place.path }
  return undefined
}

function donorName(donor: DonorRef, nameOf: (place: PlaceRef) => string): string {
  return nameOf(donor.type === 'registry' ? { ...donor } : donor)
}

interface CompleteFromProps {
  path: string
  beside: readonly DonorRef[]
  onBeside: (beside: readonly DonorRef[]) => void
}

/** Other places that may have what is missing: Docker, the Library, a folder, another copy of the file. */
export function CompleteFrom({ path, beside, onBeside }: CompleteFromProps) {
  const { t } = useWords()
  const nameOf = usePlaceName()
  const engines = useEngines((state) => state.engines) ?? []
  const places = usePlaces((state) => state.places) ?? []
  const taken = new Set(beside.map((donor) => JSON.stringify(donor)))
  const groups = destinationsOf({ type: 'archive', path }, engines, places, t)
    .map(({ group, items }) => ({
      group,
      items: items.filter(({ place }) => {
        const donor = donorOf(place)
        return donor !== undefined && !taken.has(JSON.stringify(donor))
      }),
    }))
    .filter(({ items }) => items.length > 0)
  const add = (donor: DonorRef): void => {
    if (!taken.has(JSON.stringify(donor))) onBeside([...beside, donor])
  }
  const copy = useOneFile((other) => {
    if (other !== path) add({ type: 'archive', path: other })
  })
  return (
    <section className="complete-from" aria-label={t('doctor.complete')}>
      <NativeSelect
        label={t('doctor.complete')}
        description={t('doctor.completeHint')}
        inputWrapperOrder={['label', 'input', 'description']}
        value=""
        onChange={(event) => {
          const { value } = event.currentTarget
          const donor = donorOf(chosenPlace(groups, value))
          if (value === FILE) copy.ask()
          else if (donor) add(donor)
        }}
        data={[{ value: '', label: t('doctor.completeChoose') }, ...selectData(groups, t('doctor.completeCopy'))]}
      />
      {beside.length > 0 && (
        <Group gap="xs">
          <span className="muted small">{t('doctor.beside')}</span>
          {beside.map((donor) => {
            const name = donorName(donor, nameOf)
            return (
              <span key={JSON.stringify(donor)} className="chip">
                {name}
                <CloseButton
                  size="sm"
                  aria-label={t('doctor.forget', { place: name })}
                  onClick={() => onBeside(beside.filter((other) => other !== donor))}
                />
              </span>
            )
          })}
        </Group>
      )}
      {copy.chooser}
    </section>
  )
}
