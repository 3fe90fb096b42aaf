import { describe, expect, it } from 'vitest'
import type { ImageDetails, Platform } from '../../shared/contract.ts'
import type { Standing } from '../../shared/contract-portal.ts'
import { CHECKS, type CheckEvent, type Finding } from '../../shared/contract-publish.ts'
import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import type { Check, Publication, PublishedImage } from './check.ts'
import { runChecks } from './checks.ts'

const ID: Digest = `sha256:${'a'.repeat(64)}`
const NEVER = new AbortController().signal
const AMD = { os: 'linux', architecture: 'amd64' }

function details(change: Partial<ImageDetails> = {}): ImageDetails {
  return {
    id: ID,
    names: ['acme/shop:1'],
    platform: AMD,
    created: 0,
    size: 0,
    layers: [{ diffId: `sha256:${'b'.repeat(64)}`, size: 40_000_000 }],
    history: [],
    command: [],
    entrypoint: [],
    env: [],
    labels: {},
    ports: [],
    volumes: [],
    user: '',
    workingDir: '',
    containers: [],
    ...change,
  }
}

interface Given {
  readonly parts?: readonly ImageDetails[]
  readonly absent?: readonly string[]
  readonly unpacked?: boolean
  readonly targets?: PublishedImage['targets']
  readonly labels?: PublishedImage['labels']
  readonly publication?: Partial<Publication>
  readonly standing?: Partial<Standing>
}

