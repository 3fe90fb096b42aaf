import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../place/place.ts'
import { pack, type Sniffed, sniff, unpack } from './compression.ts'

const MIB = 2 ** 20
const METHODS = ['gzip', 'zstd', 'bzip2', 'xz'] as const
const PACKED = ['gzip', 'zstd', 'bzip2'] as const
type Method = (typeof METHODS)[number]

/** Runs a system tool over bytes. */
function tool(command: string, args: readonly string[], input: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.toString()}`)
  return stdout
}

async function* chunked(bytes: Uint8Array, size = 65_536): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(bytes: Bytes): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Never prints megabytes when it fails. */
function expectSame(actual: Uint8Array, wanted: Uint8Array): void {
  expect(actual.length).toBe(wanted.length)
  expect(Buffer.compare(actual, wanted)).toBe(0)
}

/** Text that compresses about three to one, the same every time. */
function prose(size: number): Buffer {
  const words = Array.from({ length: 997 }, (_, index) =>
    createHash('md5')
      .update(`${index}`)
      .digest('hex')
      .slice(0, 3 + (index % 9)),
  )
  const lines: string[] = []
  let state = 1
  for (let length = 0; length < size; ) {
    state = (state * 48_271) % 2_147_483_647
    const word = words[state % words.length] ?? ''
    lines.push(word)
    length += word.length + 1
  }
  return Buffer.from(`${lines.join(' ')} `).subarray(0, size)
}

const text = prose(5 * MIB + 12_345)

function samples(sizes: readonly number[]): { name: string; bytes: Buffer }[] {
  return sizes.flatMap((size) => [
    { name: `${size} random`, bytes: randomBytes(size) },
    { name: `${size} zeros`, bytes: Buffer.alloc(size) },
    { name: `${size} text`, bytes: text.subarray(0, size) },
  ])
}

const SIZES = [0, 1, 1000, 878 * 1024, 878 * 1024 + 1, MIB - 1, MIB, MIB + 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1]

describe('pack', () => {
  for (const method of PACKED) {
    test(`${method}: its own tool and unpack() read it`, async () => {
      for (const { name, bytes } of samples(SIZES)) {
        const packed = await collect(pack(chunked(bytes), method, 'fast'))
        expect(sniff(packed), name).toBe(method)
        expectSame(tool(method, ['-dc'], packed), bytes)
        expectSame(await collect(unpack(chunked(packed), method)), bytes)
      }
    })

    test(`${method}: the bytes depend on content and level only`, async () => {
      const bytes = Buffer.concat([text, randomBytes(MIB), text])
      for (const level of ['fast', 'normal'] as const) {
        const once = await collect(pack(chunked(bytes), method, level, { jobs: 1 }))
        expectSame(await collect(pack(chunked(bytes, 8 * MIB), method, level, { jobs: 7 })), once)
        expectSame(await collect(pack(chunked(bytes, 999), method, level)), once)
      }
    })

    test(`${method}: one byte at a time`, async () => {
      const bytes = text.subarray(0, 20_000)
      const packed = await collect(pack(chunked(bytes, 1), method, 'small'))
      expectSame(await collect(unpack(chunked(packed, 1), method)), bytes)
    })

    test(`${method}: small is smaller than fast, or the same`, async () => {
      const [fast, small] = await Promise.all(
        (['fast', 'small'] as const).map((level) => collect(pack(chunked(text), method, level))),
      )
      expect(small?.length).toBeLessThanOrEqual(fast?.length ?? 0)
      expectSame(tool(method, ['-dc'], small ?? Buffer.alloc(0)), text)
    })
  }

  test('pigz reads our gzip', async () => {
    expectSame(tool('pigz', ['-dc'], await collect(pack(chunked(text), 'gzip', 'normal'))), text)
  })

  test('none passes the bytes on', async () => {
    expectSame(await collect(pack(chunked(text), 'none', 'small')), text)
    expectSame(await collect(unpack(chunked(text), 'none')), text)
  })
})

const TOOLS: readonly (readonly [Method, string, readonly string[]])[] = [
  ['gzip', 'gzip', ['-c']],
  ['gzip', 'pigz', ['-c']],
  ['gzip', 'pigz', ['-ic', '-b', '128']],
  ['zstd', 'zstd', ['-c']],
  ['zstd', 'zstd', ['-c', '-T0', '--no-check']],
  ['zstd', 'zstd', ['-c', '--long=27']],
  ['zstd', 'pzstd', ['-c', '-p', '3']],
  ['bzip2', 'bzip2', ['-c']],
  ['bzip2', 'bzip2', ['-1c']],
  ['xz', 'xz', ['-c']],
  ['xz', 'xz', ['-c', '-T2', '--block-size=1MiB']],
  ['xz', 'xz', ['-0c', '--check=none']],
  ['xz', 'xz', ['-9c', '--check=crc32']],
]

describe('unpack reads what the tools write', () => {
  for (const [method, command, args] of TOOLS) {
    test(`${command} ${args.join(' ')}`, async () => {
      for (const { name, bytes } of samples([0, 1, 900_000, 2 * MIB + 1])) {
        const packed = tool(command, args, bytes)
        expect(packed.length === 0 ? method : sniff(packed), name).toBe(method)
        for (const size of [7777, MIB]) expectSame(await collect(unpack(chunked(packed, size), method)), bytes)
      }
    })
  }

  test('a zstd window of 128 MiB, used to its end', async () => {
    const far = Buffer.concat([randomBytes(MIB), Buffer.alloc(126 * MIB)])
    const bytes = Buffer.concat([far, far.subarray(0, MIB)])
    const packed = tool('zstd', ['-c', '--long=27'], bytes)
    expect(packed.length).toBeLessThan(1.5 * MIB)
    expectSame(await collect(unpack(chunked(packed), 'zstd')), bytes)
  })

  test.each([28, 29, 31])('a zstd window of 2^%i is refused by name, before it is given', async (log) => {
    const packed = tool('zstd', ['-c', `--long=${log}`], text)
    await expect(collect(unpack(chunked(packed), 'zstd'))).rejects.toMatchObject({ code: 'archive-window' })
  })
})

/** A frame that decoders pass over, as pzstd and zstd:chunked write them. */
function skippable(size: number, kind = 0): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x184d2a50 + kind)
  header.writeUInt32LE(size, 4)
  return Buffer.concat([header, Buffer.alloc(size, 0x28)])
}

describe('parts in a row', () => {
  const first = text.subarray(0, 300_000)
  const second = text.subarray(300_000, 700_001)
  const nothing = new Uint8Array(0)

  for (const method of METHODS) {
    test(`${method}: any number, empty ones too, wherever the chunks end`, async () => {
      const parts = [first, nothing, second, nothing, nothing, first]
      const packed = parts.map((part) => tool(method, ['-c'], part))
      const whole = Buffer.concat(packed)
      for (const size of [1013, 65_536, whole.length]) {
        expectSame(await collect(unpack(chunked(whole, size), method)), Buffer.concat(parts))
      }
      async function* apart(): Bytes {
        yield* packed
      }
      expectSame(await collect(unpack(apart(), method)), Buffer.concat(parts))
    })
  }

  test('zstd: skippable frames before, between and after', async () => {
    const frames = [first, second].map((part) => tool('zstd', ['-c'], part))
    const [one = nothing, two = nothing] = frames
    const whole = Buffer.concat([skippable(5), one, skippable(0, 15), skippable(100_000), two, skippable(9)])
    for (const size of [13, 4096, whole.length]) {
      expectSame(await collect(unpack(chunked(whole, size), 'zstd')), Buffer.concat([first, second]))
    }
    expect((await collect(unpack(chunked(skippable(9)), 'zstd'))).length).toBe(0)
  })

  test('xz: padding between streams', async () => {
    const whole = Buffer.concat([
      tool('xz', ['-c'], first),
      Buffer.alloc(8),
      tool('xz', ['-c'], second),
      Buffer.alloc(4),
    ])
    for (const size of [101, 4096, whole.length]) {
      expectSame(await collect(unpack(chunked(whole, size), 'xz')), Buffer.concat([first, second]))
    }
  })

  test('xz: a check that the decoder cannot do is refused, not skipped', async () => {
    const packed = tool('xz', ['-c', '--check=sha256'], first)
    await expect(collect(unpack(chunked(packed), 'xz'))).rejects.toMatchObject({ code: 'archive-damaged' })
  })

  test('many small zstd frames and gzip members', async () => {
    const parts = Array.from({ length: 2000 }, (_, index) => text.subarray(index * 100, index * 100 + 100))
    const whole = text.subarray(0, 200_000)
    expectSame(
      await collect(unpack(chunked(Buffer.concat(parts.map((part) => zlib.zstdCompressSync(part)))), 'zstd')),
      whole,
    )
    expectSame(await collect(unpack(chunked(Buffer.concat(parts.map((part) => zlib.gzipSync(part)))), 'gzip')), whole)
  })
})

test('every method: one byte at a time', async () => {
  const bytes = text.subarray(0, 5000)
  for (const method of METHODS) {
    const packed = tool(method, ['-c'], bytes)
    const parts = method === 'zstd' ? [skippable(5), packed, skippable(0), packed, skippable(7)] : [packed, packed]
    expectSame(await collect(unpack(chunked(Buffer.concat(parts), 1), method)), Buffer.concat([bytes, bytes]))
  }
})

describe('what follows the end', () => {
  const bytes = text.subarray(0, 300_000)

  test('zeros are padding for gzip and bzip2, anything is for bzip2', async () => {
    for (const [method, tail] of [
      ['gzip', Buffer.alloc(100_000)],
      ['gzip', Buffer.alloc(1)],
      ['bzip2', Buffer.alloc(100_000)],
      ['bzip2', Buffer.from('and some more words, none of them compressed')],
    ] as const) {
      const packed = Buffer.concat([tool(method, ['-c'], bytes), tail])
      for (const size of [1000, packed.length]) expectSame(await collect(unpack(chunked(packed, size), method)), bytes)
    }
  })

  test('is damage elsewhere', async () => {
    for (const method of ['gzip', 'zstd', 'xz'] as const) {
      const packed = Buffer.concat([
        tool(method, ['-c'], bytes),
        Buffer.from('and some more words, none of them compressed'),
      ])
      await expect(collect(unpack(chunked(packed), method)), method).rejects.toMatchObject({ code: 'archive-damaged' })
    }
  })
})

describe('broken files', () => {
  const bytes = Buffer.concat([text.subarray(0, MIB), randomBytes(100_000)])

  for (const method of METHODS) {
    const packed = tool(method, ['-c'], bytes)

    test(`${method}: cut short`, async () => {
      const at = [
        0,
        1,
        3,
        5,
        9,
        11,
        20,
        1000,
        packed.length / 3,
        packed.length - 30,
        packed.length - 9,
        packed.length - 5,
        packed.length - 1,
      ]
      for (const length of at) {
        const cut = packed.subarray(0, Math.floor(length))
        await expect(collect(unpack(chunked(cut), method)), `${length}`).rejects.toMatchObject({
          code: 'archive-truncated',
        })
      }
    })

    test(`${method}: cut short in its second part`, async () => {
      for (const length of [3, 5, 9, 1000, packed.length - 1]) {
        const cut = Buffer.concat([packed, packed.subarray(0, length)])
        await expect(collect(unpack(chunked(cut), method)), `${length}`).rejects.toMatchObject({
          code: 'archive-truncated',
        })
      }
    })

    test(`${method}: a byte changed`, async () => {
      for (const at of [1000, Math.floor(packed.length / 2), packed.length - 100_000]) {
        const changed = Buffer.from(packed)
        changed[at] = (changed[at] ?? 0) ^ 0x55
        await expect(collect(unpack(chunked(changed), method)), `${at}`).rejects.toMatchObject({
          code: 'archive-damaged',
        })
      }
    })

    test(`${method}: something else altogether`, async () => {
      for (const other of [text, Buffer.alloc(100_000)]) {
        await expect(collect(unpack(chunked(other), method))).rejects.toMatchObject({ code: 'archive-damaged' })
      }
    })
  }
})

describe('leaving', () => {
  /** Endless, and knows whether it was released. */
  function endless(part: Uint8Array): { bytes: Bytes; released: () => boolean } {
    let released = false
    async function* run(): Bytes {
      try {
        for (;;) yield* chunked(part)
      } finally {
        released = true
      }
    }
    return { bytes: run(), released: () => released }
  }
  const workers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Worker' || name === 'MessagePort').length

  for (const method of METHODS) {
    test(`unpack ${method}: early, or by signal`, async () => {
      const before = workers()
      const part = tool(method, ['-c'], text.subarray(0, MIB))
      const left = endless(part)
      let seen = 0
      for await (const chunk of unpack(left.bytes, method)) {
        seen += chunk.length
        if (seen > MIB) break
      }
      expect(left.released()).toBe(true)

      const aborted = endless(part)
      const controller = new AbortController()
      const reason = new Error('enough')
      const reading = (async () => {
        for await (const chunk of unpack(aborted.bytes, method, controller.signal))
          if (chunk.length > 0) controller.abort(reason)
      })()
      await expect(reading).rejects.toBe(reason)
      expect(aborted.released()).toBe(true)
      expect(workers()).toBe(before)
    })

    test(`unpack ${method}: the source's own error comes through`, async () => {
      const reason = new Error('drive gone')
      async function* failing(): Bytes {
        yield tool(method, ['-c'], text.subarray(0, MIB)).subarray(0, 100_000)
        throw reason
      }
      await expect(collect(unpack(failing(), method))).rejects.toBe(reason)
    })
  }

  for (const method of PACKED) {
    test(`pack ${method}: early, by signal, or with the source's error`, async () => {
      const before = workers()
      const left = endless(text)
      for await (const chunk of pack(left.bytes, method, 'fast')) if (chunk.length > 100) break
      expect(left.released()).toBe(true)

      const aborted = endless(text)
      const controller = new AbortController()
      const reason = new Error('enough')
      const reading = (async () => {
        for await (const chunk of pack(aborted.bytes, method, 'fast', { signal: controller.signal }))
          if (chunk.length > 100) controller.abort(reason)
      })()
      await expect(reading).rejects.toBe(reason)
      expect(aborted.released()).toBe(true)

      async function* failing(): Bytes {
        yield text
        throw reason
      }
      await expect(collect(pack(failing(), method, 'fast'))).rejects.toBe(reason)
      expect(workers()).toBe(before)
    })
  }
})

