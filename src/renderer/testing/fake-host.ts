import { createRouterClient, implement } from '@orpc/server'
import {
  type Archive,
  type CopyRequest,
  contract,
  type EngineInfo,
  type HostInfo,
  type Plan,
} from '../../shared/contract.ts'
import type { Client } from '../connect.ts'

const os = implement(contract)

export const readyEngine: EngineInfo = {
  id: 'default',
  current: true,
  address: 'unix:///var/run/docker.sock',
  state: {
    type: 'ready',
    version: '28.2.2',
    store: 'classic',
    platform: { os: 'linux', architecture: 'amd64' },
  },
}

export interface FakeHost {
  archive: Archive
  /** Answers a plan for what is asked; a copy that would move everything unless told otherwise. */
  plan?: (request: Pick<CopyRequest, 'to' | 'images'>) => Plan
  exists?: boolean
}

const host: HostInfo = {
  version: '0.1.0',
  os: 'linux',
  computer: 'poste-lea',
  can: { dialogs: false, browse: true, reveal: false },
}

function planAll(archive: Archive, { images }: Pick<CopyRequest, 'images'>): Plan {
  const planned = images.map(({ id, names }) => ({
    id,
    present: false,
    layers: (archive.images.find((image) => image.id === id)?.layers ?? []).map(({ size }) => ({
      ...(size === undefined ? {} : { size }),
      move: true,
    })),
    names: names.map(({ name }) => ({ name, same: false })),
  }))
  const total = planned.flatMap(({ layers }) => layers).reduce((sum, { size }) => sum + (size ?? 0), 0)
  return { images: planned, move: total, total, exact: true }
}

/** A host in memory behind the real contract: what is asked and answered is validated as over the wire. `started` collects the copies. */
export function fakeHost({ archive, plan, exists = false }: FakeHost): { client: Client; started: CopyRequest[] } {
  const started: CopyRequest[] = []
  const client = createRouterClient({
    host: os.host.handler(() => host),
    archives: {
      open: os.archives.open.handler(async function* () {
        yield { type: 'reading' as const, done: 1, total: 2 }
        yield { type: 'opened' as const, archive }
      }),
      check: os.archives.check.handler(async function* () {
        yield { type: 'opened' as const, archive: { ...archive, checked: 'intact' as const } }
      }),
    },
    copies: {
      plan: os.copies.plan.handler(({ input }) => (plan ? plan(input) : planAll(archive, input))),
      start: os.copies.start.handler(({ input }) => {
        started.push(input)
        return { id: 't1' }
      }),
    },
    files: {
      list: os.files.list.handler(({ input }) => ({
        path: input.path ?? '/home/lea',
        free: 41e9,
        writable: true,
        entries: [],
      })),
      target: os.files.target.handler(() => ({ exists, free: 41e9, ...(exists ? { size: 12e6 } : {}) })),
    },
  })
  // The pieces under test call only what is answered above.
  return { client: client as unknown as Client, started }
}
