import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Bytes } from '../../place/place.ts'
import { join, type Segment, segments } from './bzip2-segments.ts'

async function* chunked(bytes: Uint8Array, size: number): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('finds every block and end, wherever chunks are cut', async () => {
  const packed = spawnSync('bzip2', ['-1c'], { input: randomBytes(450_000), maxBuffer: 2 ** 30 }).stdout
  for (const size of [1, 7, 4096, packed.length]) {
    const found = await Array.fromAsync(segments(chunked(packed, size)))
    expect(found.map(({ type, last }) => ({ type, last }))).toEqual([
      ...Array.from({ length: 5 }, () => ({ type: 'block', last: false })),
      { type: 'end', last: true },
    ])
    expect(found.reduce((sum, { bits }) => sum + bits, 32)).toBe(packed.length * 8)
  }
})

test('joins what was cut, at a byte edge and inside a byte', () => {
  const whole = Uint8Array.of(0xab, 0xcd, 0xef)
  const piece = (from: number, to: number): Segment => ({
    type: 'block',
    bytes: whole.slice(from >> 3, Math.ceil(to / 8)),
    from: from & 7,
    bits: to - from,
    last: to === 24,
  })
  for (const at of [8, 11, 16]) {
    const joined = join(piece(3, at), piece(at, 24))
    expect(joined).toMatchObject({ from: 3, bits: 21, last: true })
    expect([...joined.bytes]).toEqual([...whole])
  }
})
