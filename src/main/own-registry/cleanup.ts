import type Dockerode from 'dockerode'
import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import { repositoryImages } from '../contents.ts'
import { type EngineClient, engineError } from '../place/engine/client.ts'
import type { Image } from '../place/place.ts'
import type { RegistryClient } from '../place/registry/client.ts'
import type { Repository } from '../place/registry/source.ts'
import { CONFIG_FILE, mounts } from './recipe.ts'

/** Keeping the newest versions of every repository of a registry of one's own. */

interface Versions {
  readonly name: string
  /** Tags that go. */
  readonly goes: readonly string[]
  /** Images that stay. */
  readonly stays: number
  /** Manifests and indexes to remove, an index before its parts. */
  readonly digests: readonly Digest[]
}

export interface CleanupPlan {
  readonly repositories: readonly Versions[]
}

async function allOf(repository: Repository, signal: AbortSignal): Promise<readonly Image[]> {
  let all: readonly Image[] = []
  try {
    for await (const images of repositoryImages(repository, signal)) all = images
  } catch (error) {
    // A repository whose last version went is still listed.
    if (!(error instanceof AppError && error.code === 'registry-name-unknown')) throw error
  }
  return all
}

function newestFirst(one: Image, other: Image): number {
  return other.created - one.created
}

/** What goes when the newest `keep` images of each repository stay. A part of an image that stays, stays. */
export async function planCleanup(
  { client, host }: Pick<Repository, 'client' | 'host'>,
  keep: number,
  signal: AbortSignal,
): Promise<CleanupPlan> {
  const repositories: Versions[] = []
  for await (const name of client.catalog(signal)) {
    const images = (await allOf({ client, host, path: name }, signal)).toSorted(newestFirst)
    const [stay, go] = [images.slice(0, keep), images.slice(keep)]
    if (go.length === 0) continue
    const needed = new Set(stay.flatMap(({ id, parts = [] }) => [id, ...parts.map((part) => part.id)]))
    const digests = go.flatMap(({ id, parts = [] }) => [id, ...parts.map((part) => part.id)])
    repositories.push({
      name,
      goes: go.flatMap(({ names }) => names.map((full) => full.slice(full.lastIndexOf(':') + 1))),
      stays: stay.length,
      digests: [...new Set(digests)].filter((digest) => !needed.has(digest)),
    })
  }
  return { repositories }
}

/** Gives how many versions went. */
export async function removeVersions(
  client: RegistryClient,
  { repositories }: CleanupPlan,
  signal: AbortSignal,
): Promise<number> {
  for (const { name, digests } of repositories)
    for (const digest of digests) await client.deleteManifest(name, digest, signal)
  return repositories.reduce((sum, { goes }) => sum + goes.length, 0)
}

/**
 * Frees what no manifest names. The registry stands still meanwhile: a blob that came in between would be taken for one that
 * nobody needs. Without `--delete-untagged`, which on version 2 takes the platforms of images that stay (distribution#3178).
 */
export async function collectGarbage(
  { docker }: EngineClient,
  container: Dockerode.Container,
  name: string,
): Promise<void> {
  try {
    const { Image: image, State } = await container.inspect()
    if (State.Running) await container.stop()
    try {
      const collector = await docker.createContainer({
        Image: image,
        Cmd: ['garbage-collect', CONFIG_FILE],
        HostConfig: { Mounts: mounts(name), NetworkMode: 'none' },
      })
      try {
        await collector.start()
        const { StatusCode: status } = (await collector.wait()) as { StatusCode: number }
        if (status !== 0) throw new AppError('docker-refused', { reason: `garbage-collect: ${status}` })
      } finally {
        await collector.remove({ force: true })
      }
    } finally {
      if (State.Running) await container.start()
    }
  } catch (error) {
    throw engineError(error)
  }
}
