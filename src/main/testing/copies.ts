import { type Copied, type CopyEvent, copy, type Wish } from '../copy/copy.ts'
import { openArchive } from '../place/archive/open.ts'
import { archiveSink, type SaveTarget } from '../place/archive/sink.ts'
import { archiveSource } from '../place/archive/source.ts'
import { connect, type EngineClient } from '../place/engine/client.ts'
import { engineSink } from '../place/engine/sink.ts'
import { engineSource, readImage } from '../place/engine/source.ts'
import type { Engine } from './engine.ts'

/** Whole copies in one call, as tests want them: through the real places and the one copy loop. */

export interface Watching {
  readonly signal?: AbortSignal
  readonly report?: (event: CopyEvent) => void
}

const NEVER = new AbortController().signal
const PLAIN: SaveTarget = { method: 'none', level: 'normal' }

export async function clientOf(engine: Pick<Engine, 'host'>): Promise<EngineClient> {
  return await connect({ id: 'test', kind: 'default', name: '', current: true, host: engine.host })
}

/** All images of a file into an engine, under their own names. */
export async function load(
  path: string,
  client: EngineClient,
  { signal = NEVER, report = () => undefined }: Watching = {},
): Promise<Copied> {
  const archive = await openArchive(path, signal)
  const wishes = archive.contents.images.map(
    ({ image }): Wish => ({ image, names: image.names.map((name) => ({ name })) }),
  )
  return await copy(archiveSource(archive), wishes, engineSink(client), signal, report)
}

/** Images of an engine into a file, each under the name it is called by here. */
export async function save(
  client: EngineClient,
  names: readonly string[],
  path: string,
  { signal = NEVER, report = () => undefined, target = PLAIN }: Watching & { readonly target?: SaveTarget } = {},
): Promise<Copied> {
  const wishes = await Promise.all(
    names.map(async (name): Promise<Wish> => ({ image: await readImage(client, name), names: [{ name }] })),
  )
  return await copy(engineSource(client), wishes, archiveSink(path, target), signal, report)
}

/** How many moments a copy has: each of its reports is one. */
export async function momentsOf(run: (watching: Watching) => Promise<unknown>): Promise<number> {
  let moments = 0
  await run({ report: () => (moments += 1) })
  return moments
}

/** Cancels a copy at `points` of its moments, from the first to the last, and calls `after` with how each try ended. */
export async function cancelAtEach(
  points: number,
  moments: number,
  run: (watching: Watching) => Promise<unknown>,
  after: (outcome: unknown, moment: string) => void,
): Promise<void> {
  for (let point = 0; point < points; point++) {
    const abort = new AbortController()
    const at = Math.floor((point * moments) / points)
    let seen = 0
    const report = (): void => {
      if (seen++ === at) abort.abort()
    }
    const outcome = await run({ signal: abort.signal, report }).catch((error: unknown) => error)
    after(outcome, `moment ${at} of ${moments}`)
  }
}
