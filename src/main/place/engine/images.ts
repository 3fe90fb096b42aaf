import type Dockerode from 'dockerode'
import type { ContainerRef, ImageDetails, ImageFacts, ImageRow, Platform, Removal } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import { byTelling, type Digest, isDigest, normaliseName, splitName } from '../../../shared/reference.ts'
import { type EngineClient, engineError } from './client.ts'
import { stacks } from './stacks.ts'

/** What a person does with the images of an engine, one call each. */

function names(tags: readonly string[] | null | undefined): string[] {
  return (tags ?? [])
    .filter((tag) => tag !== '<none>:<none>')
    .map((tag) => normaliseName(tag) ?? tag)
    .sort(byTelling)
}

/** A digest as the engine gives it. */
export function asDigest(id: string): Digest {
  if (!isDigest(id)) throw new AppError('internal', {}, { raw: `not a digest: ${id}` })
  return id
}

/** All images with a name or without, newest first; intermediate ones of old builds left out, as `docker images` does. */
export async function listImages({ docker }: EngineClient): Promise<ImageRow[]> {
  try {
    const images = await docker.listImages({ all: false })
    return images
      .map((image) => ({
        id: image.Id,
        names: names(image.RepoTags),
        repositories: [
          ...new Set(
            (image.RepoDigests ?? []).map((digest) => digest.split('@')[0] ?? '').filter((name) => name !== '<none>'),
          ),
        ],
        size: image.Size,
        created: image.Created * 1000,
      }))
      .sort((a, b) => b.created - a.created)
  } catch (error) {
    throw engineError(error)
  }
}

/** An image as the engine describes it. The engine's own types leave out what older ones do not send. */
export type Inspected = Dockerode.ImageInspectInfo & { readonly Variant?: string | undefined }

/** @throws image-missing */
export async function inspectImage({ docker }: EngineClient, name: string): Promise<Inspected> {
  try {
    return await docker.getImage(name).inspect()
  } catch (error) {
    throw engineError(error, name)
  }
}

export function inspectedPlatform(image: Inspected): Platform {
  return { os: image.Os, architecture: image.Architecture, ...(image.Variant ? { variant: image.Variant } : {}) }
}

/** The containers of every image, by image id; stopped ones too. */
async function usersByImage({ docker }: EngineClient): Promise<Map<string, ContainerRef[]>> {
  const users = new Map<string, ContainerRef[]>()
  for (const container of await docker.listContainers({ all: true })) {
    const user = {
      id: container.Id,
      name: container.Names[0]?.replace(/^\//, '') ?? container.Id.slice(0, 12),
      running: container.State === 'running',
    }
    users.set(container.ImageID, [...(users.get(container.ImageID) ?? []), user])
  }
  return users
}

/** The containers made from an image, stopped ones too. */
export async function containersOf(client: EngineClient, id: string): Promise<ContainerRef[]> {
  try {
    return (await usersByImage(client)).get(id) ?? []
  } catch (error) {
    throw engineError(error)
  }
}

/** Platform and users of some images; those that are gone meanwhile are left out. */
export async function imageFacts(client: EngineClient, ids: readonly string[]): Promise<ImageFacts[]> {
  try {
    const users = await usersByImage(client)
    const facts = await Promise.all(
      ids.map(async (id) => {
        const image = await inspectImage(client, id).catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'image-missing') return undefined
          throw error
        })
        return image && { id, platform: inspectedPlatform(image), containers: users.get(id) ?? [] }
      }),
    )
    return facts.filter((fact) => fact !== undefined)
  } catch (error) {
    throw engineError(error)
  }
}

interface HistoryStep {
  readonly Created: number
  readonly CreatedBy: string
  readonly Comment: string
  readonly Size: number
}

function words(value: string | readonly string[] | null | undefined): string[] {
  if (value === null || value === undefined) return []
  return typeof value === 'string' ? [value] : [...value]
}

