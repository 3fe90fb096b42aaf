import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeDir, tempDir } from '../testing/temp.ts'
import { collect, indexTar, linkTarget, type RandomAccess, readTar, type TarEntry } from './tar.ts'

const NEVER = new AbortController().signal
const LONG = `${'folder/'.repeat(30)}${'n'.repeat(120)}`

function access(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function indexed(bytes: Uint8Array): Promise<TarEntry[]> {
  return await indexTar(access(bytes), () => true, NEVER)
}

/** Entries and contents by the streaming reader. */
async function streamed(bytes: Uint8Array, chunk: number): Promise<{ entry: TarEntry; content: string }[]> {
  const read: { entry: TarEntry; content: string }[] = []
  for await (const { entry, bytes: data } of readTar(inChunks(bytes, chunk), NEVER)) {
    read.push({ entry, content: Buffer.from(await collect(data, 1 << 20)).toString() })
  }
  return read
}

describe('reading tar', () => {
  let dir: string
  beforeAll(() => {
    dir = tempDir()
    mkdirSync(join(dir, 'in', LONG, '..'), { recursive: true })
    writeFileSync(join(dir, 'in', LONG), 'long')
    writeFileSync(join(dir, 'in', 'plain'), 'x'.repeat(1000))
    writeFileSync(join(dir, 'in', 'empty'), '')
    writeFileSync(join(dir, 'in', 'accenté'), 'é')
    symlinkSync('plain', join(dir, 'in', 'link'))
  })
  afterAll(() => removeDir(dir))

  it.each(['gnu', 'pax', 'ustar', 'v7', 'oldgnu'])(
    'knows what GNU tar writes as %s, sought and streamed alike',
    async (format) => {
      const names = format === 'ustar' || format === 'v7' ? ['plain', 'empty', 'accenté', 'link'] : ['.']
      const tar = execFileSync('tar', ['--format', format, '-C', join(dir, 'in'), '-cf', '-', ...names], {
        maxBuffer: 1 << 24,
      })
      const index = await indexed(tar)
      const content = (name: string): string => {
        const entry = index.find((one) => one.name === name)
        return tar.subarray(entry?.offset, (entry?.offset ?? 0) + (entry?.size ?? 0)).toString()
      }
      expect(content('plain')).toBe('x'.repeat(1000))
      expect(content('accenté')).toBe('é')
      if (names[0] === '.') expect(content(LONG)).toBe('long')
      expect(index.find(({ name }) => name === 'link')).toMatchObject({ type: 'symlink', target: 'plain', size: 0 })
      for (const chunk of [1, 511, 512, 513, 4096, 1 << 20]) {
        const read = await streamed(tar, chunk)
        expect(read.map(({ entry }) => entry)).toEqual(index)
        expect(read.find(({ entry }) => entry.name === 'plain')?.content).toBe('x'.repeat(1000))
      }
    },
  )

  it('reads sizes beyond octal from base-256', async () => {
    const tar = Buffer.alloc(1536)
    tar.write('big', 0)
    tar[124] = 0x80
    tar.writeUInt32BE(5, 132)
    tar.fill(32, 148, 156)
    tar[156] = 48
    const sum = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    tar.write('12345', 512)
    await expect(indexed(Buffer.concat([tar, Buffer.alloc(1024)]))).resolves.toMatchObject([{ name: 'big', size: 5 }])
  })

  it('says where a tar ends before its end', async () => {
    const tar = execFileSync('tar', ['-C', join(dir, 'in'), '-cf', '-', 'plain', 'empty'])
    const end = 512 + 1024 + 512
    await expect(indexed(tar.subarray(0, end))).rejects.toMatchObject({ code: 'archive-truncated' })
    await expect(indexed(tar.subarray(0, 700))).rejects.toMatchObject({ code: 'archive-truncated' })
    await expect(streamed(tar.subarray(0, 700), 100)).rejects.toMatchObject({ code: 'archive-truncated' })
    await expect(streamed(tar.subarray(0, end), 512)).rejects.toMatchObject({ code: 'archive-truncated' })
  })

  it('refuses a header that is none', async () => {
    const tar = Buffer.from(execFileSync('tar', ['-C', join(dir, 'in'), '-cf', '-', 'plain', 'empty']))
    tar[512 + 1024 + 3] = 0x41
    await expect(indexed(tar)).rejects.toMatchObject({ code: 'archive-damaged' })
    await expect(streamed(tar, 512)).rejects.toMatchObject({ code: 'archive-damaged' })
  })

  it('refuses a name of megabytes before it reads it', async () => {
    const tar = pack()
    tar.entry({ name: 'x', type: 'file', size: 3, pax: { path: 'y'.repeat(3 << 20) } }, 'abc')
    tar.finalize()
    const bytes = Buffer.concat(await Array.fromAsync(tar as AsyncIterable<Buffer>))
    await expect(indexed(bytes)).rejects.toMatchObject({ code: 'archive-hostile' })
  })

  it('marks names that leave the archive, and resolves links inside it only', () => {
    const entry = (name: string, type: 'link' | 'symlink', target: string): TarEntry => ({
      name,
      type,
      offset: 0,
      size: 0,
      target,
      unsafe: false,
    })
    expect(linkTarget(entry('a/layer.tar', 'symlink', '../b/layer.tar'))).toBe('b/layer.tar')
    expect(linkTarget(entry('a/layer.tar', 'link', 'b/layer.tar'))).toBe('b/layer.tar')
    expect(linkTarget(entry('a/layer.tar', 'symlink', '../../etc/passwd'))).toBeUndefined()
    expect(linkTarget(entry('a', 'symlink', '/etc/passwd'))).toBeUndefined()
  })

  it('stops when it is told to', async () => {
    const tar = readFileSync(process.execPath).subarray(0, 10)
    const abort = new AbortController()
    abort.abort()
    await expect(indexTar(access(Buffer.concat([tar, Buffer.alloc(2048)])), () => true, abort.signal)).rejects.toThrow()
  })
})
