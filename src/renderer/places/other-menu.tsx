import { Menu } from '@mantine/core'
import { IconKey, IconLogout, IconServerCog, IconUserPlus, IconX } from '@tabler/icons-react'
import type { ReactElement } from 'react'
import type { PlaceInfo, PlaceRef } from '../../shared/contract.ts'
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

/** What can be done with the account of a registry, or to have one. */
function AccountItems({ place }: { place: Extract<PlaceRef, { type: 'registry' }> }) {
  const { t } = useWords()
  const { host, account } = place
  const icon = { size: 16, 'aria-hidden': true } as const
  const signIn = account === undefined ? 'accounts.menuSignIn' : 'accounts.menuChange'
  return (
    <>
      <Menu.Item leftSection={<IconKey {...icon} />} onClick={() => openSheet({ type: 'registry', place })}>
        {t(signIn)}
      </Menu.Item>
      {account !== undefined && (
        <>
          <Menu.Item
            leftSection={<IconUserPlus {...icon} />}
            onClick={() => openSheet({ type: 'registry', place, another: true })}
          >
            {t('accounts.menuAnother')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout {...icon} />}
            onClick={() => openSheet({ type: 'sign-out', host, account })}
          >
            {t('accounts.menuSignOut')}
          </Menu.Item>
        </>
      )}
    </>
  )
}

/** What can be done with a folder or a registry that was added. */
export function OtherMenu({ info, children, ...frame }: OtherMenuProps) {
  const { t } = useWords()
  const { place } = info
  return (
    <PlaceMenuFrame {...frame} button={children}>
      {place.type === 'registry' && <Manage host={place.host} />}
      {place.type === 'registry' && <AccountItems place={place} />}
      <Menu.Item
        className="menu-bad"
        leftSection={<IconX size={16} aria-hidden />}
        onClick={() => openSheet({ type: 'forget-place', place })}
      >
        {t(place.type === 'registry' ? 'accounts.menuForget' : 'places.forget')}
      </Menu.Item>
    </PlaceMenuFrame>
  )
}
