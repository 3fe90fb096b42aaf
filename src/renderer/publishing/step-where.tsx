import { Button, Checkbox } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { infoOf, usePlaces } from '../places/other-places.ts'
import { infoName } from '../places/place-names.ts'
import { useWords } from '../words/use-words.ts'
import type { Target } from './draft.ts'

interface StepWhereProps {
  targets: readonly Target[]
  chosen: readonly string[]
  onChosen: (keys: readonly string[]) => void
  onAdd: () => void
}

/** The registries there are, each account on its own, and the way to one more. */
export function StepWhere({ targets, chosen, onChosen, onAdd }: StepWhereProps) {
  const { t } = useWords()
  const places = usePlaces((state) => state.places)
  return (
    <>
      <Checkbox.Group
        label={t('publish.where.choose')}
        description={t('publish.where.hint')}
        value={[...chosen]}
        // In the order of the list, whatever was ticked first.
        onChange={(keys) => onChosen(targets.map(({ key }) => key).filter((key) => keys.includes(key)))}
      >
        <ul className="cards publish-places">
          {targets.map(({ key, place, username }) => {
            const info = infoOf(place, places)
            const about = [
              username === undefined ? t('publish.where.nobody') : t('publish.where.as', { user: username }),
              ...(info?.state.type === 'away' ? [t('publish.where.away')] : []),
            ].join(' · ')
            return (
              <li key={key} className={chosen.includes(key) ? 'card card-on' : 'card'}>
                <Checkbox value={key} label={info ? infoName(info, t, places) : place.host} description={about} />
              </li>
            )
          })}
        </ul>
      </Checkbox.Group>
      <div>
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
          {t('publish.where.add')}
        </Button>
      </div>
    </>
  )
}
