import { describe, expect, it } from 'vitest'
import { digestOf } from '../../format/digest.ts'
import { seededBytes } from '../../testing/content.ts'
import { Window } from './window.ts'

const SIZE = 10_000
const KEEP = 2000

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 7 + 3) % 611)
    yield bytes.subarray(at, at + step)
}

describe('the part of a stream that can be read again', () => {
  it('is all that was asked for, wherever one goes on', async () => {
    const bytes = await seededBytes('window', SIZE)
    const window = new Window(inPieces(bytes), KEEP, true)
    let at = 0
    for (let round = 0; round < 7; round += 1) {
      for await (const piece of window.from(at)) {
        expect(bytes.subarray(at, at + piece.length).equals(piece)).toBe(true)
        at += piece.length
        if (at > (round + 1) * 1400) break
      }
      expect(window.end - window.start).toBeLessThan(KEEP + 3 * 611)
      at = Math.max(window.start, at - 1500)
      const again = Buffer.concat([...window.pieces(at, window.end)])
      expect(again.equals(bytes.subarray(at, window.end))).toBe(true)
    }
    const rest = Buffer.concat(await Array.fromAsync(window.from(at)))
    expect(rest.equals(bytes.subarray(at))).toBe(true)
    expect(window.ended).toBe(true)
    expect(await window.digest()).toBe(digestOf(bytes))
  })

  it('takes no more from its source than is asked for', async () => {
    let taken = 0
    async function* source(): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken += 100
        yield Buffer.alloc(100)
      }
    }
    const window = new Window(source(), KEEP, false)
    await Promise.all([window.fill(250), window.fill(150), window.fill(1)])
    expect(taken).toBe(300)
    await window.close()
  })

  it('is left to the newer of two readers', async () => {
    const window = new Window(inPieces(await seededBytes('two', SIZE)), SIZE, false)
    const older = window.from(0)
    await older.next()
    const newer = window.from(0)
    await newer.next()
    expect((await older.next()).done).toBe(true)
    expect((await newer.next()).done).toBe(false)
  })

  it('remembers what its source threw', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10)
      throw new Error('broken')
    }
    const window = new Window(source(), KEEP, false)
    await expect(window.fill(11)).rejects.toThrow('broken')
    await expect(window.fill(11)).rejects.toThrow('broken')
    expect(() => window.throwIfFailed()).toThrow('broken')
    expect(window.end).toBe(10)
  })
})
