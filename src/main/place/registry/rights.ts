import type { Connection } from './connection.ts'
import { pushing } from './scopes.ts'

/** Begins an upload and gives it up at once; what a registry keeps of that is nothing anybody sees. @throws registry-… as a push would be refused */
export async function tryUpload(connection: Connection, repository: string, signal: AbortSignal): Promise<void> {
  const path = connection.path(repository)
  const call = { scopes: [pushing(path)], about: connection.about(repository), again: false, signal } as const
  const answer = await connection.ask({
    ...call,
    method: 'POST',
    to: `${path}/blobs/uploads/`,
    headers: { 'content-length': '0' },
    expect: [202],
  })
  const location = answer.header('location')
  if (location === undefined) return
  const to = connection.resolve(location, answer.url)
  // Several do not know how to give up: it ends by itself then.

  await connection.ask({ ...call, method: 'DELETE', to, expect: [200, 202, 204] }).catch(() => undefined)
}
