import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Copied, copy } from '../../copy/copy.ts'
import { verifyingSink } from '../../copy/verify.ts'
import { requireCommand } from '../../testing/commands.ts'
import { type MadeArchive, makeImage, ociArchive } from '../../testing/handmade-archives.ts'
import { randomOf } from '../../testing/random.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { checkArchive, openArchive } from './open.ts'
import { Shelf } from './shelf.ts'
import { archiveSink, type SaveTarget } from './sink.ts'
import { archiveSource } from './source.ts'

const forever = new AbortController().signal
const PASSWORD = 'correct horse – battery'
/** As the fuzz of archives: a long run is asked for. */
const FLIPS = process.env['CABOTEUR_FUZZ'] === undefined ? 40 : 1000
/** Bytes. */
const PART = 150_000
const SEED = Number(process.env['CABOTEUR_FUZZ_SEED'] ?? 20_261_125)

async function nowhere(path: string, password?: string): Promise<Copied> {
  const archive = await openArchive(path, forever, undefined, password)
  expect(archive).toMatchObject({ checked: 'intact', problems: [] })
  const source = archiveSource(archive)
  const images = await source.read(
    archive.contents.images.map(({ image }) => image.id),
    forever,
  )
  return await copy(
    source,
    images.map((image) => ({ image, names: [] })),
    verifyingSink(),
    forever,
    () => undefined,
  )
}

