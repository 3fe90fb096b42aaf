import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSha256 } from './hash.ts'

test('gives what sha256sum gives, whatever the chunks', async () => {
  const bytes = randomBytes(3_000_001)
  const [want] = execFileSync('sha256sum', { input: bytes, encoding: 'utf8' }).split(' ')
  for (const size of [4096, 1_000_000, bytes.length]) {
    const sha = createSha256()
    for (let at = 0; at < bytes.length; at += size) await sha.update(bytes.subarray(at, at + size))
    expect(await sha.digest()).toBe(`sha256:${want}`)
  }
})

test('knows the digest of nothing', async () => {
  expect(await createSha256().digest()).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})