/** Everything about one image. */
export async function imageDetails(client: EngineClient, id: string): Promise<ImageDetails> {
  const image = await inspectImage(client, id)
  try {
    const steps = ((await client.docker.getImage(id).history()) as HistoryStep[]).toReversed()
    const users = await usersByImage(client)
    const diffIds = image.RootFS.Layers ?? []
    // The API does not say which steps made no layer: a step of size 0 may have made an empty one.
    const withLayer = pairSteps(steps, diffIds.length)
    const config: Partial<Dockerode.ImageInspectInfo['Config']> = image.Config ?? {}
    return {
      id: image.Id,
      ...(client.store === 'classic' ? { configDigest: image.Id } : {}),
      names: names(image.RepoTags),
      platform: inspectedPlatform(image),
      created: Date.parse(image.Created) || 0,
      size: image.Size,
      ...(image.Author ? { author: image.Author } : {}),
      layers: diffIds.map((diffId, index) => {
        const step = withLayer?.[index]
        return { diffId, ...(step ? { size: step.Size, command: step.CreatedBy } : {}) }
      }),
      history: steps.map((step) => ({
        created: step.Created * 1000,
        command: step.CreatedBy,
        comment: step.Comment,
        size: step.Size,
        empty: withLayer ? !withLayer.includes(step) : step.Size === 0,
      })),
      command: words(config.Cmd),
      entrypoint: words(config.Entrypoint),
      env: words(config.Env),
      labels: config.Labels ?? {},
      ports: Object.keys(config.ExposedPorts ?? {}),
      volumes: Object.keys(config.Volumes ?? {}),
      user: config.User ?? '',
      workingDir: config.WorkingDir ?? '',
      containers: users.get(image.Id) ?? [],
    }
  } catch (error) {
    throw engineError(error, id)
  }
}