describe('memory', () => {
  const LIMIT = 120 * MIB
  const SIZE = 300 * MIB

  async function* much(part: Uint8Array, size: number): Bytes {
    for (let given = 0; given < size; given += part.length) yield part
  }

  /** Growth of this process over reading it all with a reader that is slow now and then. */
  async function growth(bytes: Bytes): Promise<number> {
    const before = process.memoryUsage().rss
    let most = 0
    let count = 0
    for await (const _chunk of bytes) {
      count += 1
      if (count % 50 === 0) await sleep(1)
      most = Math.max(most, process.memoryUsage().rss - before)
    }
    return most
  }

  for (const method of ['gzip', 'zstd'] as const) {
    test(`${method}: stays bounded both ways`, async () => {
      const part = Buffer.concat([text, randomBytes(MIB)])
      expect(await growth(pack(much(part, SIZE), method, 'normal'))).toBeLessThan(LIMIT)
      expect(await growth(unpack(much(tool(method, ['-c'], part), SIZE / 3), method))).toBeLessThan(LIMIT)
      expect(await growth(unpack(much(tool(method, ['-c'], Buffer.alloc(SIZE)), 1), method))).toBeLessThan(LIMIT)
    })
  }

  test('xz: stays bounded', async () => {
    const part = tool('xz', ['-1c'], text)
    expect(await growth(unpack(much(part, 12 * part.length), 'xz'))).toBeLessThan(LIMIT)
    expect(await growth(unpack(much(tool('xz', ['-0c'], Buffer.alloc(SIZE)), 1), 'xz'))).toBeLessThan(LIMIT)
  })

  test('bzip2: stays bounded both ways', async () => {
    const part = tool('bzip2', ['-c'], text)
    expect(await growth(pack(much(text, 5 * text.length), 'bzip2', 'fast'))).toBeLessThan(LIMIT)
    expect(await growth(unpack(much(part, 12 * part.length), 'bzip2'))).toBeLessThan(LIMIT)
  })
})

