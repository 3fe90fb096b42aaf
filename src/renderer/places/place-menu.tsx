import { Menu } from '@mantine/core'
import { IconPencil, IconX } from '@tabler/icons-react'
import type { ReactElement, ReactNode } from 'react'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

interface FrameProps {
  name: string
  opened: boolean
  onOpen: () => void
  onClose: () => void
}

interface PlaceMenuFrameProps extends FrameProps {
  /** The button it belongs to. */
  button: ReactElement
  children: ReactNode
}

/** The menu of a row of the list of places. */
export function PlaceMenuFrame({ name, opened, onOpen, onClose, button, children }: PlaceMenuFrameProps) {
  const { t } = useWords()
  return (
    <Menu
      opened={opened}
      onChange={(open) => (open ? onOpen() : onClose())}
      position="bottom-end"
      // Inside the landmark, where all content belongs; fixed, so that no scrolling part cuts it off.
      portalProps={{ target: '.places' }}
      floatingStrategy="fixed"
      returnFocus={false}
      withInitialFocusPlaceholder={false}
      // Without keydown: the key that opens the menu would close it again.
      clickOutsideEvents={CLICKS}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown aria-label={t('places.more', { name })}>{children}</Menu.Dropdown>
    </Menu>
  )
}

interface PlaceMenuProps extends FrameProps {
  engine: string
  /** The button it belongs to. */
  children: ReactElement
}

/** What can be done with a computer the person added. */
export function PlaceMenu({ engine, children, ...frame }: PlaceMenuProps) {
  const { t } = useWords()
  return (
    <PlaceMenuFrame {...frame} button={children}>
      <Menu.Item
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={() => openSheet({ type: 'computer', engine })}
      >
        {t('places.change')}
      </Menu.Item>
      <Menu.Item
        className="menu-bad"
        leftSection={<IconX size={16} aria-hidden />}
        onClick={() => openSheet({ type: 'forget', engine })}
      >
        {t('places.forget')}
      </Menu.Item>
    </PlaceMenuFrame>
  )
}

const CLICKS = ['mousedown', 'touchstart']
