import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Copied, copy } from '../../copy/copy.ts'
import { freeSpace } from '../../files.ts'
import { requireCommand } from '../../testing/commands.ts'
import { type SmallDisk, smallDisk } from '../../testing/drives.ts'
import { type MadeArchive, makeImage, ociArchive } from '../../testing/handmade-archives.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { openArchive } from './open.ts'
import { archiveSink, type SaveTarget } from './sink.ts'
import { archiveSource } from './source.ts'

const forever = new AbortController().signal
const PLAIN: SaveTarget = { method: 'none', level: 'fast' }

describe('a save in parts', () => {
  let dir: string
  let made: MadeArchive

  beforeAll(async () => {
    dir = tempDir()
    const image = await makeImage({ names: ['cut/shop:1'], layers: ['busybox', { randomBytes: 500_000, seed: 'cut' }] })
    made = await ociArchive(dir, [image], { file: 'source.tar' })
  })
  afterAll(() => removeDir(dir))

  let folders = 0
  function folder(): string {
    folders += 1
    const path = join(dir, `out-${folders}`)
    mkdirSync(path)
    return path
  }

  async function save(path: string, target: SaveTarget, signal = forever): Promise<Copied> {
    const archive = await openArchive(made.path, forever)
    const source = archiveSource(archive)
    const images = await source.read(
      archive.contents.images.map(({ image }) => image.id),
      forever,
    )
    const wishes = images.map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
    return await copy(source, wishes, archiveSink(path, target), signal, () => undefined)
  }

  function joined(folder: string, name: string): Buffer {
    return execFileSync('sh', ['-c', `cat ${name}.part-*`], { cwd: folder, maxBuffer: 64 << 20 })
  }

  it('is the same bytes as one file, joined by cat and checked by sha256sum', async () => {
    const out = folder()
    const { file } = await save(join(out, 'shop.tar'), { ...PLAIN, split: 200_000 })
    const names = readdirSync(out).sort()
    expect(names[0]).toBe('SHA256SUMS')
    expect(file?.parts?.map((path) => path.slice(out.length + 1))).toEqual(names.slice(1))
    expect(names.slice(1, -1).every((name) => statSync(join(out, name)).size === 200_000)).toBe(true)
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out })
    const one = await save(join(out, 'whole.tar'), PLAIN)
    expect(joined(out, 'shop.tar').equals(readFileSync(join(out, 'whole.tar')))).toBe(true)
    expect(file).toMatchObject({ size: one.file?.size, sha256: one.file?.sha256 })
  })

  it('is read by other tools once joined, and by us as it lies', async () => {
    const out = folder()
    await save(join(out, 'shop.tar.zst'), { method: 'zstd', level: 'fast', split: 100_000 })
    writeFileSync(join(out, 'joined.tar.zst'), joined(out, 'shop.tar.zst'))
    execFileSync(requireCommand('zstd'), ['-q', '-d', 'joined.tar.zst'], { cwd: out })
    const raw = execFileSync(requireCommand('skopeo'), ['inspect', '--raw', 'oci-archive:joined.tar'], { cwd: out })
    expect(JSON.parse(raw.toString())).toHaveProperty('layers')
    const [, some = ''] = readdirSync(out).filter((name) => name.includes('.part-'))
    expect(await openArchive(join(out, some), forever)).toMatchObject({ checked: 'intact', compression: 'zstd' })
  })

  it('is one file when it fits into one part', async () => {
    const out = folder()
    const { file } = await save(join(out, 'shop.tar'), { ...PLAIN, split: 64 << 20 })
    expect(readdirSync(out).sort()).toEqual(['shop.tar', 'shop.tar.sha256'])
    expect(file?.parts).toBeUndefined()
    execFileSync('sha256sum', ['--check', '--strict', 'shop.tar.sha256'], { cwd: out })
  })

  it('takes the place of a former set of its name, whatever that had, and leaves other files and sums alone', async () => {
    const out = folder()
    await save(join(out, 'shop.tar'), { ...PLAIN, split: 100_000 })
    const before = readdirSync(out).length
    writeFileSync(join(out, 'other.iso'), 'x')
    const line = execFileSync('sha256sum', ['other.iso'], { cwd: out }).toString()
    writeFileSync(join(out, 'SHA256SUMS'), `${line}${readFileSync(join(out, 'SHA256SUMS'), 'utf8')}`)
    await save(join(out, 'shop.tar'), { ...PLAIN, split: 300_000 })
    expect(readdirSync(out).length).toBeLessThan(before)
    expect(readdirSync(out).filter((name) => /former|partial/.test(name))).toEqual([])
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out })
    expect(readFileSync(join(out, 'SHA256SUMS'), 'utf8')).toContain('other.iso')
  })

  it('that is cancelled leaves the former set as it was', async () => {
    const out = folder()
    await save(join(out, 'shop.tar'), { ...PLAIN, split: 200_000 })
    const before = new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name)).toString('latin1')]))
    const stop = new AbortController()
    const archive = await openArchive(made.path, forever)
    const source = archiveSource(archive)
    const images = await source.read(
      archive.contents.images.map(({ image }) => image.id),
      forever,
    )
    const wishes = images.map((image) => ({ image, names: [] }))
    const sink = archiveSink(join(out, 'shop.tar'), { ...PLAIN, split: 90_000 })
    const going = copy(source, wishes, sink, stop.signal, ({ type }) => type === 'checking' && stop.abort())
    await expect(going).rejects.toMatchObject({ code: 'cancelled' })
    expect(new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name)).toString('latin1')]))).toEqual(
      before,
    )
  })

  it('on a disk that fills up leaves nothing', async () => {
    const at = folder()
    const disk: SmallDisk = smallDisk(8 << 20, at)
    try {
      writeFileSync(join(at, 'filler'), Buffer.alloc(((await freeSpace(at)) ?? 0) - 400_000))
      await expect(
        save(join(at, 'shop.tar.gz'), { method: 'gzip', level: 'fast', split: 100_000 }),
      ).rejects.toMatchObject({
        code: 'disk-full',
      })
      expect(readdirSync(at).filter((name) => name.startsWith('shop') || name === 'SHA256SUMS')).toEqual([])
    } finally {
      disk.remove()
    }
  })

  it('is joined by the command line, which names what is missing', () => {
    const out = folder()
    const caboteur = (...args: string[]): string =>
      execFileSync(process.execPath, ['src/main/headless.ts', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, LC_ALL: 'C', CABOTEUR_HOME: join(dir, 'home') },
      })
    caboteur('copy', `archive:${made.path}`, `archive:${join(out, 'shop.tar')}`, '--split', '150KB')
    const [first = '', second = ''] = readdirSync(out).filter((name) => name.includes('.part-'))
    const told = caboteur('join', join(out, second), join(out, 'again.tar'), '--json')
    expect(JSON.parse(told)).toMatchObject({ type: 'done', file: { path: join(out, 'again.tar') } })
    expect(readFileSync(join(out, 'again.tar')).equals(joined(out, 'shop.tar'))).toBe(true)
    execFileSync('rm', [join(out, first)])
    expect(() => caboteur('join', join(out, second), join(out, 'never.tar'))).toThrow(
      /set-incomplete.*shop\.tar\.part-001/s,
    )
    expect(readdirSync(out)).not.toContain('never.tar')
  })
})
