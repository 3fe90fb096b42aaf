import { useCallback, useEffect, useRef, useState } from 'react'
import type { Archive, OpenEvent } from '../../shared/contract.ts'
import { AppError, type ErrorData } from '../../shared/errors.ts'
import type { Client } from '../connect.ts'
import { asFailure } from '../errors/failure.ts'
import { useApi } from '../host.tsx'
import type { LoadItem } from './load-queue.ts'
import { upload } from './upload.ts'

export interface Reading {
  readonly kind: 'sending' | 'reading' | 'checking'
  readonly done: number
  /** 0 while it is not known. */
  readonly total: number
}

export interface OpenedFile {
  readonly archive: Archive | undefined
  readonly reading: Reading | undefined
  readonly error: ErrorData | undefined
  /** It asks for a password. */
  readonly lock: Lock | undefined
  readonly unlock: (given: Unlocking) => void
  readonly check: () => void
  /** Opens it again after a failure. */
  readonly retry: () => void
  readonly stop: () => void
  /** Where the host has it, once that is known. */
  readonly path: string | undefined
  /** This browser sent it there. */
  readonly sent: boolean
  /** A copy of it was started: the host needs it when the sheet has gone. */
  readonly keep: () => void
}

export interface Lock {
  readonly path: string
  /** The keychain has a password for it. */
  readonly kept: boolean
}

/** What a person gives to open it. Kept nowhere: it goes to the host, and no further. */
export type Unlocking = { readonly password: string; readonly remember: boolean } | { readonly kept: true }

interface FileState {
  archive: Archive | undefined
  lock: Lock | undefined
  path: string | undefined
  reading: Reading | undefined
  error: ErrorData | undefined
}

const CLOSED: FileState = {
  archive: undefined,
  lock: undefined,
  path: undefined,
  reading: undefined,
  error: undefined,
}
const BEGUN: Reading = { kind: 'reading', done: 0, total: 0 }

type Report = (change: Partial<FileState>) => void

async function read(
  stream: Promise<AsyncIterable<OpenEvent>>,
  kind: 'reading' | 'checking',
  report: Report,
): Promise<void> {
  for await (const event of await stream) {
    if (event.type === 'opened') report({ archive: event.archive, reading: undefined, lock: undefined })
    else report({ reading: { kind, done: event.done, total: event.total } })
  }
}

async function pathOf(
  item: LoadItem,
  signal: AbortSignal,
  report: Report,
  sent: (path: string) => void,
): Promise<string> {
  if ('error' in item) throw new AppError(item.error.code, item.error.parts)
  if ('path' in item) return item.path
  const total = [item.file, ...item.others].reduce((sum, { size }) => sum + size, 0)
  let before = 0
  const send = async (file: File, beside?: string): Promise<string> => {
    const told = (done: number): void => report({ reading: { kind: 'sending', done: before + done, total } })
    const path = await upload(file, signal, told, beside)
    before += file.size
    return path
  }
  const first = await send(item.file)
  sent(first)
  for (const other of item.others) await send(other, first)
  return first
}

function failureOf(error: unknown): ErrorData {
  return error instanceof AppError ? error.data : asFailure(error)
}

async function open(
  client: Client,
  item: LoadItem,
  signal: AbortSignal,
  report: Report,
  sent: (path: string) => void,
): Promise<void> {
  const path = await pathOf(item, signal, report, sent)
  report({ path, reading: { kind: 'reading', done: 0, total: 0 } })
  try {
    await read(client.archives.open({ path }, { signal }), 'reading', report)
  } catch (error) {
    const failure = failureOf(error)
    if (failure.code !== 'password-needed') throw error
    report({ lock: { path, kept: failure.parts['kept'] !== undefined }, reading: undefined })
  }
}

/** Opens a file of the queue (sending it first where needed) and checks it when asked; stops both when the sheet goes. */
export function useArchive(item: LoadItem): OpenedFile {
  const { client } = useApi()
  const [state, setState] = useState<FileState>(CLOSED)
  const running = useRef<AbortController>(undefined)

  const run = useCallback((work: (signal: AbortSignal, report: Report) => Promise<void>) => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    const report: Report = (change) => {
      if (!control.signal.aborted) setState((before) => ({ ...before, ...change }))
    }
    work(control.signal, report).catch((error: unknown) => report({ reading: undefined, error: failureOf(error) }))
  }, [])

  /** Where the host put what this browser sent. Not needed when the sheet goes without a copy. */
  const sent = useRef<string>(undefined)
  const release = useCallback(() => {
    const path = sent.current
    sent.current = undefined
    // The host may be gone with the page: it deletes the file when it ends, too.
    if (path !== undefined) client.files.release({ path }).catch(() => undefined)
  }, [client])

  const start = useCallback(() => {
    release()
    setState({ ...CLOSED, reading: BEGUN })
    run((signal, report) =>
      open(client, item, signal, report, (path) => {
        sent.current = path
      }),
    )
  }, [client, item, run, release])
  useEffect(() => {
    start()
    return () => {
      running.current?.abort()
      release()
    }
  }, [start, release])

  const { archive, lock } = state
  const unlock = (given: Unlocking): void => {
    if (!lock) return
    setState({ ...CLOSED, lock, reading: BEGUN })
    run((signal, report) => read(client.archives.open({ path: lock.path, ...given }, { signal }), 'reading', report))
  }
  const check = (): void => {
    if (!archive) return
    setState({
      ...CLOSED,
      archive,
      path: archive.path,
      reading: { kind: 'checking', done: 0, total: archive.fileSize },
    })
    run((signal, report) => read(client.archives.check({ path: archive.path }, { signal }), 'checking', report))
  }
  const stop = (): void => {
    running.current?.abort()
    setState((before) => ({ ...before, reading: undefined }))
  }
  const keep = (): void => {
    sent.current = undefined
  }
  return { ...state, sent: 'file' in item, unlock, check, retry: start, stop, keep }
}
