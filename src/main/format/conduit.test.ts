import { describe, expect, it } from 'vitest'
import { gather, peek } from './bytes.ts'
import { ConduitClosed, conduit } from './conduit.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('a conduit', () => {
  it('hands chunks over one by one, and holds the writer until the reader asks for the next', async () => {
    const pipe = conduit()
    const seen: number[] = []
    const reading = (async () => {
      for await (const [value] of pipe.bytes) seen.push(value ?? -1)
    })()
    await pipe.write(bytes(1))
    await pipe.write(bytes(2))
    expect(seen).toEqual([1, 2])
    pipe.end()
    await reading
  })

  it('tells the writer when the reader left, even one that never began', async () => {
    const pipe = conduit()
    const written = pipe.write(bytes(1))
    await pipe.bytes[Symbol.asyncIterator]().return?.()
    await expect(written).rejects.toBeInstanceOf(ConduitClosed)
    await expect(pipe.write(bytes(2))).rejects.toBeInstanceOf(ConduitClosed)
  })

  it('tells the reader why the writer failed, and lets go of a waiting writer', async () => {
    const pipe = conduit()
    const written = pipe.write(bytes(1))
    const failure = new Error('broken')
    pipe.fail(failure)
    await expect(written).rejects.toBeInstanceOf(ConduitClosed)
    await expect(pipe.bytes[Symbol.asyncIterator]().next()).rejects.toBe(failure)
  })
})

describe('streams of bytes', () => {
  async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
    let value = 0
    for (const size of sizes) yield Uint8Array.from({ length: size }, () => value++ % 256)
  }
  const whole = async (from: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(from))

  it('are gathered to larger chunks without a byte lost or turned', async () => {
    const gathered = await Array.fromAsync(gather(chunks(1, 2, 300, 0, 5, 1000), 256))
    expect(gathered.map(({ length }) => length)).toEqual([256, 256, 256, 256, 256, 28])
    expect(Buffer.concat(gathered).equals(await whole(chunks(1308)))).toBe(true)
  })

  it('stay whole when their head was looked at', async () => {
    const { head, whole: rest } = await peek(chunks(3, 4))
    expect([...head]).toEqual([0, 1, 2])
    expect([...(await whole(rest))]).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect((await peek(chunks())).head).toHaveLength(0)
  })
})
