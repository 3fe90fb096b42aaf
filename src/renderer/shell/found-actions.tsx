import { Button, Group } from '@mantine/core'
import { RepairButton } from '../doctor/rescue.tsx'
import { useImages } from '../images/image-store.ts'
import { usePlaceOnScreen } from '../places/on-screen.ts'
import { canPublish, openPublish } from '../publishing/open-publish.ts'
import { en } from '../words/en.ts'
import { fr } from '../words/fr.ts'
import { useWords } from '../words/use-words.ts'
import { GetButton, LoadButton } from './header.tsx'
import { openSheet, useUi } from './ui.ts'

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Whether every word searched begins one of an action's words, in either language. */
export function findsAction(
  search: string,
  action: 'loadWords' | 'saveWords' | 'addWords' | 'getWords' | 'publishWords',
): boolean {
  return finds(search, `${en.actions[action]} ${fr.actions[action]}`)
}

function finds(search: string, said: string): boolean {
  const words = plain(said).split(' ')
  const searched = plain(search).split(/\s+/).filter(Boolean)
  return searched.length > 0 && searched.every((part) => part.length > 1 && words.some((word) => word.startsWith(part)))
}

/** Actions that the search found: our word or Docker's, in either language. */
export function FoundActions() {
  const { t } = useWords()
  const search = useUi((state) => state.search)
  const chosen = useImages((state) => state.chosen)
  const rows = useImages((state) => state.rows) ?? []
  const place = usePlaceOnScreen()
  const load = findsAction(search, 'loadWords')
  const save = findsAction(search, 'saveWords')
  const repair = finds(search, `${en.doctor.openWords} ${fr.doctor.openWords}`)
  const add = findsAction(search, 'addWords')
  const get = findsAction(search, 'getWords')
  const publish = findsAction(search, 'publishWords')
  const taken = rows.filter(({ id }) => chosen.has(id))
  if (!load && !repair && !save && !add && !get && !publish) return null
  return (
    <section className="found-actions" aria-label={t('actions.found')}>
      <Group gap="xs">
        {load && <LoadButton variant="default" />}
        {repair && <RepairButton />}
        {get && <GetButton />}
        {save && place && (
          <Button
            variant="default"
            disabled={chosen.size === 0}
            onClick={() => openSheet({ type: 'save', place, ids: [...chosen] })}
          >
            {t('images.saveChosen')} <span className="docker-word">save</span>
          </Button>
        )}
        {publish && place && (
          <Button variant="default" disabled={!canPublish(place, taken)} onClick={() => openPublish(place, taken)}>
            {t('publish.menu')} <span className="docker-word">push</span>
          </Button>
        )}
        {add && (
          <Button variant="default" onClick={() => openSheet({ type: 'computer' })}>
            {t('places.add')}
          </Button>
        )}
        {save && chosen.size === 0 && <span className="muted small">{t('actions.saveFirst')}</span>}
        {publish && chosen.size === 0 && <span className="muted small">{t('actions.publishFirst')}</span>}
      </Group>
    </section>
  )
}