describe('sniff', () => {
  const cases: readonly (readonly [string, Sniffed | undefined, readonly number[] | string])[] = [
    ['gzip', 'gzip', [0x1f, 0x8b, 8]],
    ['zstd', 'zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['a skippable frame', 'zstd', [0x5e, 0x2a, 0x4d, 0x18]],
    ['xz', 'xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
    ['bzip2', 'bzip2', 'BZh91AY&SY'],
    ['an empty bzip2', 'bzip2', [0x42, 0x5a, 0x68, 0x31, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90]],
    ['words that begin like bzip2', undefined, 'BZh9 is no stream'],
    ['zip', 'zip', 'PK\u0003\u0004'],
    ['7z', '7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
    ['an armoured message', 'openpgp', '-----BEGIN PGP MESSAGE-----\n'],
    ['a message by password, old packet', 'openpgp', [0x8c, 0x0d, 4, 9, 3, 8]],
    ['a message by password, new packet', 'openpgp', [0xc3, 0x0d, 4, 9, 3, 8]],
    ['a message by public key, old packet', 'openpgp', [0x85, 0x02, 0x0c, 3, 1, 2]],
    ['a message by public key, new packet', 'openpgp', [0xc1, 0xc1, 0x4c, 3, 1, 2]],
    ['a tar whose first entry is é.txt', undefined, [...Buffer.from('é.txt')]],
    ['words', undefined, 'some words'],
    ['zeros', undefined, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['nothing', undefined, []],
    ['half a magic', undefined, [0x28, 0xb5]],
  ]
  for (const [name, wanted, head] of cases) {
    test(name, () => {
      expect(sniff(typeof head === 'string' ? Buffer.from(head) : Uint8Array.from(head))).toBe(wanted)
    })
  }
})
