import { useQuery } from '@tanstack/react-query'
import type { PlaceRef } from '../../shared/contract.ts'
import { BackDialog } from '../backups/back-dialog.tsx'
import { KeptSheet } from '../backups/kept-sheet.tsx'
import { ComputerSheet } from '../computers/computer-sheet.tsx'
import { ConsentSheet } from '../computers/consent-sheet.tsx'
import { ForgetDialog } from '../computers/forget-dialog.tsx'
import { SendSheet } from '../copying/send-sheet.tsx'
import { WholeSheet } from '../copying/whole-sheet.tsx'
import { DoctorSheet } from '../doctor/doctor-sheet.tsx'
import { asFailure } from '../errors/failure.ts'
import { FolderChooser } from '../files/folder-chooser.tsx'
import { CompareSheet } from '../finding/compare-sheet.tsx'
import { GetSheet } from '../getting/get-sheet.tsx'
import { useApi, useHost } from '../host.tsx'
import { detailsOf } from '../images/image-actions.ts'
import { DetailsDrawer } from '../images/image-details.tsx'
import { useImages } from '../images/image-store.ts'
import { LastNameDialog, RemovalDialog } from '../images/removal-dialog.tsx'
import { lookIntoFiles, lookIntoPaths, nextFile, useLoadQueue } from '../loading/load-queue.ts'
import { LoadSheet } from '../loading/load-sheet.tsx'
import type { DroppedList } from '../notes/listed-files.ts'
import { ListedSheet } from '../notes/listed-sheet.tsx'
import { JoinSheet } from '../own/join-sheet.tsx'
import { ManageSheet } from '../own/manage-sheet.tsx'
import { OwnSheet, useOwnRegistry } from '../own/own-sheet.tsx'
import { ForgetPlace } from '../places/forget-place.tsx'
import { usePlaceOnScreen } from '../places/on-screen.ts'
import { OpenFolder } from '../places/open-folder.tsx'
import { PublishSheet } from '../publishing/publish-sheet.tsx'
import { RegistrySheet } from '../registries/registry-sheet.tsx'
import { SignOutDialog } from '../registries/sign-out-dialog.tsx'
import { WhichRegistry } from '../registries/which-registry.tsx'
import { NewRepository } from '../repositories/new-repository.tsx'
import { RepositorySheet } from '../repositories/repository-sheet.tsx'
import { VisibilityDialog } from '../repositories/visibility-dialog.tsx'
import { SaveSheet } from '../saving/save-sheet.tsx'
import { TaggingSheet } from '../tagging/tagging-sheet.tsx'
import { Help } from './help.tsx'
import { closeSheet, openSheet, type Sheet, useUi } from './ui.ts'

