import { ActionIcon, Button, NativeSelect, Popover, Stack } from '@mantine/core'
import { IconSettings } from '@tabler/icons-react'
import { useState } from 'react'
import { NewerPreference } from '../getting/newer-preference.tsx'
import { engineOnScreen, isReady, useEngines } from '../places/engines.ts'
import { choose, type LanguageChoice, type ThemeChoice, useSettings } from '../settings.ts'
import { useWords } from '../words/use-words.ts'
import { openSheet } from './ui.ts'

const LANGUAGES: readonly LanguageChoice[] = ['system', 'fr', 'en']
const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark']

export function SettingsMenu() {
  const { t } = useWords()
  const { language, theme } = useSettings()
  const [opened, setOpened] = useState(false)
  const engine = useEngines((state) => {
    const shown = engineOnScreen(state)
    return isReady(shown) ? shown.id : undefined
  })
  // A language is written in itself, so that a person finds the way back.
  const languageNames = { system: t('shell.system'), fr: 'Français', en: 'English' }
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      trapFocus
      returnFocus
      width={280}
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <ActionIcon variant="default" size={36} aria-label={t('shell.settings')} onClick={() => setOpened(!opened)}>
          <IconSettings size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('shell.settings')}>
        <Stack gap="sm">
          <NativeSelect
            label={t('shell.language')}
            value={language}
            onChange={(event) =>
              choose({ language: LANGUAGES.find((value) => value === event.currentTarget.value) ?? 'system' })
            }
            data={LANGUAGES.map((value) => ({ value, label: languageNames[value] }))}
          />
          <NativeSelect
            label={t('shell.theme')}
            value={theme}
            onChange={(event) =>
              choose({ theme: THEMES.find((value) => value === event.currentTarget.value) ?? 'system' })
            }
            data={THEMES.map((value) => ({ value, label: t(`shell.${value}`) }))}
          />
          <NewerPreference />
          {engine !== undefined && (
            <Button
              variant="default"
              onClick={() => {
                setOpened(false)
                openSheet({ type: 'kept-versions', engine })
              }}
            >
              {t('kept.open')}
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
