import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { CopyRequest, ImageRow, PlaceRef, Plan, Wanted } from '../../shared/contract.ts'
import type { BesideWish } from '../../shared/contract-delivery.ts'
import { useApi, useHost } from '../host.tsx'
import { nameKey } from '../loading/load-choices.ts'
import { rememberDownload } from '../transfers/transfer-store.ts'
import { useWords } from '../words/use-words.ts'
import { besideWish, useBeside } from './beside-choice.ts'
import { joinPath, nameProblem, type SaveMethod, suggestedFile, withExtension } from './file-name.ts'
import type { Secret } from './password-fields.tsx'

export type Level = NonNullable<CopyRequest['compress']>['level']

/** Where the file goes: `dialog` asks the system at the end, `folder` is one of the host, `download` goes to this browser. */
export type Way = 'dialog' | 'folder' | 'download'

interface Options {
  from: PlaceRef
  images: Wanted[]
  method: SaveMethod
  level: Level
  /** Bytes of a part at most; 0: one file. */
  split: number
  beside: BesideWish | undefined
}

/** Names and folder of the file, as typed or suggested. */
function useTarget(images: Wanted[], method: SaveMethod, protects: boolean, first: string | undefined) {
  const { t } = useWords()
  const { queries } = useApi()
  const host = useHost()
  const [date] = useState(() => new Date())
  const form = useBeside((state) => state.date)
  const [ownName, setOwnName] = useState<string>()
  const [ownFolder, setOwnFolder] = useState(first)
  const [download, setDownload] = useState(false)
  const browse = host?.can.browse === true && !host.can.dialogs
  const home = useQuery(queries.files.list.queryOptions({ input: {}, enabled: browse, staleTime: 0 }))
  const hostWay: Way = host?.can.dialogs ? 'dialog' : 'folder'
  const way: Way = download ? 'download' : hostWay
  const suggested = suggestedFile({
    images: images.map(({ names }) => names.map(({ name }) => name)),
    date,
    form,
    method,
    protects,
    several: (first, count) => t('save.several', { first, count }),
  })
  const file = ownName ?? suggested
  const folder = ownFolder ?? home.data?.path
  const path = way === 'folder' && folder !== undefined ? joinPath(folder, file) : file
  const problem = way === 'dialog' ? undefined : nameProblem(file)
  const there = useQuery(
    queries.files.target.queryOptions({
      input: { path },
      enabled: way === 'folder' && folder !== undefined && problem === undefined,
      staleTime: 0,
      gcTime: 0,
    }),
  )
  return {
    browse,
    way,
    file,
    folder,
    path,
    problem,
    there: way === 'folder' ? there.data : undefined,
    known: way !== 'folder' || there.isSuccess,
    error: way === 'folder' ? (home.error ?? there.error) : null,
    setFile: setOwnName,
    setFolder: setOwnFolder,
    setDownload,
    rename: (next: SaveMethod, protectsNext: boolean) =>
      setOwnName((own) => (own === undefined ? own : withExtension(own, next, protectsNext))),
  }
}

/** Asks for the copy; with the system's dialog first where there is one. Returns whether it was asked for. */
function useStart(
  options: Options,
  target: { way: Way; path: string; file: string },
  most: number,
  started: () => void,
) {
  const { client } = useApi()
  const [tight, setTight] = useState<{ free: number; path: string }>()
  const begin = async (path: string, secret: Secret | undefined): Promise<void> => {
    const { id } = await client.copies.start({
      from: options.from,
      to: { type: 'archive', path },
      images: options.images,
      compress: {
        method: options.method,
        level: options.level,
        ...(options.split > 0 ? { split: options.split } : {}),
      },
      ...secret,
      ...(target.way === 'download' ? { download: true } : {}),
      ...(target.way !== 'download' && options.beside ? { note: options.beside } : {}),
    })
    if (target.way === 'download') rememberDownload(id)
    started()
  }
  const save = useMutation({
    // What it was given is not to outlive the sheet.
    gcTime: 0,
    mutationFn: async (secret: Secret | undefined) => {
      if (target.way !== 'dialog') return await begin(target.path, secret)
      if (tight) return await begin(tight.path, secret)
      const { paths } = await client.files.pick({ kind: 'save', suggested: target.file })
      const picked = paths[0]
      if (picked === undefined) return
      const { free } = await client.files.target({ path: picked })
      if (free !== undefined && free < most) setTight({ free, path: picked })
      else await begin(picked, secret)
    },
  })
  return { save, tight }
}

/** An image to save; `place`: where it is, when not all come from one place. */
export type SavedRow = ImageRow & { readonly place?: PlaceRef }

/** Everything the save sheet decides with: names, file, compression, room, and the way to start. */
export function useSave(from: PlaceRef, rows: readonly SavedRow[], started: () => void, folder?: string) {
  const { queries } = useApi()
  const [off, setOff] = useState<ReadonlySet<string>>(new Set())
  const [method, setMethod] = useState<SaveMethod>('zstd')
  const [level, setLevel] = useState<Level>('normal')
  const [protects, setProtects] = useState(false)
  const [cut, setCut] = useState<number>()
  const [replace, setReplace] = useState<string>()
  const images: Wanted[] = rows.map(({ id, names, place }) => ({
    id,
    ...(place ? { place } : {}),
    names: names.filter((name) => !off.has(nameKey(id, name))).map((name) => ({ name })),
  }))
  const target = useTarget(images, method, protects, folder)
  const plan = useQuery(
    queries.copies.plan.queryOptions({
      input: { from, to: { type: 'archive', path: target.path }, images },
      staleTime: 0,
      gcTime: 0,
      placeholderData: (before) => before,
    }),
  )
  const most = plan.data?.total ?? rows.reduce((sum, row) => sum + row.size, 0)
  const largest = target.there?.largest
  // A stick that takes no file of that size is told by its file system.
  const needed = largest !== undefined && most > largest ? FOR_FAT : 0
  const split = target.way === 'download' ? 0 : (cut ?? needed)
  const { language } = useWords()
  const beside = besideWish(useBeside(), language)
  const { save, tight } = useStart({ from, images, method, level, split, beside }, target, most, started)
  const exists = target.there?.exists === true
  return {
    target,
    off,
    setOff,
    method,
    level,
    setLevel,
    split,
    setSplit: setCut,
    /** The drive takes no larger file than that. */
    largest,
    chooseMethod: (next: SaveMethod) => {
      setMethod(next)
      target.rename(next, protects)
    },
    /** Whether it gets a password; which one is none of this hook's business. */
    protects,
    setProtects: (on: boolean) => {
      setProtects(on)
      target.rename(method, on)
    },
    /** Bytes the file may need at most, before compression. */
    most,
    /** Parts of images that are not here, so that the file will lack them. */
    absent: plan.data?.absent ?? NONE,
    free: target.there?.free ?? tight?.free,
    tight: tight !== undefined,
    exists,
    replaces: replace === target.path,
    setReplaces: (on: boolean) => setReplace(on ? target.path : undefined),
    canSave: target.problem === undefined && target.known && (!exists || replace === target.path),
    save,
  }
}

/** Bytes: below what FAT32 takes, and a number people know. */
const FOR_FAT = 4_000_000_000
/** Sizes of parts to choose from, in bytes. */
export const SPLITS: readonly number[] = [0, FOR_FAT, 2_000_000_000, 700_000_000, 100_000_000]

const NONE: Plan['absent'] = []

export type Save = ReturnType<typeof useSave>
