import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { seededBytes } from '../testing/content.ts'
import { disposable, gather, release } from './bytes.ts'
import { pack, unpack } from './compression.ts'

describe('a chunk that is given back', () => {
  it('is gone where its maker allowed that', () => {
    const chunk = disposable(new Uint8Array(8))
    release(chunk)
    expect(chunk.length).toBe(0)
  })

  it('stays where its maker did not, or keeps a part of it', () => {
    const kept = new Uint8Array(8)
    release(kept)
    expect(kept.length).toBe(8)
    const whole = disposable(new Uint8Array(8))
    release(whole.subarray(0, 4))
    release(whole.subarray(4))
    expect(whole.length).toBe(8)
  })
})

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

/** Chunks that may be given back. `taken`: each is, by somebody who passes it on, once the next is asked for. */
async function* chunks(bytes: Uint8Array, size: number, taken: boolean): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = disposable(Uint8Array.from(bytes.subarray(at, at + size)))
    yield chunk
    if (taken) release(chunk)
  }
}

describe('chunks that may be given back', async () => {
  const noise = await seededBytes('noise', 700_000)
  const text = await seededBytes('text', 3_000_000, 'text')
  const plain = Buffer.concat([noise, text, noise.subarray(0, 9)])
  const sizes = [1000, 65_536, 1 << 20, plain.length]

  it('are gathered as they were', async () => {
    for (const size of sizes)
      expect((await all(gather(chunks(plain, size, true), 1 << 18))).equals(plain), `${size}`).toBe(true)
  })

  it.each(['gzip', 'zstd', 'bzip2'] as const)(
    'are packed with %s, and unpacked: nobody looks at one once the next is asked for',
    async (method) => {
      for (const size of sizes) {
        const packed = await all(pack(chunks(plain, size, false), method, 'fast'))
        expect((await all(unpack(chunks(packed, size, true), method))).equals(plain), `${size}`).toBe(true)
      }
    },
  )

  it('are unpacked across frames that others cut', async () => {
    const frames = Buffer.concat([plain.subarray(0, 1000), plain.subarray(1000)].map((part) => zstdCompressSync(part)))
    expect((await all(unpack(chunks(frames, 777, true), 'zstd'))).equals(plain)).toBe(true)
  })
})
