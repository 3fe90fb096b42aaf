import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Folder, HostInfo } from '../shared/contract.ts'
import type { Feed } from './feed.ts'
import { dataFolder } from './home.ts'

/**
 * What a host offers the app: a desktop has dialogs, a server without a screen has a folder chooser. Hosts differ by what
 * they give here and by nothing else; what is absent, the page does without.
 */
export interface Host {
  readonly info: HostInfo
  /** Lets a path pass, or says why this host does not let it be used. @throws folder-outside */
  admit(path: string): Promise<void>
  /** Paths the system asked the app to open. */
  readonly opened: Feed<readonly string[]>
  /** The system's own open and save dialogs; [] when the person closed one. */
  pick?(kind: 'open' | 'save' | 'folder', suggested: string | undefined): Promise<string[]>
  /** Shows a file in the system's file manager. */
  reveal?(path: string): Promise<void>
  /** Deletes a file that came from the browser; leaves every other alone. */
  release?(path: string): Promise<void>
  readonly folders?: Folders
  readonly downloads?: Downloads
}

/** Folders of the host's computer, for a page that has no paths of its own. */
export interface Folders {
  roots(): Promise<{ path: string; label: string; free: number }[]>
  list(path: string | undefined): Promise<Folder>
  makeFolder(path: string, name: string): Promise<string>
}

/** Files made for the browser to fetch. */
export interface Downloads {
  /** Where a file of this name is made; each call gives a place of its own. */
  place(name: string): Promise<string>
  /** The file is complete: `GET /download/<id>` hands it out once. */
  offer(id: string, path: string): void
  /** The copy failed: forget the place. */
  drop(path: string): Promise<void>
}

/** Put in by the build. */
declare const __APP_VERSION__: string | undefined

/** `0.0.0` where nothing was built. */
export function appVersion(): string {
  return typeof __APP_VERSION__ === 'undefined' ? '0.0.0' : __APP_VERSION__
}

/** What every host says of the computer it is on. */
export function hostInfo(can: HostInfo['can']): HostInfo {
  const os = (['linux', 'darwin', 'win32'] as const).find((known) => known === process.platform) ?? 'other'
  return {
    version: appVersion(),
    os,
    computer: hostname(),
    library: join(dataFolder(), 'library'),
    can,
  }
}
