import { useQuery } from '@tanstack/react-query'
import { BackDialog } from '../backups/back-dialog.tsx'
import { KeptSheet } from '../backups/kept-sheet.tsx'
import { ComputerSheet } from '../computers/computer-sheet.tsx'
import { ConsentSheet } from '../computers/consent-sheet.tsx'
import { ForgetDialog } from '../computers/forget-dialog.tsx'
import { asFailure } from '../errors/failure.ts'
import { FolderChooser } from '../files/folder-chooser.tsx'
import { useApi, useHost } from '../host.tsx'
import { DetailsDrawer } from '../images/image-details.tsx'
import { useImages } from '../images/image-store.ts'
import { LastNameDialog, RemovalDialog } from '../images/removal-dialog.tsx'
import { lookIntoFiles, lookIntoPaths, nextFile, useLoadQueue } from '../loading/load-queue.ts'
import { LoadSheet } from '../loading/load-sheet.tsx'
import { SaveSheet } from '../saving/save-sheet.tsx'
import { Help } from './help.tsx'
import { closeSheet, openSheet, type Sheet, useUi } from './ui.ts'

function EngineDetails({ engine, id }: { engine: string; id: string }) {
  const { queries } = useApi()
  const details = useQuery(queries.images.details.queryOptions({ input: { engine, id }, staleTime: 0 }))
  return (
    <DetailsDrawer
      id={id}
      details={details.data}
      error={details.error ? asFailure(details.error) : undefined}
      onClose={closeSheet}
    />
  )
}

function FileSheet() {
  const host = useHost()
  return (
    <FolderChooser
      kind="files"
      onClose={closeSheet}
      onChoose={(paths) => {
        closeSheet()
        lookIntoPaths(paths)
      }}
      {...(host?.can.browse === false
        ? {}
        : {
            onUpload: (files: File[]) => {
              closeSheet()
              lookIntoFiles(files)
            },
          })}
    />
  )
}

function SheetOf({ sheet }: { sheet: Sheet }) {
  const rows = useImages((state) => state.rows) ?? []
  switch (sheet.type) {
    case 'details':
      return <EngineDetails engine={sheet.engine} id={sheet.id} />
    case 'save': {
      const ids = new Set(sheet.ids)
      const saved = rows.filter(({ id }) => ids.has(id))
      return saved.length > 0 && <SaveSheet engine={sheet.engine} rows={saved} onClose={closeSheet} />
    }
    case 'removal':
      return <RemovalDialog engine={sheet.engine} ids={sheet.ids} onClose={closeSheet} />
    case 'last-name':
      return (
        <LastNameDialog
          name={rows.find(({ id }) => id === sheet.id)?.names[0] ?? ''}
          onRemove={() => openSheet({ type: 'removal', engine: sheet.engine, ids: [sheet.id] })}
          onClose={closeSheet}
        />
      )
    case 'back':
      return <BackDialog engine={sheet.engine} backup={sheet.backup} onClose={closeSheet} />
    case 'kept-versions':
      return <KeptSheet engine={sheet.engine} onClose={closeSheet} />
    case 'computer':
      return <ComputerSheet engine={sheet.engine} password={sheet.password} onClose={closeSheet} />
    case 'forget':
      return <ForgetDialog engine={sheet.engine} onClose={closeSheet} />
    case 'consent':
      return <ConsentSheet engine={sheet.engine} onClose={closeSheet} />
    case 'choose-files':
      return <FileSheet />
    case 'help':
      return <Help onClose={closeSheet} />
  }
}

/** The sheet in front, if any; files to look into wait until it is put away. */
export function OpenSheet() {
  const sheet = useUi((state) => state.sheet)
  const { waiting, done } = useLoadQueue()
  const item = waiting[0]
  if (sheet) return <SheetOf key={JSON.stringify(sheet)} sheet={sheet} />
  if (!item) return null
  return <LoadSheet key={item.key} item={item} step={done + 1} steps={done + waiting.length} onClose={nextFile} />
}
