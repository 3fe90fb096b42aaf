import { AppError, asAppError, type ErrorData } from '../../shared/errors.ts'
import type { TagChange } from '../../shared/tag-plan.ts'
import type { RepositoryTags } from './repository-tags.ts'

/** What was done; of a failure, what could not be taken back. */
export interface Applied {
  readonly changes: readonly TagChange[]
  readonly error?: ErrorData
}

/** Taking back goes on when the window has been closed, but not for ever. In milliseconds. */
const UNDO_LIMIT = 60_000

/**
 * Changes tags one after the other. When one fails, those before it are taken back, last first; what cannot be (a registry
 * that removes no tag, an image that went) is told. `lost`: ids that lose their last name, as was agreed.
 */
export async function applyChanges(
  tags: RepositoryTags,
  changes: readonly TagChange[],
  lost: readonly string[],
  signal: AbortSignal,
): Promise<Applied> {
  const begun: TagChange[] = []
  try {
    for (const [index, change] of changes.entries()) {
      signal.throwIfAborted()
      begun.push(change)
      const last = change.from !== undefined && lost.includes(change.from) && isLast(changes, index)
      await make(tags, change, last, signal)
    }
    return { changes }
  } catch (error) {
    const left = await takeBack(tags, begun, AbortSignal.timeout(UNDO_LIMIT))
    const known = error instanceof Error && error.name === 'AbortError' ? new AppError('cancelled') : asAppError(error)
    return { changes: left, error: known.data }
  }
}

/** No later change takes a tag of the same image away. */
function isLast(changes: readonly TagChange[], index: number): boolean {
  return !changes.slice(index + 1).some(({ from }) => from === changes[index]?.from)
}

async function make(
  tags: RepositoryTags,
  { tag, from, to }: TagChange,
  last: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (to !== undefined) await tags.give(tag, to, from ?? '', signal)
  else if (from !== undefined) await tags.take(tag, from, last, signal)
}

/** Takes changes back as far as they were made; the last may have been, though it failed. */
async function takeBack(
  tags: RepositoryTags,
  begun: readonly TagChange[],
  signal: AbortSignal,
): Promise<readonly TagChange[]> {
  for (const { tag, from, to } of begun.toReversed()) {
    try {
      const now = await tags.holder(tag, signal)
      // What another program made of it meanwhile is not ours to take back.
      if (now === from || now !== to) continue
      await make(
        tags,
        { tag, ...(to === undefined ? {} : { from: to }), ...(from === undefined ? {} : { to: from }) },
        false,
        signal,
      )
    } catch {
      // What stays is told (`remaining`), with why it came to this.
    }
  }
  return await remaining(tags, begun, signal)
}

/** How tags that were to change differ now from what they were. Where nobody answers any more, all that was begun may. */
async function remaining(
  tags: RepositoryTags,
  begun: readonly TagChange[],
  signal: AbortSignal,
): Promise<readonly TagChange[]> {
  const left: TagChange[] = []
  for (const change of begun) {
    const { tag, from } = change
    const now = await tags.holder(tag, signal).then(
      (id) => ({ id }),
      () => undefined,
    )
    if (!now) left.push(change)
    else if (now.id !== from)
      left.push({ tag, ...(from === undefined ? {} : { from }), ...(now.id === undefined ? {} : { to: now.id }) })
  }
  return left
}
