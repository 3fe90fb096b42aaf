import type { PlaceInfo } from '../../shared/contract.ts'
import { EnginePage } from './engine-page.tsx'
import { FilesPage } from './files-page.tsx'
import { LayoutPage } from './layout-page.tsx'
import { placeOnScreen, usePlaces } from './other-places.ts'
import { RegistryPage } from './registry-page.tsx'

function PageOf({ info }: { info: PlaceInfo }) {
  switch (info.kind) {
    case 'library':
    case 'layout':
      return <LayoutPage info={info} />
    case 'registry':
      return <RegistryPage info={info} />
    case 'files':
      return <FilesPage info={info} />
  }
}

/** The middle of the window: the place on screen. */
export function PlacePage() {
  const info = usePlaces(placeOnScreen)
  return <main className="main">{info ? <PageOf info={info} /> : <EnginePage />}</main>
}
