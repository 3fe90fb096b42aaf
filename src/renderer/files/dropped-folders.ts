import { goesWithFiles, hasImages, setOf } from '../../shared/sets.ts'

/** Folders that are let go over the window stand for the image files in them, and for what lies beside those. */

/** A browser gives the names of a folder a hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

async function inFolder(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const entries = (await entriesOf(folder)).filter(isFile)
  const names = entries.map(({ name }) => name)
  const kept = entries.filter(({ name }) => hasImages(name) || setOf(name, names) !== undefined)
  if (kept.length === 0) return []
  const beside = entries.filter((entry) => !kept.includes(entry) && goesWithFiles(entry.name))
  return await Promise.all([...kept, ...beside].map(fileOf))
}

export interface Dropped {
  readonly files: readonly File[]
  /** Names of folders that have no image file. */
  readonly empty: readonly string[]
}

/** The folders among what is let go. To be asked while the event is told: what it carries is gone afterwards. */
export function foldersIn(transfer: DataTransfer): FileSystemDirectoryEntry[] {
  return [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(isFolder)
}

/** Files that were let go together with folders, and those of the folders. */
export async function openFolders(
  folders: readonly FileSystemDirectoryEntry[],
  files: readonly File[],
): Promise<Dropped> {
  const names = new Set(folders.map(({ name }) => name))
  const found = await Promise.all(folders.map(inFolder))
  return {
    files: [...files.filter(({ name }) => !names.has(name)), ...found.flat()],
    empty: folders.filter((_, index) => found[index]?.length === 0).map(({ name }) => name),
  }
}
