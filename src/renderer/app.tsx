import { MantineProvider } from '@mantine/core'
import { useEffect } from 'react'
import { followPreferences } from './backups/backup-store.ts'
import { type Client, follow } from './connect.ts'
import { DropTarget } from './files/drop-target.tsx'
import { followNewer } from './getting/newer-store.ts'
import { HostProvider } from './host.tsx'
import { lookIntoPaths } from './loading/load-queue.ts'
import { followEngines } from './places/engines.ts'
import { followPlaces } from './places/other-places.ts'
import { PlaceList } from './places/place-list.tsx'
import { PlacePage } from './places/place-page.tsx'
import { languageOf, useSettings } from './settings.ts'
import { ConnectionBanner } from './shell/connection-banner.tsx'
import { Header } from './shell/header.tsx'
import { OpenSheet } from './shell/open-sheet.tsx'
import { focusNextPane } from './shell/panes.ts'
import { useUi } from './shell/ui.ts'
import { useKey } from './shell/use-key.ts'
import { theme, variables } from './theme.ts'
import { followTransfers } from './transfers/transfer-store.ts'
import { TransfersBar } from './transfers/transfers-bar.tsx'
import { useSpokenTransfers } from './transfers/use-spoken-transfers.ts'
import { changeLanguage } from './words/words.ts'

function LiveRegion() {
  const said = useUi((state) => state.said)
  useSpokenTransfers()
  return (
    <div role="status" className="visually-hidden" aria-live="polite">
      {said.text}
    </div>
  )
}

function Shell() {
  useKey('F6', {}, (event) => focusNextPane(event.shiftKey))
  return (
    <>
      <div className="shell">
        <ConnectionBanner />
        <Header />
        <div className="middle">
          <PlaceList />
          <PlacePage />
        </div>
        <TransfersBar />
      </div>
      <LiveRegion />
      <OpenSheet />
      <DropTarget />
    </>
  )
}

/** The whole window, fed by the host behind `client`. */
export function App({ client }: { client: Client }) {
  const { language, theme: scheme } = useSettings()
  useEffect(() => {
    const shown = languageOf(language)
    document.documentElement.lang = shown
    void changeLanguage(shown)
  }, [language])
  useEffect(() => {
    const stops = [
      followEngines(client),
      followPlaces(client),
      followTransfers(client),
      followPreferences(client),
      followNewer(client),
      follow({
        open: (signal) => client.files.watchOpened({}, { signal }),
        take: ({ paths }) => lookIntoPaths(paths),
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [client])
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      {...(scheme === 'system' ? {} : { forceColorScheme: scheme })}
    >
      <HostProvider client={client}>
        <Shell />
      </HostProvider>
    </MantineProvider>
  )
}
