import type { Readable } from 'node:stream'
import { AppError } from '../../../shared/errors.ts'
import { type Digest, familiarRepository } from '../../../shared/reference.ts'
import { isLoopbackHost } from '../../files.ts'
import { digestOf } from '../../format/digest.ts'
import type { Image, Origin, PlaceEvent, Taken, Wish } from '../place.ts'
import { type EngineClient, engineError, messages } from './client.ts'
import { idOf, inspectImage } from './images.ts'
import { nameAll } from './naming.ts'

/**
 * An engine that fetches by itself what stands in a registry it can reach: the bytes take the short way, and the digest
 * stays known there. Only without a sign-in, so that nobody's credentials go to an engine; whatever goes wrong before a
 * name has moved, the ordinary copy does it instead.
 */

/** An engine that has heard nothing of the registry within this does not reach it, in milliseconds. */
const FIRST_WORD = 8000

interface Fetched {
  readonly id: Digest
  /** What the engine calls it until it has its names. */
  readonly reference: string
  readonly moved: number
  readonly skipped: number
}

/** Follows a pull's progress; the short ids in it are the beginnings of blob digests (Docker) or diffIds. */
class Progress {
  readonly #sizes: ReadonlyMap<string, number>
  readonly #bytes = new Map<string, { done: number; total: number }>()
  readonly #there = new Set<string>()
  readonly #report: (event: PlaceEvent) => void

  constructor(image: Image, report: (event: PlaceEvent) => void) {
    this.#report = report
    this.#sizes = new Map(
      image.layers.flatMap(({ stored }) => (stored ? [[stored.digest.slice(7, 19), stored.size] as const] : [])),
    )
  }

  take({ status, id, progressDetail }: Record<string, unknown>): void {
    if (typeof id !== 'string' || !this.#sizes.has(id)) return
    if (status === 'Already exists') this.#there.add(id)
    if (status !== 'Downloading' || typeof progressDetail !== 'object' || progressDetail === null) return
    const { current, total } = progressDetail as { current?: number; total?: number }
    this.#bytes.set(id, { done: current ?? 0, total: total ?? this.#sizes.get(id) ?? 0 })
    const all = [...this.#bytes.values()]
    this.#report({
      type: 'storing',
      done: all.reduce((sum, one) => sum + one.done, 0),
      total: all.reduce((sum, one) => sum + one.total, 0),
    })
  }

  get moved(): { moved: number; skipped: number } {
    let moved = 0
    let skipped = 0
    for (const [id, size] of this.#sizes) {
      if (this.#there.has(id)) skipped += size
      else moved += size
    }
    return { moved, skipped }
  }
}

async function pull(
  client: EngineClient,
  reference: string,
  image: Image,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<Fetched> {
  const [fromImage = '', tag = ''] = reference.split('@')
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), FIRST_WORD)
  const progress = new Progress(image, report)
  try {
    const request = { fromImage, tag, abortSignal: AbortSignal.any([signal, patience.signal]) }
    const stream = (await client.docker.createImage(request)) as Readable
    for await (const message of messages(stream as AsyncIterable<Uint8Array>)) {
      clearTimeout(timer)
      const { error } = message
      if (typeof error === 'string') throw new AppError('docker-refused', { reason: error }, { raw: error })
      progress.take(message)
    }
  } finally {
    clearTimeout(timer)
  }
  const came = await inspectImage(client, reference)
  const layers = came.RootFS.Layers ?? []
  if (layers.join() !== image.layers.map(({ diffId }) => diffId).join())
    throw new AppError('digest-mismatch', { file: reference })
  return { id: came.Id as Digest, reference, ...progress.moved }
}

async function forget(client: EngineClient, reference: string): Promise<void> {
  // Not there, or in use by now: then it is somebody else's.
  await client.docker
    .getImage(reference)
    .remove({ noprune: false })
    .catch(() => undefined)
}

/** Whether an engine can be asked to fetch these: whole images with a digest, none of them there yet. */
async function mayFetch(client: EngineClient, { host }: Origin, wishes: readonly Wish[]): Promise<boolean> {
  if (client.podman) return false
  // What is this computer to us is another to an engine elsewhere.
  if (client.root === '' && isLoopbackHost(host)) return false
  for (const { image } of wishes) {
    if (image.parts || image.kind || !image.digest || !image.config) return false
    if (image.platform.os !== client.platform.os) return false
    const id = client.store === 'classic' ? digestOf(image.config) : image.digest
    if ((await idOf(client, id)) !== undefined) return false
  }
  return true
}

/** All of them, or none; undefined when the engine could not. */
async function fetchAll(
  client: EngineClient,
  { host, path }: Origin,
  wishes: readonly Wish[],
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<readonly Fetched[] | undefined> {
  const repository = familiarRepository({ domain: host, path })
  const fetched: Fetched[] = []
  try {
    for (const { image } of wishes)
      fetched.push(await pull(client, `${repository}@${image.digest}`, image, signal, report))
    signal.throwIfAborted()
    return fetched
  } catch (error) {
    // The one that failed may have come, and not be what was wanted.
    for (const { image } of wishes) await forget(client, `${repository}@${image.digest}`)
    signal.throwIfAborted()
    // It does not reach the registry, or not as we do: no harm is done.
    if (engineError(error).code === 'docker-lost') throw engineError(error)
    return undefined
  }
}

/** Has the engine fetch the images itself and gives them their names; undefined when the ordinary copy is to do it. */
export async function fetchItself(
  client: EngineClient,
  origin: Origin,
  wishes: readonly Wish[],
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<Taken | undefined> {
  const fetched = (await mayFetch(client, origin, wishes)) && (await fetchAll(client, origin, wishes, signal, report))
  if (!fetched) return undefined
  const arrived = fetched.map(({ id }, index) => ({ id, names: wishes[index]?.names ?? [] }))
  // None of them was there before: `mayFetch` has asked.
  const done = await nameAll(client, arrived, new Set()).catch(async (error: unknown) => {
    for (const { reference } of fetched) await forget(client, reference)
    throw error
  })
  const sum = (of: 'moved' | 'skipped'): number => fetched.reduce((all, one) => all + one[of], 0)
  return { ...done, moved: sum('moved'), skipped: sum('skipped') }
}
