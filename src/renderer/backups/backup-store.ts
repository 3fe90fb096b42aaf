import { create } from 'zustand'
import type { Backup, Preferences } from '../../shared/contract.ts'
import { type Client, follow } from '../connect.ts'

interface Backups {
  engine: string | undefined
  /** Versions kept of the engine on screen, newest first. */
  backups: readonly Backup[]
}

export const useBackups = create<Backups>(() => ({ engine: undefined, backups: [] }))

/** Undefined until the host has told them. */
export const usePreferences = create<Partial<Preferences>>(() => ({}))

export function followBackups(client: Client, engine: string): () => void {
  useBackups.setState({ engine, backups: [] })
  return follow({
    open: (signal) => client.images.watchBackups({ engine }, { signal }),
    take: (backups) => useBackups.setState({ engine, backups }),
  })
}

export function followPreferences(client: Client): () => void {
  return follow({
    open: (signal) => client.preferences.watch({}, { signal }),
    take: (preferences) => usePreferences.setState(preferences),
  })
}

/** What a line has to do with kept versions: the newest one of each of its names, and the names it is itself kept of. */
export function backupsOf(
  names: readonly string[],
  backups: readonly Backup[],
): { before: readonly Backup[]; keptOf: readonly Backup[] } {
  if (backups.length === 0) return NONE
  const before = names.flatMap((name) => backups.find(({ of }) => of === name) ?? [])
  const keptOf = backups.filter(({ name }) => names.includes(name))
  return before.length === 0 && keptOf.length === 0 ? NONE : { before, keptOf }
}

const NONE = { before: [], keptOf: [] } as const
