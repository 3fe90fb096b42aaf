import { execFileSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paxRecord, RAW_END, rawFile, rawHeader } from '../testing/raw-tar.ts'
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
  const entries: TarEntry[] = []
  await indexTar(access(bytes), (entry) => entries.push(entry), NEVER)
  return entries
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

  it.each(['oldgnu', 'gnu', 'pax'])('finds what follows a file with many holes, by GNU tar as %s', async (format) => {
    const file = openSync(join(dir, 'holes'), 'w')
    for (let at = 0; at < 60; at++) writeSync(file, 'x', at * 200_000)
    ftruncateSync(file, 60 * 200_000)
    closeSync(file)
    const args = ['--format', format, '-S', '-cf', '-', '-C', dir, 'holes', 'in/plain']
    const tar = execFileSync('tar', args, { maxBuffer: 1 << 24 })
    const index = await indexed(tar)
    expect(index.map(({ type }) => type)).toEqual(['other', 'file'])
    const after = index.at(-1)
    expect(tar.subarray(after?.offset, (after?.offset ?? 0) + 1000).toString()).toBe('x'.repeat(1000))
    expect((await streamed(tar, 4096)).map(({ entry }) => entry)).toEqual(index)
  })

  it('takes no data for what has none, whatever its header says, and folders from before they had a type', async () => {
    const tar = Buffer.concat([
      rawHeader({ name: 'device', type: '3', size: 5000 }),
      rawHeader({ name: 'pipe', type: '6', size: 1 }),
      rawHeader({ name: 'folder', type: '5', size: 700 }),
      rawHeader({ name: 'link', type: '1', target: 'file', size: 4 }),
      rawHeader({ name: 'old/', type: '\0' }),
      rawFile('file', 'text'),
      RAW_END,
    ])
    expect((await indexed(tar)).map(({ name, type, size }) => [name, type, size])).toEqual([
      ['device', 'other', 0],
      ['pipe', 'other', 0],
      ['folder', 'folder', 0],
      ['link', 'link', 0],
      ['old', 'folder', 0],
      ['file', 'file', 4],
    ])
  })

  it('follows pax: an empty value says nothing, a size is digits, a record ends with its line', async () => {
    const named = (content: string): Buffer =>
      Buffer.concat([rawFile('pax', content, { type: 'x' }), rawFile('header', 'text'), RAW_END])
    await expect(indexed(named(paxRecord('path', 'a') + paxRecord('path', '')))).resolves.toMatchObject([
      { name: 'header' },
    ])
    await expect(indexed(named(paxRecord('size', '4')))).resolves.toMatchObject([{ size: 4 }])
    for (const content of [
      paxRecord('size', '0x4'),
      paxRecord('size', '4e0'),
      paxRecord('size', '-4'),
      paxRecord('path', 'a', 8),
      paxRecord('path', 'a', 3),
      'path=a\n',
    ])
      await expect(indexed(named(content)), content).rejects.toMatchObject({ code: 'archive-damaged' })
  })

  it('reads on over windows of any kind: small files, far ones, and both in turn', async () => {
    const sizes = Array.from({ length: 300 }, (_, index) => [3, 900_000, 70_000, 0, 511][index % 5] ?? 0)
    const parts = sizes.map((size, index) => rawFile(`${index}`, Buffer.alloc(size, `${index};`)))
    const tar = Buffer.concat([...parts, RAW_END])
    const copying: RandomAccess = {
      size: tar.length,
      // Into what is given, as a file is read: what was in it is gone then.
      async read(offset, length, into = new Uint8Array(length)) {
        const bytes = tar.subarray(offset, offset + length)
        const whole = into.length >= bytes.length ? into : new Uint8Array(bytes.length)
        whole.set(bytes)
        return whole.subarray(0, bytes.length)
      },
    }
    const entries: TarEntry[] = []
    await indexTar(copying, (entry) => entries.push(entry), NEVER)
    expect(entries.map(({ name, size }) => [name, size])).toEqual(sizes.map((size, index) => [`${index}`, size]))
    for (const [index, { offset }] of entries.entries())
      if (sizes[index]) expect(tar.toString('latin1', offset, offset + 2)).toBe(`${index};;`.slice(0, 2))
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
    await expect(
      indexTar(access(Buffer.concat([tar, Buffer.alloc(2048)])), () => undefined, abort.signal),
    ).rejects.toThrow()
  })
})
