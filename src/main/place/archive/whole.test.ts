import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../../copy/copy.ts'
import { verifyingSink } from '../../copy/verify.ts'
import { type MadeImage, makeImage, ociArchive } from '../../testing/handmade-archives.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { openArchive } from './open.ts'
import { archiveSource } from './source.ts'

const forever = new AbortController().signal

describe('a file in parts', () => {
  let dir: string
  let image: MadeImage
  let plain: string
  const packed: Record<string, string> = {}

  beforeAll(async () => {
    dir = tempDir()
    image = await makeImage({ names: ['set/shop:1'], layers: ['busybox', { randomBytes: 300_000, seed: 'set' }] })
    plain = (await ociArchive(dir, [image], { file: 'shop.tar' })).path
    for (const [tool, ending] of [
      ['gzip', 'gz'],
      ['zstd', 'zst'],
    ] as const) {
      packed[ending] = join(dir, `shop.tar.${ending}`)
      execFileSync('sh', ['-c', `${tool} -c "$1" > "$2"`, 'sh', plain, packed[ending] ?? ''])
    }
  })
  afterAll(() => removeDir(dir))

  let folders = 0
  /** Cuts a file in a folder of its own, and gives that. */
  function cut(path: string, ...args: string[]): string {
    folders += 1
    const folder = join(dir, `set-${folders}`)
    mkdirSync(folder)
    execFileSync('split', [...args.slice(0, -1), path, args.at(-1) ?? ''], { cwd: folder })
    return folder
  }

  function sums(folder: string): void {
    execFileSync('sh', ['-c', 'sha256sum * > SHA256SUMS'], { cwd: folder })
  }

  async function intact(path: string): Promise<void> {
    const archive = await openArchive(path, forever)
    expect(archive).toMatchObject({ checked: 'intact', problems: [] })
    const source = archiveSource(archive)
    const [only] = archive.contents.images
    const [read] = await source.read([only?.image.id ?? 'sha256:0'], forever)
    if (!read) throw new Error('no image')
    const { stored } = await copy(source, [{ image: read, names: [] }], verifyingSink(), forever, () => undefined)
    expect(new Set([...stored.values()].map(({ diffId }) => diffId))).toEqual(
      new Set(read.layers.map(({ diffId }) => diffId)),
    )
  }

  it.each([
    ['split’s letters', ['-b', '100000', 'shop.tar.part-']],
    ['split’s letters after the name', ['-b', '100000', 'shop.tar.']],
    ['split’s letters without a dot', ['-b', '100000', 'shop.tar']],
    ['split’s own names', ['-b', '100000', 'x']],
    ['split’s numbers', ['-d', '-b', '100000', 'shop.tar.part-0']],
    ['7-Zip’s numbers', ['--numeric-suffixes=1', '-a', '3', '-b', '100000', 'shop.tar.']],
    ['split’s numbers, two of them', ['-d', '-b', '100000', 'shop.tar.part-']],
    ['split’s numbers from 1', ['--numeric-suffixes=1', '-b', '100000', 'shop.tar.']],
    ['three letters', ['-a', '3', '-b', '100000', 'shop.tar.']],
    ['three letters after part', ['-a', '3', '-b', '50000', 'shop.tar.part-']],
    ['four letters, more than 26 parts', ['-a', '4', '-b', '20000', 'shop.tar.part-']],
    ['three numbers without a dot', ['-d', '-a', '3', '-b', '100000', 'shop.tar']],
    ['more parts than two numbers have', ['-d', '-b', '6000', 'shop.tar.part-']],
    ['more parts than two letters have', ['-b', '2000', 'shop.tar.part-']],
  ])('is read whole by any of its parts: %s', async (_, args) => {
    const folder = cut(plain, ...args)
    const names = readdirSync(folder)
    expect(names.length).toBeGreaterThan(5)
    await intact(join(folder, names[0] ?? ''))
    await intact(join(folder, names.at(-2) ?? ''))
  })

  it.each(['gz', 'zst'])('is unpacked across its parts: %s', async (ending) => {
    const folder = cut(packed[ending] ?? '', '-b', '70000', `shop.tar.${ending}.part-`)
    sums(folder)
    await intact(join(folder, readdirSync(folder)[1] ?? ''))
  })

  it('names what is missing: a gap, the first, the last that the sums tell of', async () => {
    const folder = cut(plain, '--numeric-suffixes=1', '-a', '3', '-b', '100000', 'shop.tar.part-')
    sums(folder)
    const names = readdirSync(folder).filter((name) => name.includes('.part-'))
    const first = names[0] ?? ''
    const last = names.at(-1) ?? ''
    for (const gone of [names[1] ?? '', first, last]) {
      const aside = join(dir, 'aside')
      renameSync(join(folder, gone), aside)
      const asked = join(folder, names[2] ?? '')
      await expect(openArchive(asked, forever)).rejects.toMatchObject({
        code: 'set-incomplete',
        parts: { path: 'shop.tar', missing: gone, count: 1 },
      })
      renameSync(aside, join(folder, gone))
    }
    await intact(join(folder, first))
  })

  it('names the parts that were not copied to their end, without any sums', async () => {
    const folder = cut(plain, '-b', '100000', 'shop.tar.part-')
    const [, second = ''] = readdirSync(folder)
    truncateSync(join(folder, second), 60_000)
    await expect(openArchive(join(folder, second), forever)).rejects.toMatchObject({
      code: 'part-damaged',
      parts: { path: 'shop.tar', parts: second },
    })
  })

  it('finds one flipped bit anywhere, and names its part', async () => {
    const folder = cut(packed['zst'] ?? '', '--numeric-suffixes=1', '-a', '3', '-b', '40000', 'shop.tar.zst.part-')
    sums(folder)
    const names = readdirSync(folder).filter((name) => name.includes('.part-'))
    const random = generator(20_261_125)
    for (let round = 0; round < 60; round++) {
      const name = names[Math.floor(random() * names.length)] ?? ''
      const path = join(folder, name)
      const before = readFileSync(path)
      const bytes = Buffer.from(before)
      const at = Math.floor(random() * bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
      writeFileSync(path, bytes)
      await expect(openArchive(join(folder, names[0] ?? ''), forever), `${name} at ${at}`).rejects.toMatchObject({
        code: 'part-damaged',
        parts: { parts: name },
      })
      writeFileSync(path, before)
    }
    await intact(join(folder, names[0] ?? ''))
  })

  it('names every damaged part at once, also of a plain tar', async () => {
    const folder = cut(plain, '--numeric-suffixes=1', '-a', '3', '-b', '100000', 'shop.tar.part-')
    sums(folder)
    const names = readdirSync(folder).filter((name) => name.includes('.part-'))
    const bad = [names[1] ?? '', names[3] ?? '', names.at(-1) ?? '']
    for (const name of bad) {
      const bytes = readFileSync(join(folder, name))
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      writeFileSync(join(folder, name), bytes)
    }
    await expect(openArchive(join(folder, names[0] ?? ''), forever)).rejects.toMatchObject({
      code: 'part-damaged',
      parts: { parts: bad.join(', ') },
    })
  })

  it.each([
    ['BSD style', 'sha256sum --tag shop* > CHECKSUMS'],
    [
      'upper case, and lines of another system',
      `sha256sum shop* | awk '{print toupper($1) "  " $2 "\r"}' > SHA256SUMS.txt`,
    ],
    ['paths before the names', 'sha256sum ./shop* > sha256sums'],
    ['openssl', 'openssl dgst -sha256 shop* > sha256.txt'],
    ['openssl 1', `openssl dgst -sha256 shop* | sed 's/^SHA2-256/SHA256/' > checksums.txt`],
    ['openssl as coreutils has it', 'openssl dgst -sha256 -r shop* > SHA256SUM'],
    ['marked as binary', 'sha256sum -b shop* > shop.tar.gz.sha256sums'],
    [
      'PowerShell’s table, in its UTF-16',
      `{ printf '\\377\\376'; { printf 'Algorithm Hash Path\r\n--------- ---- ----\r\n'; sha256sum shop* | awk '{print "SHA256          " toupper($1) "       D:\\\\stick\\\\" $2 "\r"}'; } | iconv -t UTF-16LE; } > shop_checksums.txt`,
    ],
    [
      'certutil’s of Windows 7, a file each',
      `for f in shop*; do { echo "SHA256 hash of file $f:"; sha256sum < $f | cut -c1-64 | sed 's/../& /g;s/ $//'; echo 'CertUtil: -hashfile command completed successfully.'; } > $f.sha256; done`,
    ],
    ['a sum beside each part', 'for f in shop*; do sha256sum < $f | cut -c1-64 > $f.sha256; done'],
  ])('believes sums in the forms people have: %s', async (_, command) => {
    const folder = cut(packed['gz'] ?? '', '--numeric-suffixes=1', '-a', '3', '-b', '70000', 'shop.tar.gz.')
    const [first = '', second = ''] = readdirSync(folder)
    execFileSync('sh', ['-c', command], { cwd: folder })
    await intact(join(folder, first))
    const bytes = readFileSync(join(folder, second))
    bytes[10] = (bytes[10] ?? 0) ^ 1
    writeFileSync(join(folder, second), bytes)
    await expect(openArchive(join(folder, first), forever)).rejects.toMatchObject({ parts: { parts: second } })
  })

  it.each([
    ['as the file was called', 'cat shop.tar.gz.* | sha256sum | sed "s/-/shop.tar.gz/" > SHA256SUMS'],
    ['as a pipe has it', 'cat shop.tar.gz.0* | sha256sum > shop.tar.gz.sha256'],
    ['alone', 'cat shop.tar.gz.0* | sha256sum | cut -c1-64 > shop.sha256'],
  ])('compares the sum of all parts together, where that is all there is: %s', async (_, command) => {
    const folder = cut(packed['gz'] ?? '', '--numeric-suffixes=1', '-a', '3', '-b', '70000', 'shop.tar.gz.')
    const [first = '', second = ''] = readdirSync(folder)
    execFileSync('sh', ['-c', command], { cwd: folder })
    await intact(join(folder, first))
    const before = readFileSync(join(folder, second))
    const bytes = Buffer.from(before)
    bytes[10] = (bytes[10] ?? 0) ^ 1
    writeFileSync(join(folder, second), bytes)
    await expect(openArchive(join(folder, first), forever)).rejects.toMatchObject({ code: 'sum-mismatch' })
  })

  it('is found by what lies beside it, and passes over sums of other kinds', async () => {
    const folder = cut(plain, '--numeric-suffixes=1', '-a', '3', '-b', '100000', 'shop.tar.part-')
    const command =
      'cat shop* | sha256sum > shop.tar.sha256; sha512sum shop* > SHA512SUMS; md5sum shop* | tr a b > shop.tar.md5'
    execFileSync('sh', ['-c', command], { cwd: folder })
    await intact(join(folder, 'shop.tar.sha256'))
    writeFileSync(join(folder, 'shop.tar.note.txt'), 'DELIVERY NOTE')
    await intact(join(folder, 'shop.tar.note.txt'))
  })

  it('is another file once a part of it has changed', async () => {
    const folder = cut(plain, '-b', '100000', 'shop.tar.part-')
    const [first = '', second = ''] = readdirSync(folder)
    const archive = await openArchive(join(folder, first), forever)
    const source = archiveSource(archive)
    const images = await source.read(
      archive.contents.images.map(({ image: { id } }) => id),
      forever,
    )
    const bytes = readFileSync(join(folder, second))
    rmSync(join(folder, second))
    writeFileSync(join(folder, second), bytes)
    const wishes = images.map((one) => ({ image: one, names: [] }))
    await expect(copy(source, wishes, verifyingSink(), forever, () => undefined)).rejects.toMatchObject({
      code: 'file-changed',
    })
  })
})

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