describe('a protected file', () => {
  let dir: string
  let home: string
  let made: MadeArchive
  let password: string

  beforeAll(async () => {
    requireCommand('gpg')
    dir = tempDir()
    home = join(dir, 'gnupg')
    mkdirSync(home, { mode: 0o700 })
    password = join(dir, 'password')
    writeFileSync(password, PASSWORD)
    const image = await makeImage({
      names: ['safe/shop:1'],
      layers: ['busybox', { randomBytes: 500_000, seed: 'safe' }],
    })
    made = await ociArchive(dir, [image], { file: 'source.tar' })
  })
  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    removeDir(dir)
  })

  let folders = 0
  function folder(): string {
    folders += 1
    const path = join(dir, `out-${folders}`)
    mkdirSync(path)
    return path
  }

  async function save(path: string, target: SaveTarget): Promise<Copied> {
    const archive = await openArchive(made.path, forever)
    const source = archiveSource(archive)
    const images = await source.read(
      archive.contents.images.map(({ image }) => image.id),
      forever,
    )
    const wishes = images.map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
    return await copy(source, wishes, archiveSink(path, target), forever, () => undefined)
  }

  const target = (method: SaveTarget['method'], split?: number): SaveTarget => ({
    method,
    level: 'fast',
    password: PASSWORD,
    ...(split === undefined ? {} : { split }),
  })

  function shell(at: string, script: string): Buffer {
    const GPG = `gpg --homedir ${home} --batch --quiet --pinentry-mode loopback --passphrase-file ${password}`
    return execFileSync('bash', ['-c', `set -e -o pipefail; ${script.replaceAll('GPG', GPG)}`], {
      cwd: at,
      maxBuffer: 64 << 20,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  it.each([
    ['none', 'cat'],
    ['gzip', 'gzip -d'],
    ['zstd', 'zstd -d'],
    ['bzip2', 'bzip2 -d'],
  ] as const)('is opened by gpg, and here: %s', async (method, tool) => {
    const out = folder()
    await save(join(out, 'plain.tar'), { method: 'none', level: 'fast' })
    await save(join(out, 'shop.gpg'), target(method))
    expect(shell(out, `GPG -d shop.gpg | ${tool}`).equals(readFileSync(join(out, 'plain.tar')))).toBe(true)
    shell(out, 'sha256sum --check --strict shop.gpg.sha256')
    await nowhere(join(out, 'shop.gpg'), PASSWORD)
    expect(await openArchive(join(out, 'shop.gpg'), forever, undefined, PASSWORD)).toMatchObject({
      compression: method,
    })
  })

  it.each([
    ['--armor', 'shop.asc'],
    ['--compress-algo zip', 'zip.gpg'],
    ['--compress-algo zlib', 'zlib.pgp'],
    ['--compress-algo bzip2', 'bzip2.gpg'],
  ])('is read as gpg -c wrote it: %s', async (args, name) => {
    const out = folder()
    copyFileSync(made.path, join(out, 'source.tar'))
    shell(out, `GPG ${args} --output ${name} -c source.tar`)
    await nowhere(join(out, name), PASSWORD)
    shell(out, `zstd -q source.tar; GPG ${args} -c < source.tar.zst | split -b 100000 - ${name}.`)
    await nowhere(join(out, `${name}.ac`), PASSWORD)
  })

  it('in parts is joined by cat, checked by sha256sum, and opened by any of them', async () => {
    const out = folder()
    await save(join(out, 'shop.tar.zst.gpg'), target('zstd', 200_000))
    const names = readdirSync(out).sort()
    expect(names.length).toBeGreaterThan(4)
    expect(names[0]).toBe('SHA256SUMS')
    expect(names.slice(1)).toEqual(
      names.slice(1).map((_, index) => `shop.tar.zst.gpg.part-${String(index + 1).padStart(3, '0')}`),
    )
    shell(out, 'sha256sum --check --strict SHA256SUMS')
    const listed = shell(out, 'cat shop.tar.zst.gpg.part-* | GPG -d | zstd -d | tar t').toString()
    expect(listed).toContain('manifest.json')
    for (const name of names) await nowhere(join(out, name), PASSWORD)
  })

  it('asks for the password, tells a wrong one at once, and needs it only once', async () => {
    const out = folder()
    const path = join(out, 'shop.tar.zst.gpg')
    await save(path, target('zstd'))
    await expect(openArchive(path, forever)).rejects.toMatchObject({
      code: 'password-needed',
      parts: { path: 'shop.tar.zst.gpg' },
    })
    let read = 0
    const shelf = new Shelf()
    const wrong = shelf.open(path, forever, () => (read += 1), 'correct horse')
    await expect(wrong).rejects.toMatchObject({ code: 'password-wrong' })
    expect(read).toBe(0)
    await shelf.open(path, forever, undefined, PASSWORD)
    expect(await shelf.get(path, forever)).toMatchObject({ checked: 'intact' })
    expect(await checkArchive(await shelf.open(path, forever), forever)).toMatchObject({ problems: [] })
    // Another file of that name is another one.
    await save(path, target('none'))
    await expect(shelf.open(path, forever)).rejects.toMatchObject({ code: 'password-needed' })
  })

  it(`finds a byte that was changed anywhere in its parts, and names the part: ${FLIPS} places`, {
    timeout: 1_800_000,
  }, async () => {
    const out = folder()
    await save(join(out, 'shop.tar.zst.gpg'), target('zstd', PART))
    const names = readdirSync(out).filter((name) => name.includes('.part-'))
    expect(names.length).toBeGreaterThan(2)
    const sizes = names.map((name) => statSync(join(out, name)).size)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    const random = randomOf(SEED)
    for (let count = 0; count < FLIPS; count++) {
      // A tenth of them where the message begins, which decides over all that follows.
      const place = random(count % 10 === 0 ? 140 : total)
      const [index, at] = [Math.floor(place / PART), place % PART]
      const name = names[index] ?? ''
      const before = readFileSync(join(out, name))
      const changed = Buffer.from(before)
      changed[at] = (changed[at] ?? 0) ^ (1 << random(8))
      writeFileSync(join(out, name), changed)
      const opened = openArchive(join(out, names[random(names.length)] ?? ''), forever, undefined, PASSWORD)
      await expect(opened, `byte ${at} of ${name}, CABOTEUR_FUZZ_SEED=${SEED}`).rejects.toMatchObject({
        code: 'part-damaged',
        parts: { parts: name },
      })
      writeFileSync(join(out, name), before)
    }
    await nowhere(join(out, names[0] ?? ''), PASSWORD)
  })

  it('names a part that is missing or was cut, without a password', async () => {
    const out = folder()
    await save(join(out, 'shop.tar.gpg'), target('none', 200_000))
    const [first = '', second = '', ...rest] = readdirSync(out).filter((name) => name.includes('.part-'))
    const kept = readFileSync(join(out, second))
    rmSync(join(out, second))
    await expect(openArchive(join(out, first), forever)).rejects.toMatchObject({
      code: 'set-incomplete',
      parts: { missing: second },
    })
    writeFileSync(join(out, second), kept.subarray(0, 100))
    await expect(openArchive(join(out, rest[0] ?? first), forever)).rejects.toMatchObject({
      code: 'part-damaged',
      parts: { parts: second },
    })
  })

  it.each([60, 300, 200_000, -1])('is not read when it stops early: %i', async (length) => {
    const path = join(folder(), 'shop.tar.gpg')
    await save(path, target('none'))
    truncateSync(path, length < 0 ? statSync(path).size + length : length)
    await expect(openArchive(path, forever, undefined, PASSWORD)).rejects.toMatchObject({
      code: expect.stringMatching(/^archive-(?:truncated|damaged)$/),
    })
  })

  it('says nothing of a file whose last byte was changed', async () => {
    const path = join(folder(), 'shop.tar.gpg')
    await save(path, target('none'))
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(path, bytes)
    await expect(openArchive(path, forever, undefined, PASSWORD)).rejects.toMatchObject({ code: 'archive-damaged' })
  })
})
