import type { Readable } from 'node:stream'
import { type Digest, familiarRepository, isDigest } from '../../../shared/reference.ts'
import { isLoopbackHost } from '../../files.ts'
import type { Image, Landed, Landing, PlaceEvent, SignIn } from '../place.ts'
import { type EngineClient, engineError, messages, refusal } from './client.ts'
import { inspectImage } from './images.ts'

/**
 * An engine on another computer that pushes by itself what goes to a registry it can reach: through this computer the bytes
 * would cross the line twice. Under a tag of the moment, which it does not keep; whatever goes wrong, the ordinary copy does it.
 */

/** An engine that has not begun within this does not reach the registry, in milliseconds. */
const FIRST_LAYER = 15_000

/** One that is near would only do in its own way what our client does as well; Podman's way was never tried. */
export function mayPush({ way, podman }: EngineClient): boolean {
  return way !== 'near' && !podman
}

/** The header docker sends (moby, registry.AuthConfig); empty for nobody, but never left out. */
function headerOf(signIn: SignIn | undefined): Record<string, string> {
  switch (signIn?.type) {
    case 'password':
      return { username: signIn.username, password: signIn.password }
    case 'identity-token':
      return { identitytoken: signIn.token }
    case 'bearer':
      return { registrytoken: signIn.token }
    case undefined:
      return {}
  }
}

const THERE = /^(?:Layer already exists|Mounted from )/

/** Follows a push's progress; layers are told by the beginnings of their diffIds. */
class Progress {
  readonly #ids: ReadonlyMap<string, Digest>
  readonly #there = new Set<Digest>()
  /** Bytes as the engine counts them: unpacked. */
  readonly #bytes = new Map<string, { done: number; total: number }>()
  readonly #report: (event: PlaceEvent) => void
  #digest: Digest | undefined

  constructor({ layers }: Image, report: (event: PlaceEvent) => void) {
    this.#report = report
    this.#ids = new Map(layers.flatMap(({ diffId }) => (diffId ? [[diffId.slice(7, 19), diffId] as const] : [])))
  }

  take({ status, id, progressDetail, aux }: Record<string, unknown>): void {
    const digest: unknown = typeof aux === 'object' && aux !== null ? Reflect.get(aux, 'Digest') : undefined
    if (isDigest(digest)) this.#digest = digest
    const diffId = typeof id === 'string' ? this.#ids.get(id) : undefined
    if (diffId === undefined || typeof id !== 'string' || typeof status !== 'string') return
    if (THERE.test(status)) this.#there.add(diffId)
    const { current, total } = (progressDetail ?? {}) as { current?: number; total?: number }
    if (status !== 'Pushing' || current === undefined) return
    this.#bytes.set(id, { done: current, total: Math.max(total ?? 0, current) })
    const all = [...this.#bytes.values()]
    this.#report({
      type: 'storing',
      done: all.reduce((sum, one) => sum + one.done, 0),
      total: all.reduce((sum, one) => sum + one.total, 0),
    })
  }

  get landed(): Landed | undefined {
    return this.#digest && { digest: this.#digest, there: this.#there }
  }
}

async function push(
  client: EngineClient,
  image: Image,
  { host, path, tag, signIn }: Landing,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<Landed | undefined> {
  const repository = familiarRepository({ domain: host, path })
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), FIRST_LAYER)
  const progress = new Progress(image, report)
  try {
    const stream = (await client.docker.getImage(repository).push({
      tag,
      authconfig: headerOf(signIn),
      abortSignal: AbortSignal.any([signal, patience.signal]),
    })) as Readable
    for await (const message of messages(stream as AsyncIterable<Uint8Array>)) {
      // Its first words come before it has asked anybody.
      if (message['id'] !== undefined || message['aux'] !== undefined) clearTimeout(timer)
      const { error } = message
      if (typeof error === 'string') throw refusal(error)
      progress.take(message)
    }
    return progress.landed
  } finally {
    clearTimeout(timer)
  }
}

/** See `Give`. @throws docker-lost */
export async function pushItself(
  client: EngineClient,
  image: Image,
  landing: Landing,
  signal: AbortSignal,
  report: (event: PlaceEvent) => void,
): Promise<Landed | undefined> {
  const { host, path, tag, signIn } = landing
  // What is this computer to us is another to an engine elsewhere.
  if (isLoopbackHost(host) || image.parts || image.kind) return undefined
  // Nobody on the way is to hear a password, whatever the person allowed the engine.
  if (signIn && client.way === 'open') return undefined
  // Taking the only name of an image away would remove it.
  if (((await inspectImage(client, image.id)).RepoTags ?? []).length === 0) return undefined
  const repo = familiarRepository({ domain: host, path })
  try {
    await client.docker.getImage(image.id).tag({ repo, tag })
    return await push(client, image, landing, signal, report)
  } catch (error) {
    signal.throwIfAborted()
    // It does not reach the registry, or not as we do: no harm is done.
    const known = engineError(error)
    if (known.code === 'docker-lost') throw known
    return undefined
  } finally {
    // Not there where tagging failed; an engine that went away meanwhile cannot be asked.
    await client.docker
      .getImage(`${repo}:${tag}`)
      .remove({ noprune: true })
      .catch(() => undefined)
  }
}
