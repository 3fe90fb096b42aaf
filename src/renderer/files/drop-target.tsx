import { useEffect, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import { useDrag } from '../dragging/drag-store.ts'
import { failed } from '../errors/failure.ts'
import { lookIntoFiles } from '../loading/load-queue.ts'
import { droppedList } from '../notes/listed-files.ts'
import { isKitName } from '../own/kit.ts'
import { isReady, useEngines } from '../places/engines.ts'
import { usePlaces } from '../places/other-places.ts'
import { placeKey } from '../places/place-ref.ts'
import { openSheet, tellFailure } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { type Dropped, foldersIn, openFolders } from './dropped-folders.ts'

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true
}

/** The place under the pointer that a file can be brought to. */
function placeUnder({ target }: DragEvent): PlaceRef | undefined {
  const key = target instanceof Element ? target.closest<HTMLElement>('[data-place]')?.dataset['place'] : undefined
  if (key === undefined) return undefined
  const engines = (useEngines.getState().engines ?? []).filter(isReady)
  const places: PlaceRef[] = [
    ...engines.map(({ id }) => ({ type: 'engine', engine: id }) as const),
    ...(usePlaces.getState().places ?? []).filter(({ kind }) => kind !== 'files').map(({ place }) => place),
  ]
  return places.find((place) => placeKey(place) === key)
}

/** What was let go, as what it is. */
async function takeFiles(files: readonly File[], place: PlaceRef | undefined): Promise<void> {
  const kit = files.find(({ name }) => isKitName(name))
  const list = await droppedList(files)
  if (kit) openSheet({ type: 'own-join', file: kit })
  else if (list) openSheet({ type: 'listed', list })
  else lookIntoFiles(files, place)
}

async function takeFolders({ files, empty }: Dropped, place: PlaceRef | undefined): Promise<void> {
  if (files.length > 0) await takeFiles(files, place)
  const [name] = empty
  if (name !== undefined) tellFailure(failed({ code: 'folder-empty', parts: { path: name } }))
}

function lightUp(place: PlaceRef | undefined): void {
  const over = place && placeKey(place)
  if (useDrag.getState().over !== over) useDrag.setState({ over })
}

/** The whole window takes files; while one is dragged over it, a veil says what letting go will do. */
export function DropTarget() {
  const { t } = useWords()
  const [over, setOver] = useState(false)
  useEffect(() => {
    const control = new AbortController()
    const { signal } = control
    // Each element that is entered and left counts: only at zero has the drag left the window.
    let depth = 0
    const step = (by: number) => (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      // Nothing is entered instead: the drag has left the window, whatever was counted.
      const gone = by < 0 && event.relatedTarget === null
      depth = gone ? 0 : Math.max(0, depth + by)
      setOver(depth > 0)
      lightUp(depth > 0 ? placeUnder(event) : undefined)
    }
    window.addEventListener('dragenter', step(1), { signal })
    window.addEventListener('dragleave', step(-1), { signal })
    window.addEventListener('dragover', step(0), { signal })
    window.addEventListener(
      'drop',
      (event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        depth = 0
        setOver(false)
        lightUp(undefined)
        const { dataTransfer } = event
        if (!dataTransfer) return
        const place = placeUnder(event)
        const files = [...dataTransfer.files]
        const folders = foldersIn(dataTransfer)
        const taking =
          folders.length === 0
            ? takeFiles(files, place)
            : openFolders(folders, files).then(async (dropped) => await takeFolders(dropped, place))
        taking.catch(tellFailure)
      },
      { signal },
    )
    return () => control.abort()
  }, [])
  if (!over) return null
  return (
    <div className="drop-veil" role="status">
      <p className="drop-veil-text">{t('drop.drag')}</p>
      <p>{t('drop.dragHint')}</p>
    </div>
  )
}