/** Instructions that only change the config never make a layer (buildkit and the classic builder write them so). */
const NO_LAYER =
  /^(\/bin\/sh -c #\(nop\) +)?(CMD|ENTRYPOINT|ENV|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|ARG|ONBUILD|SHELL|MAINTAINER|WORKDIR)\b/

/** The steps that made the layers, bottom first; undefined where that cannot be told for sure. */
function pairSteps(steps: readonly HistoryStep[], layers: number): readonly HistoryStep[] | undefined {
  if (steps.length === layers) return steps
  const sized = steps.filter(({ Size }) => Size > 0)
  if (sized.length === layers) return sized
  const likely = steps.filter((step) => step.Size > 0 || !NO_LAYER.test(step.CreatedBy))
  return likely.length === layers ? likely : undefined
}

/** The id that has a name now; undefined when none has. */
export async function idOf(client: EngineClient, name: string): Promise<string | undefined> {
  try {
    return (await inspectImage(client, name)).Id
  } catch (error) {
    if (error instanceof AppError && error.code === 'image-missing') return undefined
    throw error
  }
}

function checkedName(name: string): { repo: string; tag: string } {
  const normal = normaliseName(name)
  if (normal === undefined || normal.includes('@')) throw new AppError('name-invalid', { name })
  const { repository, tag } = splitName(normal)
  return { repo: repository, tag }
}

async function setName({ docker }: EngineClient, id: string, name: string): Promise<void> {
  try {
    await docker.getImage(id).tag(checkedName(name))
  } catch (error) {
    throw engineError(error, id)
  }
}

/** The name itself, or the first of name-2, name-3 … that no other image has: a dated name is one of its minute only. */
async function freeName(client: EngineClient, wanted: string, owner: string): Promise<string> {
  const { repository, tag } = splitName(wanted)
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`
    const name = `${repository}:${tag.slice(0, 128 - suffix.length)}${suffix}`
    const has = await idOf(client, name)
    if (has === undefined || has === owner) return name
  }
}

/**
 * Gives an image a name. Whoever has it now keeps `keepAs` instead (`keptAs` tells the name really given, where another image has that one), before
 * the name moves, so that at no moment an image is without any. `added`: it had no such name before. @throws name-invalid,
 * image-missing
 */
export async function giveName(
  client: EngineClient,
  id: string,
  name: string,
  keepAs?: string,
): Promise<{ former: string | undefined; keptAs?: string; added?: boolean }> {
  checkedName(name)
  const former = await idOf(client, name)
  if (former === id) return { former }
  if (former === undefined || keepAs === undefined) {
    await setName(client, id, name)
    return { former }
  }
  checkedName(keepAs)
  const keptAs = await freeName(client, keepAs, former)
  const added = (await idOf(client, keptAs)) === undefined
  await setName(client, former, keptAs)
  try {
    await setName(client, id, name)
  } catch (error) {
    if (added) await client.docker.getImage(keptAs).remove({ noprune: true })
    throw error
  }
  return { former, keptAs, added }
}

/** As `giveName`, when the name still belongs to whom the person was shown (`''`: to nobody). @throws image-changed */
export async function tagImage(
  client: EngineClient,
  request: { id: string; name: string; keepAs?: string | undefined; expected: string },
): Promise<{ former: string | undefined; keptAs?: string }> {
  const { id, name, keepAs, expected } = request
  checkedName(name)
  if (((await idOf(client, name)) ?? '') !== expected) throw new AppError('image-changed', { name })
  const { former, keptAs } = await giveName(client, id, name, keepAs)
  return { former, ...(keptAs === undefined ? {} : { keptAs }) }
}

/** Takes a name away without removing the image. @throws image-changed when it was the last, or names another image */
export async function untagImage(client: EngineClient, id: string, name: string): Promise<void> {
  const image = await inspectImage(client, id)
  const owned = names(image.RepoTags)
  if (!owned.includes(name) || owned.length < 2) throw new AppError('image-changed', { name })
  try {
    await client.docker.getImage(name).remove({ noprune: true })
  } catch (error) {
    throw engineError(error, name)
  }
}

/** What removing images would do. Nothing is removed. */
export async function planRemoval(client: EngineClient, ids: readonly string[]): Promise<Removal> {
  try {
    const users = await usersByImage(client)
    const all = await client.docker.listImages({ all: true })
    const going = new Set(ids)
    const parents = new Set(
      all.filter((image) => image.ParentId !== '' && !going.has(image.Id)).map((image) => image.ParentId),
    )
    const images: Removal['images'] = []
    for (const id of ids) {
      const image = await inspectImage(client, id)
      const containers = (users.get(image.Id) ?? []).map(({ name }) => name)
      const outcome = outcomeOf(containers, parents.has(image.Id))
      images.push({ id, names: names(image.RepoTags), outcome, containers, size: image.Size })
    }
    const removed = images.filter(({ outcome }) => outcome === 'remove').map(({ id }) => id)
    return {
      images,
      ...(await spaceOf(client, removed)),
    }
  } catch (error) {
    throw engineError(error)
  }
}

function outcomeOf(containers: readonly string[], parent: boolean): Removal['images'][number]['outcome'] {
  if (containers.length > 0) return 'in-use'
  return parent ? 'parent' : 'remove'
}

/** Layers that only the images to remove have, by chain: exact on the classic store, where a chain is what is kept. */
async function spaceOf(client: EngineClient, removed: readonly string[]): Promise<{ space: number; exact: boolean }> {
  const going = new Set(removed)
  const kept = new Set<string>()
  // Not the intermediate images of the classic builder: they go with the last image built on them.
  for (const [id, diffIds] of await stacks(client, false)) {
    if (going.has(id)) continue
    for (const chain of chainKeys(diffIds)) kept.add(chain)
  }
  const sizes = new Map<string, number>()
  let exact = client.store === 'classic'
  for (const id of removed) {
    const details = await imageDetails(client, id)
    const keys = chainKeys(details.layers.map(({ diffId }) => diffId ?? ''))
    for (const [index, key] of keys.entries()) {
      const size = details.layers[index]?.size
      if (size === undefined) exact = false
      if (!kept.has(key)) sizes.set(key, size ?? 0)
    }
    if (details.layers.some(({ size }) => size === undefined)) sizes.set(id, details.size)
  }
  return { space: [...sizes.values()].reduce((sum, size) => sum + size, 0), exact }
}

function chainKeys(diffIds: readonly string[]): string[] {
  return diffIds.map((_, index) => diffIds.slice(0, index + 1).join(' '))
}

/**
 * Removes an image with all its names; what a container uses stays, names included. Name by name and never by force: a
 * container started this moment wins, and the names already taken are given back. @throws image-in-use, docker-refused
 */
export async function removeImage(client: EngineClient, id: string): Promise<void> {
  const users = (await usersByImage(client)).get(id) ?? []
  if (users.length > 0) throw new AppError('image-in-use', { containers: users.map(({ name }) => name).join(', ') })
  const owned = names((await inspectImage(client, id)).RepoTags)
  const taken: string[] = []
  try {
    for (const name of owned) {
      await client.docker.getImage(name).remove({})
      taken.push(name)
    }
    if (owned.length === 0) await client.docker.getImage(id).remove({})
  } catch (error) {
    for (const name of taken) await setName(client, id, name)
    throw engineError(error, id)
  }
}
