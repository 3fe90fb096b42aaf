import { create } from 'zustand'
import type { PlaceRef } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { filesOf } from '../../shared/sets.ts'
import { baseName } from '../words/format.ts'

/** A file to look into: one the host can read, or one of this browser that is sent first. */
/** `to`: the place it was dropped on. */
export type LoadItem = { readonly key: number; readonly name: string; readonly to?: PlaceRef } & (
  | { readonly path: string }
  /** `others`: what lies beside it, the other parts and their sums. */
  | { readonly file: File; readonly others: readonly File[] }
  | { readonly error: ErrorData }
)

interface LoadQueue {
  waiting: readonly LoadItem[]
  /** How many of this batch were already looked at. */
  done: number
}

/** Files waiting to be looked into, one sheet after another. */
export const useLoadQueue = create<LoadQueue>(() => ({ waiting: [], done: 0 }))

let lastKey = 0

function add(items: readonly LoadItem[]): void {
  useLoadQueue.setState(({ waiting, done }) => ({ waiting: [...waiting, ...items], done }))
}

export function lookIntoPaths(paths: readonly string[]): void {
  const named = new Map(paths.map((path) => [baseName(path), path]))
  add(
    filesOf([...named.keys()]).map(({ name }) => {
      lastKey += 1
      return { key: lastKey, name, path: named.get(name) ?? name }
    }),
  )
}

/** Dropped or chosen files: by their real path in the desktop window, sent to the host in a browser. */
export function lookIntoFiles(files: Iterable<File>, to?: PlaceRef): void {
  const named = new Map([...files].map((file) => [file.name, file]))
  add(
    filesOf([...named.keys()]).flatMap(({ name, beside }): LoadItem[] => {
      const file = named.get(name)
      if (!file) return []
      lastKey += 1
      const item = { key: lastKey, name: file.name, ...(to ? { to } : {}) }
      if (!window.caboteur) return [{ ...item, file, others: beside.flatMap((other) => named.get(other) ?? []) }]
      const path = window.caboteur.pathForFile(file)
      return [
        path === '' ? { ...item, error: { code: 'file-missing', parts: { path: file.name } } } : { ...item, path },
      ]
    }),
  )
}

/** Puts away the sheet in front; the next file follows. */
export function nextFile(): void {
  useLoadQueue.setState(({ waiting, done }) => {
    const rest = waiting.slice(1)
    return { waiting: rest, done: rest.length === 0 ? 0 : done + 1 }
  })
}