const STANDING: Standing = {
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

function publication(given: Given): Publication {
  const { parts = [details()], absent = [], unpacked = false, labels = [] } = given
  return {
    host: 'docker.io',
    kind: 'hub',
    account: 'lea',
    images: [
      {
        looked: { id: ID, names: ['acme/shop:1'], parts, absent, unpacked },
        targets: given.targets ?? [{ path: 'lea/shop', tag: '1.0' }],
        labels,
      },
    ],
    create: new Map(),
    standing: async () => ({ ...STANDING, ...given.standing }),
    ...given.publication,
  }
}

async function found(given: Given): Promise<Finding[]> {
  const events = await Array.fromAsync(runChecks(publication(given), NEVER))
  return events.flatMap((event) => (event.type === 'checked' ? event.findings : []))
}

function ids(findings: readonly Finding[], level: Finding['level']): string[] {
  return findings.filter((finding) => finding.level === level).map(({ id }) => id)
}

const missing = { exists: false } as const
const byApi: Standing['creation'] = { by: 'api', choices: ['private', 'public'], push: 'public' }

describe('checks before publishing', () => {
  it('say nothing bad of a good image, and tell its size and what runs it', async () => {
    const findings = await found({})
    expect(ids(findings, 'warn')).toEqual([])
    expect(ids(findings, 'stop')).toEqual([])
    expect(ids(findings, 'info')).toEqual(expect.arrayContaining(['size', 'platforms', 'labels-missing']))
    expect(findings.find(({ id }) => id === 'size')?.parts).toEqual({ size: 40_000_000, layers: 1 })
  })

  it.each<[string, Given, string]>([
    ['a name in capitals', { targets: [{ path: 'lea/Shop', tag: '1' }] }, 'name-wrong'],
    ['a third level on Docker Hub', { targets: [{ path: 'lea/a/b', tag: '1' }] }, 'name-wrong'],
    ['a version with a space', { targets: [{ path: 'lea/shop', tag: '1 0' }] }, 'tag-wrong'],
    [
      'no private repository left',
      {
        standing: { ...missing, creation: byApi, privates: { used: 1, limit: 1 } },
        publication: { create: new Map([['lea/shop', 'private']]) },
      },
      'repository-quota',
    ],
    ['a repository made by hand', { standing: { ...missing, creation: { by: 'hand' } } }, 'repository-by-hand'],
    [
      'a layer GitHub refuses',
      {
        parts: [details({ layers: [{ digest: ID, size: 11e9 }] })],
        publication: { kind: 'ghcr', host: 'ghcr.io' },
      },
      'layer-too-large',
    ],
  ])('stop at %s', async (_, given, id) => {
    expect(ids(await found(given), 'stop')).toEqual([id])
  })

  it.each<[string, Given, string]>([
    ['latest alone', { targets: [{ path: 'lea/shop', tag: 'latest' }] }, 'tag-latest-alone'],
    ['somebody else’s name', { standing: { namespace: 'other' } }, 'repository-other'],
    [
      'a push that makes it public',
      { standing: { ...missing, creation: { by: 'push', visibility: 'public' } } },
      'repository-public',
    ],
    [
      'a repository that is to be public',
      {
        standing: { ...missing, creation: byApi },
        publication: { create: new Map([['lea/shop', 'public']]) },
      },
      'repository-public',
    ],
    [
      'a layer that may be too large once packed',
      {
        unpacked: true,
        parts: [details({ layers: [{ diffId: ID, size: 11e9 }] })],
        publication: { kind: 'ghcr', host: 'ghcr.io' },
      },
      'layer-maybe-too-large',
    ],
    [
      'an image for ARM alone',
      { parts: [details({ platform: { os: 'linux', architecture: 'arm64' } })] },
      'platform-arm',
    ],
    [
      'an image for Windows',
      { parts: [details({ platform: { os: 'windows', architecture: 'amd64' } })] },
      'platform-windows',
    ],
    ['a platform that is not here', { absent: ['linux/arm64'] }, 'platform-absent'],
    ['a password in a variable', { parts: [details({ env: ['PATH=/bin', 'DB_PASSWORD=hunter2'] })] }, 'secret-env'],
    ['a token in a label', { parts: [details({ labels: { 'deploy.token': 'x1' } })] }, 'secret-label'],
    [
      'a password in a build step',
      { parts: [details({ history: [{ created: 0, command: 'ARG NPM_TOKEN=x1', comment: '', empty: true }] })] },
      'secret-step',
    ],
  ])('warn of %s', async (_, given, id) => {
    expect(ids(await found(given), 'warn')).toEqual([id])
    expect(ids(await found(given), 'stop')).toEqual([])
  })

  it('say once what variable and build step both show, and what all platforms show', async () => {
    const history = [{ created: 0, command: 'ENV DB_PASSWORD=hunter2', comment: '', empty: true }]
    const one = (platform: Platform): ImageDetails => details({ platform, env: ['DB_PASSWORD=hunter2'], history })
    const findings = await found({ parts: [one(AMD), one({ os: 'linux', architecture: 'arm64' })] })
    expect(ids(findings, 'warn')).toEqual(['secret-env'])
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  })

  it('explain latest where it goes along with a version, and no more', async () => {
    const both = ['1.0', 'latest'].map((tag) => ({ path: 'lea/shop', tag }))
    expect(ids(await found({ targets: both }), 'info')).toContain('tag-latest')
    expect(ids(await found({ targets: both }), 'warn')).toEqual([])
  })

  it('miss no label that is there or will be added', async () => {
    const labelled = details({ labels: { 'org.opencontainers.image.title': 'Shop' } })
    const findings = await found({ parts: [labelled], labels: ['version'] })
    expect(findings.find(({ id }) => id === 'labels-missing')?.parts['labels']).toBe(
      'description revision created source licenses',
    )
  })

  it('ask nothing about a name that cannot be', async () => {
    const asked: string[] = []
    const standing = async (path: string): Promise<Standing> => {
      asked.push(path)
      return STANDING
    }
    await found({ targets: [{ path: 'lea/Shop', tag: '1' }], publication: { standing } })
    expect(asked).toEqual([])
  })

  it('each tell when they end; one that fails stops none of the others', async () => {
    const standing = async (): Promise<Standing> => {
      throw new AppError('registry-unreachable', { place: 'docker.io' })
    }
    const events = await Array.fromAsync(runChecks(publication({ publication: { standing } }), NEVER))
    expect(events.map(({ check }) => check).sort()).toEqual(CHECKS.toSorted())
    expect(events.filter(({ type }) => type === 'failed')).toEqual<CheckEvent[]>([
      { type: 'failed', check: 'visibility', error: { code: 'registry-unreachable', parts: { place: 'docker.io' } } },
    ])
  })

  it('are told as they come, not in the order they began', async () => {
    const slow = Promise.withResolvers<readonly Finding[]>()
    const checks: Check[] = [
      { id: 'name', run: async () => await slow.promise },
      { id: 'tag', run: async () => [] },
    ]
    const order: string[] = []
    for await (const { check } of runChecks(publication({}), NEVER, checks)) {
      order.push(check)
      slow.resolve([])
    }
    expect(order).toEqual(['tag', 'name'])
  })

  it('end with their signal', async () => {
    const abort = new AbortController()
    const checks: Check[] = [
      {
        id: 'name',
        run: (_, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      },
    ]
    const running = Array.fromAsync(runChecks(publication({}), abort.signal, checks))
    abort.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })
})
