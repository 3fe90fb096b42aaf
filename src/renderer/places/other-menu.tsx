import { Menu } from '@mantine/core'
import { IconPencil, IconServerCog, IconX } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import type { PlaceInfo } from '../../shared/contract.ts'
import { useOwnRegistry } from '../own/own-sheet.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { PlaceMenuFrame } from './place-menu.tsx'

interface OtherMenuProps {
  info: PlaceInfo
  name: string
  opened: boolean
  onOpen: () => void
  onClose: () => void
  /** The button it belongs to. */
  children: ReactElement
}

/** There only for a registry that an engine of ours runs. */
function Manage({ host }: { host: string }) {
  const { t } = useWords()
  if (!useOwnRegistry(host)) return null
  return (
    <Menu.Item
      leftSection={<IconServerCog size={16} aria-hidden />}
      onClick={() => openSheet({ type: 'own-manage', host })}
    >
      {t('own.manage')}
    </Menu.Item>
  )
}

/** What can be done with a folder or a registry that was added. */
export function OtherMenu({ info, children, ...frame }: OtherMenuProps) {
  const { t } = useWords()
  const { place } = info
  return (
    <PlaceMenuFrame {...frame} button={children}>
      {place.type === 'registry' && <Manage host={place.host} />}
      {place.type === 'registry' && (
        <Menu.Item
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => openSheet({ type: 'registry', place })}
        >
          {t('registry.change')}
        </Menu.Item>
      )}
      <Menu.Item
        className="menu-bad"
        leftSection={<IconX size={16} aria-hidden />}
        onClick={() => openSheet({ type: 'forget-place', place })}
      >
        {t('places.forget')}
      </Menu.Item>
    </PlaceMenuFrame>
  )
}
