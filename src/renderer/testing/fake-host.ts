import type { InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract'
import { createRouterClient, implement, ORPCError } from '@orpc/server'
import {
  type Archive,
  type Computer,
  type Contract,
  type CopyRequest,
  contract,
  type EngineInfo,
  type Found,
  type HostInfo,
  type HostKeys,
  type Plan,
} from '../../shared/contract.ts'
import type { MineEvent, Standing } from '../../shared/contract-portal.ts'
import { CHECKS, type CheckId, type Finding } from '../../shared/contract-publish.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Client } from '../connect.ts'

const os = implement(contract)
const LINUX = { os: 'linux', architecture: 'amd64' }

export const readyEngine: EngineInfo = {
  id: 'default',
  kind: 'default',
  name: '',
  current: true,
  address: 'unix:///var/run/docker.sock',
  state: {
    type: 'ready',
    version: '28.2.2',
    store: 'classic',
    platform: LINUX,
  },
}

/** A repository of one's own on Docker Hub. */
export const ownRepository: Standing = {
  exists: true,
  creation: { by: 'push', visibility: 'unknown' },
  visibility: 'private',
  namespace: 'mine',
  abilities: {
    kind: 'hub',
    list: true,
    create: ['private', 'public'],
    makes: 'repository',
    visibility: true,
    pages: {},
  },
}

type Inputs = InferContractRouterInputs<Contract>
type Outputs = InferContractRouterOutputs<Contract>

/** What procedures answer that a test is about; those it does not name answer nothing, or as little as they may. */
export interface Answers {
  hostKeys?: (input: Inputs['engines']['hostKeys']) => HostKeys
  test?: (input: Inputs['engines']['test']) => Outputs['engines']['test']
  add?: (input: Inputs['engines']['add']) => Outputs['engines']['add']
  computer?: () => Computer
  start?: () => void
  back?: () => Outputs['images']['back']
  testRegistry?: (
    input: Inputs['accounts']['test'],
  ) => Outputs['accounts']['test'] | Promise<Outputs['accounts']['test']>
  addRegistry?: (input: Inputs['accounts']['add']) => Outputs['accounts']['add']
  known?: () => Outputs['accounts']['known']
  accounts?: () => Outputs['accounts']['list']
  registry?: () => Outputs['accounts']['registry']
  open?: (input: Inputs['places']['open']) => Outputs['places']['open']
  search?: (input: Inputs['search']) => Found[]
  compare?: () => Outputs['compare']
  mine?: () => AsyncIterable<MineEvent>
  repository?: (input: Inputs['portal']['repository']) => Standing
  create?: (input: Inputs['portal']['create']) => void
  change?: (input: Inputs['portal']['change']) => void
  labels?: Record<string, string>
  history?: () => Outputs['tags']['history']
  tagsPlan?: (input: Inputs['tags']['plan']) => Outputs['tags']['plan']
  tagsApply?: () => Outputs['tags']['apply']
  scheme?: Outputs['tags']['scheme']
  look?: (input: Inputs['publish']['look']) => Outputs['publish']['look']
  there?: (input: Inputs['publish']['there']) => Outputs['publish']['there']
  /** What the checks find; nothing, each of them, where that is not said. */
  findings?: (input: Inputs['publish']['checks']) => Finding[]
  publish?: (input: Inputs['publish']['start']) => Outputs['publish']['start']
  about?: () => Outputs['delivery']['about']
  signer?: () => Outputs['delivery']['signer']
  makeSigner?: (input: Inputs['delivery']['makeSigner']) => Outputs['delivery']['makeSigner']
  listed?: (input: Inputs['delivery']['listed']) => Outputs['delivery']['listed']
}

export interface FakeHost {
  archive?: Archive
  answers?: Answers
  /** Answers a plan for what is asked; a copy that would move everything unless told otherwise. */
  plan?: (request: Pick<CopyRequest, 'to' | 'images' | 'platforms'>) => Plan
  exists?: boolean
}

const NO_ARCHIVE: Archive = {
  path: '',
  format: 'docker-archive',
  compression: 'none',
  fileSize: 0,
  tarSize: 0,
  checked: 'index',
  problems: [],
  images: [],
  absent: [],
}

const host: HostInfo = {
  version: '0.1.0',
  os: 'linux',
  computer: 'poste-lea',
  library: '/home/lea/.local/share/caboteur/library',
  can: { dialogs: false, browse: true, reveal: false, start: true },
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
  return { images: planned, move: total, total, exact: true, absent: [] }
}

/** A registry that lets everybody in. */
export const OPEN_REGISTRY: Outputs['accounts']['test'] = {
  kind: 'distribution',
  encrypted: true,
  auth: 'none',
  signedIn: { type: 'nobody' },
  push: { type: 'unknown' },
  pull: { type: 'yes' },
}

function detailsFor(id: string, labels: Record<string, string>): Outputs['images']['details'] {
  return {
    id,
    names: [],
    platform: LINUX,
    created: 1,
    size: 1,
    layers: [],
    history: [],
    command: [],
    entrypoint: [],
    env: [],
    labels,
    ports: [],
    volumes: [],
    user: '',
    workingDir: '',
    containers: [],
  }
}

/** The check a finding is of, by the first word of its name. */
function checkOf(id: Finding['id']): CheckId {
  const [word = ''] = id.split('-')
  const others: Readonly<Record<string, CheckId>> = {
    repository: 'visibility',
    layer: 'size',
    platforms: 'platform',
    secret: 'secrets',
  }
  return others[word] ?? CHECKS.find((check) => check === word) ?? 'name'
}

/** Fails as a host does: with an error of the contract. */
export function refuse(code: ErrorCode, parts: Record<string, string> = {}): never {
  throw new ORPCError('FAILED', { defined: true, data: { code, parts } })
}

export interface FakeClient {
  client: Client
  /** The copies that were started. */
  started: CopyRequest[]
  /** What else was asked for, in its order: name and input. */
  asked: (readonly [name: string, input: unknown])[]
}

/** A host in memory behind the real contract: what is asked and answered is validated as over the wire. */
export function fakeHost({ archive = NO_ARCHIVE, answers = {}, plan, exists = false }: FakeHost = {}): FakeClient {
  const started: CopyRequest[] = []
  const asked: (readonly [string, unknown])[] = []
  const { engines, images, places, preferences } = os
  const client = createRouterClient({
    host: os.host.handler(() => host),
    portal: {
      mine: os.portal.mine.handler(async function* () {
        if (answers.mine) yield* answers.mine()
      }),
      repository: os.portal.repository.handler(
        ({ input }) => answers.repository?.(input) ?? refuse('registry-unsupported'),
      ),
      create: os.portal.create.handler(({ input }) => {
        asked.push(['create', input])
        answers.create?.(input)
        return {}
      }),
      change: os.portal.change.handler(({ input }) => {
        asked.push(['change', input])
        answers.change?.(input)
        return {}
      }),
    },
    publish: {
      look: os.publish.look.handler(
        ({ input }) =>
          answers.look?.(input) ?? {
            images: input.ids.map((id) => ({ id, labels: {}, platforms: [LINUX], created: 0, artifact: false })),
            published: [],
          },
      ),
      there: os.publish.there.handler(({ input }) => answers.there?.(input) ?? { tags: [], named: [] }),
      checks: os.publish.checks.handler(async function* ({ input }) {
        asked.push(['checks', input])
        const findings = answers.findings?.(input) ?? []
        for (const check of CHECKS) {
          const own = findings.filter(({ id }) => checkOf(id) === check)
          yield { type: 'checked' as const, check, findings: own }
        }
      }),
      start: os.publish.start.handler(({ input }) => {
        asked.push(['publish', input])
        return (
          answers.publish?.(input) ??
          input.destinations.map((_, index) => ({ type: 'started' as const, id: `t${index}`, created: [] }))
        )
      }),
    },
    delivery: {
      about: os.delivery.about.handler(() => answers.about?.() ?? { otherSums: [] }),
      trust: os.delivery.trust.handler(({ input }) => {
        asked.push(['trustSigner', input])
        return {}
      }),
      distrust: os.delivery.distrust.handler(({ input }) => {
        asked.push(['distrustSigner', input])
        return {}
      }),
      signer: os.delivery.signer.handler(() => answers.signer?.() ?? {}),
      makeSigner: os.delivery.makeSigner.handler(
        ({ input }) => answers.makeSigner?.(input) ?? refuse('signature-keychain'),
      ),
      forgetSigner: os.delivery.forgetSigner.handler(() => ({})),
      listed: os.delivery.listed.handler(
        ({ input }) => answers.listed?.(input) ?? { images: [], built: [], unset: [], unread: [] },
      ),
    },
    engines: {
      hostKeys: engines.hostKeys.handler(({ input }) => {
        asked.push(['hostKeys', input])
        return answers.hostKeys?.(input) ?? { state: 'known' as const, keys: [] }
      }),
      trust: engines.trust.handler(({ input }) => {
        asked.push(['trust', input])
        return {}
      }),
      test: engines.test.handler(({ input }) => {
        asked.push(['test', input])
        return answers.test?.(input) ?? { version: '26.1', store: 'classic' as const, platform: LINUX, images: 12 }
      }),
      add: engines.add.handler(({ input }) => {
        asked.push(['add', input])
        return answers.add?.(input) ?? { engine: 'added', remembered: true }
      }),
      computer: engines.computer.handler(
        () => answers.computer?.() ?? { name: 'nas', host: 'nas', signIn: { type: 'usual' as const } },
      ),
      forget: engines.forget.handler(({ input }) => {
        asked.push(['forget', input])
        return {}
      }),
      start: engines.start.handler(({ input }) => {
        asked.push(['start', input])
        answers.start?.()
        return {}
      }),
      retry: engines.retry.handler(({ input }) => {
        asked.push(['retry', input])
        return {}
      }),
    },
    images: {
      details: images.details.handler(({ input }) => detailsFor(input.id, answers.labels ?? {})),
      back: images.back.handler(({ input }) => {
        asked.push(['back', input])
        return answers.back?.() ?? {}
      }),
      untag: images.untag.handler(({ input }) => {
        asked.push(['untag', input])
        return {}
      }),
      facts: images.facts.handler(({ input }) => {
        asked.push(['facts', input])
        return input.ids.map((id) => ({ id, platform: LINUX, containers: [] }))
      }),
    },
    places: {
      open: places.open.handler(({ input }) => {
        asked.push(['open', input])
        return answers.open?.(input) ?? { place: { type: 'layout' as const, path: input.path } }
      }),
      forget: places.forget.handler(({ input }) => {
        asked.push(['forget', input])
        return {}
      }),
    },
    accounts: {
      test: os.accounts.test.handler(({ input }) => {
        asked.push(['testRegistry', input])
        return answers.testRegistry?.(input) ?? OPEN_REGISTRY
      }),
      add: os.accounts.add.handler(({ input }) => {
        asked.push(['addRegistry', input])
        const place = { type: 'registry' as const, host: input.registry.host }
        return answers.addRegistry?.(input) ?? { place, remembered: true }
      }),
      known: os.accounts.known.handler(
        () => answers.known?.() ?? { signIns: [], remedy: { credsStore: 'secretservice', installed: false } },
      ),
      list: os.accounts.list.handler(() => answers.accounts?.() ?? []),
      registry: os.accounts.registry.handler(() => answers.registry?.() ?? {}),
      signOut: os.accounts.signOut.handler(({ input }) => {
        asked.push(['signOut', input])
        return {}
      }),
    },
    tags: {
      known: os.tags.known.handler(() => []),
      history: os.tags.history.handler(() => answers.history?.() ?? []),
      plan: os.tags.plan.handler(
        ({ input }) => answers.tagsPlan?.(input) ?? { changes: [], images: [], lost: [], removes: 'yes' as const },
      ),
      apply: os.tags.apply.handler(({ input }) => {
        asked.push(['apply', input])
        return answers.tagsApply?.() ?? { changes: [], replaced: [] }
      }),
      rollBack: os.tags.rollBack.handler(({ input }) => {
        asked.push(['rollBack', input])
        return answers.tagsApply?.() ?? { changes: [], replaced: [] }
      }),
      scheme: os.tags.scheme.handler(() => answers.scheme ?? {}),
      keepScheme: os.tags.keepScheme.handler(({ input }) => {
        asked.push(['keepScheme', input])
        return {}
      }),
    },
    search: os.search.handler(async function* ({ input }) {
      yield answers.search?.(input) ?? []
    }),
    compare: os.compare.handler(() => answers.compare?.() ?? refuse('image-missing')),
    preferences: {
      set: preferences.set.handler(({ input }) => {
        asked.push(['set', input])
        return {}
      }),
    },
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
      cancel: os.copies.cancel.handler(({ input }) => {
        asked.push(['cancel', input])
        return {}
      }),
      retry: os.copies.retry.handler(({ input }) => {
        asked.push(['retry', input])
        return { id: `${input.id} again` }
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
  return { client: client as unknown as Client, started, asked }
}
