import type { PlaceRef } from '../../shared/contract.ts'
import type { ListRow } from '../images/image-store.ts'
import { openSheet } from '../shell/ui.ts'

/** Where rows are published from: those of a folder of files from the one file they are all in; undefined where that is not one. */
function sourcePlace(place: PlaceRef, rows: readonly ListRow[]): PlaceRef | undefined {
  if (place.type !== 'files') return place
  const [path, ...others] = new Set(rows.map(({ content }) => content?.path))
  // A file that was not looked into has no images to name yet.
  return path === undefined || others.length > 0 || rows.some(({ id }) => id === path)
    ? undefined
    : { type: 'archive', path }
}

export function canPublish(place: PlaceRef, rows: readonly ListRow[]): boolean {
  return rows.length > 0 && rows.every(({ content }) => !content?.problem) && sourcePlace(place, rows) !== undefined
}

export function openPublish(place: PlaceRef, rows: readonly ListRow[]): void {
  const source = sourcePlace(place, rows)
  if (!source) return
  openSheet({
    type: 'publish',
    place: source,
    rows: rows.map(({ id, names, size, content }) => ({ id, names, size, platforms: content?.platforms ?? [] })),
  })
}
