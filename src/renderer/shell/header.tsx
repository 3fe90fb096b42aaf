import { ActionIcon, Button, CloseButton, Kbd, TextInput } from '@mantine/core'
import { IconAnchor, IconQuestionMark, IconSearch } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { askForFiles } from '../files/ask-files.ts'
import { useApi, useHost } from '../host.tsx'
import { useImages } from '../images/image-store.ts'
import { useReadyOnScreen } from '../places/on-screen.ts'
import { useWords } from '../words/use-words.ts'
import { SettingsMenu } from './settings-menu.tsx'
import { openSheet, tellFailure, useUi } from './ui.ts'
import { useKey } from './use-key.ts'

function Search() {
  const { t } = useWords()
  const search = useUi((state) => state.search)
  const field = useRef<HTMLInputElement>(null)
  useKey('k', { ctrl: true }, () => field.current?.select())
  return (
    <search className="search">
      <TextInput
        ref={field}
        type="text"
        aria-label={t('shell.search')}
        placeholder={t('shell.search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSectionWidth={search === '' ? 62 : 36}
        rightSection={
          search === '' ? (
            <Kbd aria-hidden>{t('shell.searchKeys')}</Kbd>
          ) : (
            <CloseButton
              size="sm"
              aria-label={t('shell.clearSearch')}
              onClick={() => {
                useUi.setState({ search: '' })
                field.current?.focus()
              }}
            />
          )
        }
        spellCheck={false}
        value={search}
        onChange={(event) => useUi.setState({ search: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') useUi.setState({ search: '' })
        }}
      />
    </search>
  )
}

/** "Load a file…", wherever it is offered. */
export function LoadButton({ variant }: { variant: 'filled' | 'default' }) {
  const { t } = useWords()
  const { client } = useApi()
  const host = useHost()
  const ask = useMutation({ mutationFn: () => askForFiles(client, host), onError: tellFailure })
  return (
    <Button variant={variant} className="load-button" onClick={() => ask.mutate()}>
      {t('shell.load')} <span className="docker-word">load</span>
    </Button>
  )
}

/** "Get online…", wherever it is offered. */
export function GetButton() {
  const { t } = useWords()
  return (
    <Button variant="default" className="load-button" onClick={() => openSheet({ type: 'get' })}>
      {t('getting.open')} <span className="docker-word">pull</span>
    </Button>
  )
}

export function Header() {
  const { t } = useWords()
  const choosing = useImages((state) => state.chosen.size > 0)
  // One primary button: with images chosen it is the selection bar's, with Docker away it is "try again".
  const primary = useReadyOnScreen() && !choosing
  return (
    <header className="header">
      <p className="brand">
        <span className="brand-mark" aria-hidden>
          <IconAnchor size={18} />
        </span>
        Caboteur
      </p>
      <Search />
      <GetButton />
      <LoadButton variant={primary ? 'filled' : 'default'} />
      <ActionIcon variant="default" size={36} aria-label={t('shell.help')} onClick={() => openSheet({ type: 'help' })}>
        <IconQuestionMark size={18} aria-hidden />
      </ActionIcon>
      <SettingsMenu />
    </header>
  )
}
