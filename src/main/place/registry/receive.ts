import { randomUUID } from 'node:crypto'
import { AppError, asAppError } from '../../../shared/errors.ts'
import { type Digest, familiar } from '../../../shared/reference.ts'
import { delay } from '../../feed.ts'
import { digestOf } from '../../format/digest.ts'
import { diffIds, documentKind, formOfType, MAX_DOCUMENT, parseConfig, parseManifest } from '../../format/documents.ts'
import type { CompleteImage, Give, Image, Landing, PlaceEvent, SignIn, Stored, Wish } from '../place.ts'
import type { Repository } from './source.ts'
import { untag, untagging } from './untag.ts'

/**
 * Images that their source puts into a repository by itself, under tags of the moment. What came is looked at, and the tags
 * are gone again before anything gets a name; where a tag cannot be taken away none is given.
 */

/** Milliseconds for taking tags away: the copy may have been cancelled, this is not. */
const TIDY_WITHIN = 120_000
/** Who was told to stop may still end what it was at: looked at again so often, after so many milliseconds. */
const LOOKS = 3
const PAUSE = 400

/** An image that came, with the documents it has there, and the layers that were there before. */
export interface Received {
  readonly complete: CompleteImage
  readonly there: ReadonlySet<Digest>
}

async function blob({ client, path }: Repository, digest: Digest, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of client.blob(path, { digest }, signal)) {
    size += chunk.length
    if (size > MAX_DOCUMENT) throw new AppError('archive-too-large', { path: digest })
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** What is under a tag, if it is this image and nothing beside it. */
async function lookAt(
  repository: Repository,
  { image, names }: Wish,
  tag: string,
  expected: Digest,
  signal: AbortSignal,
): Promise<CompleteImage | undefined> {
  const { bytes: manifest, digest } = await repository.client.manifest(repository.path, tag, signal)
  // A whole index would bring more than was asked for.
  if (digest !== expected || documentKind(manifest, digest) !== 'manifest') return undefined
  const { config: about, layers } = parseManifest(manifest, digest)
  const config = await blob(repository, about.digest, signal)
  const own = diffIds(parseConfig(config, digest))
  const same = own.length === layers.length && own.join() === image.layers.map(({ diffId }) => diffId).join()
  // An engine calls an image by its config, or by its manifest.
  if (digestOf(config) !== about.digest || ![about.digest, digest].includes(image.id) || !same) return undefined
  const held = layers.map(
    (layer, index): Stored => ({
      diffId: own[index] ?? layer.digest,
      form: formOfType(layer.mediaType),
      digest: layer.digest,
      size: layer.size,
    }),
  )
  return { type: 'image', image, names, documents: { config, manifest }, layers: held, came: held.map(() => undefined) }
}

/** Takes the tags away; one that may still be on its way is waited for. @throws names-left */
async function tidy(repository: Repository, tags: readonly string[], looks: number, cause?: unknown): Promise<void> {
  const { client, host, path } = repository
  const signal = AbortSignal.timeout(TIDY_WITHIN)
  const left = new Set(tags)
  let reason = cause
  for (let look = 0; look < looks; look++) {
    if (look > 0) await delay(PAUSE, signal)
    for (const tag of tags) {
      await untag(client, path, tag, signal).then(
        () => left.delete(tag),
        (error: unknown) => {
          left.add(tag)
          reason ??= error
        },
      )
    }
  }
  if (left.size === 0) return
  const { code, raw } = asAppError(reason)
  const names = [...left].map((tag) => familiar({ domain: host, path, tag })).join(', ')
  throw new AppError(
    'names-left',
    { place: host, names },
    { cause: reason, raw: [code, raw].filter(Boolean).join(' ') },
  )
}

/** Whether the repository lets go of a tag; one that refuses to say so will refuse to do it. */
async function letsGo({ client, path }: Repository, signal: AbortSignal): Promise<boolean> {
  return await untagging(client, path, signal).then(
    (way) => way !== 'none',
    (error: unknown) => {
      signal.throwIfAborted()
      if (error instanceof AppError) return false
      throw error
    },
  )
}

function isPlain({ parts, kind, layers }: Image): boolean {
  return !parts && !kind && layers.every(({ diffId }) => diffId !== undefined)
}

/** All of them, or none; undefined where the source could not. Nothing stays under a tag of ours. @throws names-left */
export async function landed(
  repository: Repository,
  wishes: readonly Wish[],
  give: Give,
  signIn: SignIn | undefined,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<readonly Received[] | undefined> {
  const { host, path } = repository
  if (!wishes.every(({ image }) => isPlain(image)) || !(await letsGo(repository, signal))) return undefined
  const tags: string[] = []
  const received: Received[] = []
  try {
    for (const wish of wishes) {
      const landing: Landing = { host, path, tag: `caboteur-${randomUUID()}`, ...(signIn ? { signIn } : {}) }
      tags.push(landing.tag)
      const came = await give(wish.image, landing, signal, report)
      const complete = came && (await lookAt(repository, wish, landing.tag, came.digest, signal))
      if (!complete) break
      received.push({ complete, there: came.there })
    }
  } catch (error) {
    await tidy(repository, tags, LOOKS, error)
    signal.throwIfAborted()
    // Nothing under that tag, or not to be read: it came elsewhere, or not at all.
    if (error instanceof AppError && error.code.startsWith('registry-')) return undefined
    throw error
  }
  const whole = received.length === wishes.length
  await tidy(repository, tags, whole ? 1 : LOOKS)
  signal.throwIfAborted()
  return whole ? received : undefined
}

/** Bytes that moved and bytes that were there, as the registry keeps them; a layer of several images once. */
export function weighed(received: readonly Received[]): { moved: number; skipped: number } {
  const layers = new Map<Digest, { readonly size: number; readonly there: boolean }>()
  for (const { complete, there } of received) {
    for (const layer of complete.layers) {
      if (layer && !layers.has(layer.digest))
        layers.set(layer.digest, { size: layer.size, there: there.has(layer.diffId) })
    }
  }
  const sum = (was: boolean): number =>
    [...layers.values()].reduce((all, { size, there }) => all + (there === was ? size : 0), 0)
  return { moved: sum(false), skipped: sum(true) }
}
