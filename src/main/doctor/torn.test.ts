import { describe, expect, it } from 'vitest'
import { disposable, release } from '../format/bytes.ts'
import { type Gap, seek, TornReader } from './torn.ts'

const never = new AbortController().signal

async function* torn(...pieces: readonly (string | Gap)[]): AsyncGenerator<Uint8Array | Gap> {
  for (const piece of pieces) yield typeof piece === 'string' ? disposable(Uint8Array.from(Buffer.from(piece))) : piece
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

describe('torn bytes', () => {
  it('are given to a gap, and behind it', async () => {
    const reader = new TornReader(torn('ab', 'cd', { gap: 10 }, 'ef', { gap: undefined }, 'g'))
    expect(text(await reader.take(100))).toBe('abcd')
    expect([await reader.atGap(), reader.position]).toEqual([true, 4])
    expect(reader.passGap(3)).toBe(3)
    expect([await reader.atGap(), reader.passGap(), reader.position]).toEqual([true, 7, 14])
    expect(text(await reader.take(2))).toBe('ef')
    expect((await reader.take(1)).length).toBe(0)
    expect(reader.passGap()).toBeUndefined()
    expect(text(await reader.take(9))).toBe('g')
    expect([await reader.atGap(), await reader.atEnd()]).toEqual([false, true])
  })

  it('can be read again, whoever gave them back meanwhile', async () => {
    const reader = new TornReader(torn('abc', 'def', 'ghi'))
    await reader.take(3)
    reader.forget()
    for (let read = 0; read < 6; read += 3) release(await reader.some(3))
    reader.rewind()
    expect([reader.position, text(await reader.take(6))]).toEqual([3, 'defghi'])
    reader.unread(Buffer.from('hi'))
    expect(text(await reader.take(9))).toBe('hi')
  })

  it('are looked through across chunks, never across a gap', async () => {
    const find = (window: Buffer): { at: number } | undefined => {
      const at = window.indexOf('MARK')
      return at < 0 ? undefined : { at }
    }
    const reader = new TornReader(torn('xxMA', { gap: 1 }, 'RK', 'yM', 'A', 'RKz', 'end'))
    expect(await seek(reader, 4, find, never)).toBeDefined()
    expect([reader.position, text(await reader.take(5))]).toEqual([8, 'MARKz'])
    expect(await seek(reader, 4, find, never)).toBeUndefined()
    expect(await reader.atEnd()).toBe(true)
  })
})
