import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cancelAtEach, clientOf, momentsOf, save, type Watching } from '../testing/copies.ts'
import { readOnlyMount, type SmallDisk, smallDisk } from '../testing/drives.ts'
import { buildImage } from '../testing/images.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import type { EngineClient } from './engine/client.ts'

const NAME = 'save-safety/app:1'
const POINTS = 20

describe('a save', () => {
  let dir: string
  let engine: SharedEngine
  let client: EngineClient
  let disk: SmallDisk | undefined

  beforeAll(async () => {
    dir = tempDir()
    engine = await sharedEngine()
    client = await clientOf(engine)
    await buildImage(engine, { name: NAME, layers: [{ randomBytes: 8 << 20 }, { textBytes: 4 << 20 }] })
  })
  afterAll(() => removeDir(dir))

  it.each([
    ['none', 'tar', ['tar', '-tf']],
    ['gzip', 'tar.gz', ['gzip', '-t']],
    ['zstd', 'tar.zst', ['zstd', '-qt']],
    ['bzip2', 'tar.bz2', ['bzip2', '-t']],
  ] as const)(
    'writes %s that the usual tools read, with its sum beside it',
    async (method, extension, [command, option]) => {
      const path = join(dir, `whole.${extension}`)
      const { file } = await save(client, [NAME], path, { target: { method, level: 'normal' } })
      execFileSync(command, [option, path])
      expect(execFileSync('sha256sum', [path], { encoding: 'utf8' }).split(' ')[0]).toBe(file?.sha256)
      expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${file?.sha256}  whole.${extension}\n`)
    },
  )

  it('gives the same bytes for the same image', async () => {
    const first = await save(client, [NAME], join(dir, 'a.tar.zst'), { target: { method: 'zstd', level: 'normal' } })
    const second = await save(client, [NAME], join(dir, 'b.tar.zst'), { target: { method: 'zstd', level: 'normal' } })
    expect(second.file?.sha256).toBe(first.file?.sha256)
  })

  it(`leaves the file that was there, and nothing else, cancelled at any of ${POINTS} moments`, async () => {
    const folder = join(dir, 'cancelled')
    mkdirSync(folder)
    const path = join(folder, 'images.tar')
    const run = async (watching: Watching): Promise<unknown> => await save(client, [NAME], path, watching)
    const moments = await momentsOf(run)
    writeFileSync(path, 'precious')
    writeFileSync(`${path}.sha256`, 'precious too')
    await cancelAtEach(POINTS, moments, run, (outcome, moment) => {
      expect(outcome, moment).toMatchObject({ code: 'cancelled' })
      expect(readFileSync(path, 'utf8')).toBe('precious')
      expect(readFileSync(`${path}.sha256`, 'utf8')).toBe('precious too')
      expect(readdirSync(folder).sort()).toEqual(['images.tar', 'images.tar.sha256'])
    })
  })

  it('says that the disk is full, and leaves no half file', async () => {
    disk = smallDisk(32 << 20)
    try {
      disk.fill(4 << 20)
      await expect(save(client, [NAME], join(disk.path, 'full.tar'))).rejects.toMatchObject({ code: 'disk-full' })
      expect(readdirSync(disk.path).filter((name) => name.startsWith('full'))).toEqual([])
    } finally {
      disk.remove()
    }
  })

  it('says that the drive has gone when it is pulled while writing', async () => {
    const pulled = smallDisk(48 << 20)
    try {
      let seen = 0
      const report = (event: { type: string }): void => {
        if (event.type === 'layer' && ++seen === 3) pulled.pull()
      }
      await expect(save(client, [NAME], join(pulled.path, 'pulled.tar'), { report })).rejects.toMatchObject({
        code: 'drive-gone',
      })
    } finally {
      pulled.remove()
    }
  })

  it('says that a drive is read-only', async () => {
    const mount = readOnlyMount()
    try {
      await expect(save(client, [NAME], join(mount.path, 'x.tar'))).rejects.toMatchObject({ code: 'drive-read-only' })
    } finally {
      mount.remove()
    }
  })

  it('refuses a folder, a missing folder and a file that another transfer is writing', async () => {
    await expect(save(client, [NAME], dir)).rejects.toMatchObject({ code: 'file-is-folder' })
    await expect(save(client, [NAME], join(dir, 'nowhere', 'x.tar'))).rejects.toMatchObject({ code: 'file-missing' })
    const path = join(dir, 'twice.tar')
    const both = await Promise.allSettled([save(client, [NAME], path), save(client, [NAME], path)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'file-in-use' } })
  })
})