function PlaceDetails({ place, id }: { place: PlaceRef; id: string }) {
  const { client } = useApi()
  const row = useImages((state) => state.rows?.find((other) => other.id === id))
  const details = useQuery({
    queryKey: ['details', place, id],
    queryFn: async () => {
      const details = await detailsOf(client, place, id)
      // Asked for by its fingerprint, a registry does not tell which versions lead there: the list knows.
      return details.names.length > 0 ? details : { ...details, names: row?.names ?? [] }
    },
    staleTime: 0,
  })
  return (
    <DetailsDrawer
      place={place}
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

function OwnManaged({ host }: { host: string }) {
  const registry = useOwnRegistry(host)
  return registry && <ManageSheet registry={registry} onClose={closeSheet} />
}

function ListedOnScreen({ list, onClose }: { list: DroppedList; onClose: () => void }) {
  const host = useHost()
  const place = usePlaceOnScreen() ?? { type: 'layout', path: host?.library ?? '' }
  return <ListedSheet list={list} place={place} onClose={onClose} />
}

function SheetOf({ sheet }: { sheet: Sheet }) {
  const rows = useImages((state) => state.rows) ?? []
  switch (sheet.type) {
    case 'details':
      return <PlaceDetails place={sheet.place} id={sheet.id} />
    case 'save': {
      const ids = new Set(sheet.ids)
      const saved = rows.filter(({ id }) => ids.has(id))
      return (
        saved.length > 0 && <SaveSheet place={sheet.place} folder={sheet.folder} rows={saved} onClose={closeSheet} />
      )
    }
    case 'copy': {
      const ids = new Set(sheet.ids)
      const sent = rows.filter(({ id }) => ids.has(id))
      return sent.length > 0 && <SendSheet place={sheet.place} rows={sent} to={sheet.to} onClose={closeSheet} />
    }
    case 'publish':
      return <PublishSheet place={sheet.place} rows={sheet.rows} before={sheet.before} onClose={closeSheet} />
    case 'whole':
      return <WholeSheet place={sheet.place} onClose={closeSheet} />
    case 'removal':
      return <RemovalDialog place={sheet.place} ids={sheet.ids} onClose={closeSheet} />
    case 'last-name':
      return (
        <LastNameDialog
          name={rows.find(({ id }) => id === sheet.id)?.names[0] ?? ''}
          onRemove={() =>
            openSheet({ type: 'removal', place: { type: 'engine', engine: sheet.engine }, ids: [sheet.id] })
          }
          onClose={closeSheet}
        />
      )
    case 'back':
      return <BackDialog engine={sheet.engine} backup={sheet.backup} onClose={closeSheet} />
    case 'tags': {
      const { type: _, ...tagged } = sheet
      return rows.some(({ id }) => id === sheet.id) && <TaggingSheet {...tagged} onClose={closeSheet} />
    }
    case 'kept-versions':
      return <KeptSheet engine={sheet.engine} onClose={closeSheet} />
    case 'computer':
      return <ComputerSheet engine={sheet.engine} password={sheet.password} onClose={closeSheet} />
    case 'forget':
      return <ForgetDialog engine={sheet.engine} onClose={closeSheet} />
    case 'consent':
      return <ConsentSheet engine={sheet.engine} onClose={closeSheet} />
    case 'registry':
      return <RegistrySheet place={sheet.place} another={sheet.another} preset={sheet.preset} onClose={closeSheet} />
    case 'repository':
      return <RepositorySheet place={sheet.place} path={sheet.path} onClose={closeSheet} />
    case 'new-repository':
      return <NewRepository place={sheet.place} onClose={closeSheet} />
    case 'visibility':
      return <VisibilityDialog place={sheet.place} path={sheet.path} to={sheet.to} onClose={closeSheet} />
    case 'which-registry':
      return <WhichRegistry onClose={closeSheet} />
    case 'sign-out': {
      const { host, account } = sheet
      return <SignOutDialog place={{ type: 'registry', host, account }} onClose={closeSheet} />
    }
    case 'own':
      return <OwnSheet onClose={closeSheet} />
    case 'own-manage':
      return <OwnManaged host={sheet.host} />
    case 'own-join':
      return <JoinSheet file={sheet.file} onClose={closeSheet} />
    case 'listed':
      return <ListedOnScreen list={sheet.list} onClose={closeSheet} />
    case 'open-folder':
      return <OpenFolder onClose={closeSheet} />
    case 'forget-place':
      return <ForgetPlace place={sheet.place} onClose={closeSheet} />
    case 'compare':
      return <CompareSheet left={sheet.left} right={sheet.right} onClose={closeSheet} />
    case 'doctor':
      return <DoctorSheet path={sheet.path} name={sheet.name} sent={sheet.sent === true} onClose={closeSheet} />
    case 'choose-files':
      return <FileSheet />
    case 'get':
      return <GetSheet text={sheet.text} to={sheet.to} onClose={closeSheet} />
    case 'help':
      return <Help onClose={closeSheet} />
  }
}

function SignInFront() {
  const place = useUi((state) => state.signIn)
  return place && <RegistrySheet place={place} stay onClose={() => useUi.setState({ signIn: undefined })} />
}

/** The sheet in front, if any; files to look into wait until it is put away. */
export function OpenSheet() {
  const sheet = useUi((state) => state.sheet)
  const { waiting, done } = useLoadQueue()
  const item = waiting[0]
  if (sheet)
    return (
      <>
        <SheetOf key={JSON.stringify(sheet)} sheet={sheet} />
        <SignInFront />
      </>
    )
  if (!item) return null
  return <LoadSheet key={item.key} item={item} step={done + 1} steps={done + waiting.length} onClose={nextFile} />
}
