import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CopyEvent } from '../copy/copy.ts'
import { cancelAtEach, momentsOf, type Watching } from '../testing/copies.ts'
import { readOnlyMount, smallDisk } from '../testing/drives.ts'
import { makeImage, ociArchive, smallImage } from '../testing/handmade-archives.ts'
import { layoutInto, opened, tree, unpackedLayout } from '../testing/layouts.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { checkLayout } from './layout/check.ts'

const NEVER = new AbortController().signal
const NAME = 'layout-safety/app:1'
const POINTS = 20

describe('writing to a layout', () => {
  let dir: string
  let from: string
  let small: string

  async function source(name: string, bytes: number): Promise<string> {
    const image = await makeImage({ names: [NAME], layers: [{ randomBytes: bytes }, { randomBytes: bytes / 2 }, {}] })
    const archive = await ociArchive(dir, [image], { file: `${name}.tar` })
    return unpackedLayout(archive.path, join(dir, name))
  }

  beforeAll(async () => {
    dir = tempDir()
    from = await source('from', 8 << 20)
    const archive = await ociArchive(dir, [{ ...(await smallImage('small')), names: [NAME] }], { file: 'small.tar' })
    small = unpackedLayout(archive.path, join(dir, 'small'))
  })
  afterAll(() => removeDir(dir))

  it(`leaves the layout as it was, and nothing else, cancelled at any of ${POINTS} moments`, async () => {
    const to = join(dir, 'cancelled')
    const fresh = join(dir, 'fresh')
    const scratch = join(dir, 'scratch')
    await layoutInto(small, to)
    const before = tree(to)
    const moments = await momentsOf(async (watching: Watching) => await layoutInto(from, scratch, watching))
    await cancelAtEach(
      POINTS,
      moments,
      async (watching) => await layoutInto(from, to, watching),
      (outcome, moment) => {
        expect(outcome, moment).toMatchObject({ code: 'cancelled' })
        expect(tree(to), moment).toBe(before)
      },
    )
    await cancelAtEach(
      POINTS / 4,
      moments,
      async (watching) => await layoutInto(from, fresh, watching),
      (outcome, moment) => {
        expect(outcome, moment).toMatchObject({ code: 'cancelled' })
        expect(tree(fresh), moment).toBe('nothing')
      },
    )
  })

  it('leaves the layout as it was when the disk is full, before, in the middle and at the end', async () => {
    const disk = smallDisk(48 << 20)
    try {
      const to = join(disk.path, 'library')
      await layoutInto(small, to)
      const before = tree(to)
      const fillAt =
        (moment: (event: CopyEvent) => boolean) =>
        (event: CopyEvent): void => {
          if (moment(event)) disk.fill()
        }
      const atStoring = fillAt(({ type }) => type === 'storing')
      await expect(layoutInto(from, to, { report: atStoring })).rejects.toMatchObject({ code: 'disk-full' })
      expect(tree(to)).toBe(before)
      writeFileSync(join(disk.path, 'filler'), '')
      const atLayer = fillAt((event) => event.type === 'layer' && event.done > 0)
      await expect(layoutInto(from, to, { report: atLayer })).rejects.toMatchObject({ code: 'disk-full' })
      expect(tree(to)).toBe(before)
      await expect(layoutInto(from, to)).rejects.toMatchObject({ code: 'disk-full', parts: { path: to } })
      expect(tree(to)).toBe(before)
      // From a full drive images can still be read.
      await layoutInto(to, join(dir, 'from-full'))
      expect(tree(to)).toBe(before)
    } finally {
      disk.remove()
    }
  })

  it('says that a drive is read-only, and reads from it', async () => {
    const mount = readOnlyMount()
    try {
      await layoutInto(small, join(mount.writable, 'library'))
      const to = join(mount.path, 'library')
      const before = tree(to)
      await expect(layoutInto(from, to)).rejects.toMatchObject({ code: 'drive-read-only', parts: { path: to } })
      await expect(layoutInto(from, join(mount.path, 'new'))).rejects.toMatchObject({ code: 'drive-read-only' })
      await layoutInto(to, join(dir, 'from-read-only'))
      expect(tree(to)).toBe(before)
    } finally {
      mount.remove()
    }
  })

  it('says that the drive has gone when it is pulled while writing', async () => {
    const disk = smallDisk(48 << 20)
    try {
      let seen = 0
      const report = ({ type }: CopyEvent): void => {
        if (type === 'layer' && ++seen === 3) disk.pull()
      }
      await expect(layoutInto(from, join(disk.path, 'library'), { report })).rejects.toMatchObject({
        code: 'drive-gone',
      })
    } finally {
      disk.remove()
    }
  })

  it('goes into an empty folder, whatever a system leaves there, and into no other', async () => {
    const empty = join(dir, 'empty')
    mkdirSync(join(empty, 'lost+found'), { recursive: true })
    await layoutInto(small, empty)
    expect(await checkLayout(await opened(empty), NEVER)).toEqual([])
    const full = join(dir, 'full')
    mkdirSync(full)
    writeFileSync(join(full, 'letter.txt'), 'dear')
    await expect(layoutInto(small, full)).rejects.toMatchObject({ code: 'layout-not-one', parts: { path: full } })
    await expect(layoutInto(small, join(full, 'letter.txt'))).rejects.toMatchObject({ code: 'layout-not-one' })
    await expect(layoutInto(small, join(dir, 'nowhere', 'below'))).rejects.toMatchObject({ code: 'file-missing' })
    expect(readFileSync(join(full, 'letter.txt'), 'utf8')).toBe('dear')
  })
})
