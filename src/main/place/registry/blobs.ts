import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import type { Connection } from './connection.ts'
import { pulling, pushing } from './scopes.ts'

/** Whether a repository has a blob. */
export async function hasBlob(
  connection: Connection,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<boolean> {
  const path = connection.path(repository)
  const call = {
    to: `${path}/blobs/${digest}`,
    scopes: [pulling(path)],
    about: { ...connection.about(repository), blob: digest },
    signal,
  }
  const answer = await connection.ask({ ...call, method: 'HEAD', expect: [200, 404, 405] })
  if (answer.status !== 405) return answer.status === 200
  try {
    const reply = await connection.open({ ...call, method: 'GET', expect: [200, 206], headers: { range: 'bytes=0-0' } })
    reply.body.destroy()
    return true
  } catch (error) {
    if (error instanceof AppError && ['registry-blob-unknown', 'registry-name-unknown'].includes(error.code))
      return false
    throw error
  }
}

/**
 * Makes a blob of another repository of the same registry known in this one, without its bytes. False: the registry does
 * not do that, or not for these two; send it then.
 */
export async function mount(
  connection: Connection,
  repository: string,
  digest: Digest,
  from: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [path, source] = [connection.path(repository), connection.path(from)]
  const call = { scopes: [pushing(path), pulling(source)], about: connection.about(repository), signal }
  try {
    const answer = await connection.ask({
      ...call,
      method: 'POST',
      to: `${path}/blobs/uploads/?${new URLSearchParams({ mount: digest, from: source })}`,
      headers: { 'content-length': '0' },
      expect: [201, 202],
    })
    if (answer.status === 201) return true
    const location = answer.header('location')
    // 202: an ordinary upload was begun. Nobody will go on with it.
    if (location !== undefined) {
      const to = connection.resolve(location, answer.url)
      await connection.ask({ ...call, method: 'DELETE', to, expect: [200, 202, 204, 404], again: false })
    }
    return false
  } catch (error) {
    signal.throwIfAborted()
    // A refusal is about mounting, or about writing at all: sending the blob tells which.
    if (error instanceof AppError && !connection.passes(error)) return false
    throw error
  }
}
