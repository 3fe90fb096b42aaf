import { Button, CloseButton } from '@mantine/core'
import { IconCloudSearch } from '@tabler/icons-react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { Looked } from '../../shared/contract-get.ts'
import { useApi } from '../host.tsx'
import { placeKey } from '../places/place-ref.ts'
import { useWords, type Words } from '../words/use-words.ts'
import { dismissLooked, lookForNewer, useNewer } from './newer-store.ts'

/** Has the registries asked about every name of a place. */
export function NewerButton({ place }: { place: PlaceRef }) {
  const { t } = useWords()
  const { client } = useApi()
  const looking = useNewer((state) => state.looking === placeKey(place))
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={<IconCloudSearch size={16} aria-hidden />}
      loading={looking}
      onClick={() => void lookForNewer(client, place)}
    >
      {t('getting.newer.open')}
    </Button>
  )
}

/** What a look brought, in sentences: only those that say something. */
export function lookedWords({ newer, same, unclear, absent, silent, left }: Looked, { t, list }: Words): string[] {
  const counted = (['same', 'unclear', 'absent', 'left'] as const)
    .map((what) => ({ what, count: { same, unclear, absent, left }[what] }))
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => t(`getting.newer.${what}`, { count }))
  const found = newer.length > 0 ? t('getting.newer.found', { count: newer.length }) : t('getting.newer.none')
  return [found, ...counted, ...(silent.length > 0 ? [t('getting.newer.silent', { places: list(silent) })] : [])]
}

/** What the last look in this place brought, until put away. */
export function NewerNotice({ place }: { place: PlaceRef }) {
  const words = useWords()
  const looked = useNewer((state) => (state.looked?.place === placeKey(place) ? state.looked.result : undefined))
  if (!looked) return null
  return (
    <div className="notice notice-plain looked" role="status">
      <p className="notice-body">{lookedWords(looked, words).join(' ')}</p>
      <CloseButton aria-label={words.t('getting.newer.dismiss')} onClick={dismissLooked} />
    </div>
  )
}
