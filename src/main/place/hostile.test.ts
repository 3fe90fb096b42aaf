import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../copy/copy.ts'
import { verifyingSink } from '../copy/verify.ts'
import { digestOf, type TarEntry, writeTar } from '../testing/content.ts'
import { type HostileArchive, writeHostileArchives } from '../testing/hostile-archives.ts'
import type { Looked } from '../testing/look-into.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { checkArchive, type OpenArchive, openArchive } from './archive/open.ts'
import { archiveSource } from './archive/source.ts'

const NEVER = new AbortController().signal
const LAYER = 'x'.repeat(1024)

function manifest(config: string, layers: readonly string[], tags: readonly string[] = ['a:1']): TarEntry {
  return { name: 'manifest.json', content: JSON.stringify([{ Config: config, RepoTags: tags, Layers: layers }]) }
}

function config(...diffIds: readonly string[]): TarEntry {
  return {
    name: 'config.json',
    content: JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds } }),
  }
}

const ID = digestOf(LAYER)

/** What no image file should be: a clear word, and nothing written (openArchive writes nothing at all). */
describe('hostile and odd files', () => {
  let dir: string
  beforeAll(() => {
    dir = tempDir()
  })
  afterAll(() => removeDir(dir))

  async function opened(entries: readonly TarEntry[], wrap?: 'gzip'): Promise<unknown> {
    const path = join(dir, 'file.tar')
    await writeTar(path, entries)
    if (wrap) execFileSync(wrap, ['-f', path])
    return await openArchive(wrap ? `${path}.gz` : path, NEVER)
  }

  const cases: [string, readonly TarEntry[], string][] = [
    [
      'a circle of links',
      [
        manifest('config.json', ['a']),
        config(ID),
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
      ],
      'archive-hostile',
    ],
    [
      'a link to itself',
      [manifest('config.json', ['a']), config(ID), { name: 'a', type: 'link', linkname: 'a' }],
      'archive-hostile',
    ],
    [
      'a link out of the archive',
      [manifest('config.json', ['a']), config(ID), { name: 'a', type: 'symlink', linkname: '../../etc/passwd' }],
      'archive-hostile',
    ],
    [
      'a link to the root',
      [manifest('config.json', ['a']), config(ID), { name: 'a', type: 'symlink', linkname: '/etc/passwd' }],
      'archive-hostile',
    ],
    ['a layer named out of the archive', [manifest('config.json', ['../../layer.tar']), config(ID)], 'archive-hostile'],
    ['an absolute config name', [manifest('/etc/passwd', []), config(ID)], 'archive-hostile'],
    [
      'an entry named out of the archive',
      [manifest('config.json', ['a']), config(ID), { name: 'a', content: LAYER }, { name: '../escaped', content: 'x' }],
      'archive-hostile',
    ],
    [
      'an absolute entry',
      [
        manifest('config.json', ['a']),
        config(ID),
        { name: 'a', content: LAYER },
        { name: '/etc/cron.d/x', content: 'x' },
      ],
      'archive-hostile',
    ],
    ['a folder for a layer', [manifest('config.json', ['a']), config(ID), { name: 'a/' }], 'archive-hostile'],
    [
      'more layers listed than described',
      [manifest('config.json', ['a', 'a']), config(ID), { name: 'a', content: LAYER }],
      'archive-damaged',
    ],
    ['no config', [manifest('config.json', ['a']), { name: 'a', content: LAYER }], 'archive-damaged'],
    [
      'a config that is no JSON',
      [manifest('config.json', ['a']), { name: 'config.json', content: '{"os":' }, { name: 'a', content: LAYER }],
      'archive-damaged',
    ],
    [
      'a config of another shape',
      [
        manifest('config.json', ['a']),
        { name: 'config.json', content: '{"rootfs":{"diff_ids":["nonsense"]}}' },
        { name: 'a', content: LAYER },
      ],
      'archive-damaged',
    ],
    ['a manifest of another shape', [{ name: 'manifest.json', content: '[1,2]' }], 'archive-damaged'],
    ['a manifest of 20 MB', [{ name: 'manifest.json', content: `[${' '.repeat(20 << 20)}]` }], 'archive-too-large'],
    [
      'a config of 5 MB',
      [manifest('config.json', []), { name: 'config.json', content: `{${' '.repeat(5 << 20)}}` }],
      'archive-too-large',
    ],
    ['other files', [{ name: 'notes.txt', content: 'hello' }], 'archive-not-images'],
    ['nothing', [], 'archive-not-images'],
  ]

  it.each(cases)('refuses %s', async (_, entries, code) => {
    await expect(opened(entries)).rejects.toMatchObject({ code })
  })

  it.each(cases.filter(([, , code]) => code === 'archive-hostile'))(
    'refuses %s in a compressed file too',
    async (_, entries, code) => {
      await expect(opened(entries, 'gzip')).rejects.toMatchObject({ code })
    },
  )

  it('refuses an index that goes down and down', async () => {
    const blobs: TarEntry[] = []
    const blob = (content: string, mediaType: string): unknown => {
      const digest = digestOf(content)
      blobs.push({ name: `blobs/sha256/${digest.slice(7)}`, content })
      return { mediaType, digest, size: content.length }
    }
    const media = 'application/vnd.oci.image.index.v1+json'
    let inner = blob(JSON.stringify({ schemaVersion: 2, manifests: [] }), media)
    for (let depth = 0; depth < 12; depth++)
      inner = blob(JSON.stringify({ schemaVersion: 2, depth, manifests: [inner] }), media)
    const index = { name: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests: [inner] }) }
    await expect(
      opened([...blobs, index, { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' }]),
    ).rejects.toMatchObject({ code: 'archive-hostile' })
  })

  it('refuses a blob that is not what it is addressed by', async () => {
    const index = {
      schemaVersion: 2,
      manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf('other'), size: 5 }],
    }
    const entries = [
      { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { name: 'index.json', content: JSON.stringify(index) },
      { name: `blobs/sha256/${digestOf('other').slice(7)}`, content: '{"schemaVersion":2}' },
    ]
    await expect(opened(entries)).rejects.toMatchObject({ code: 'digest-mismatch' })
  })

  it.each([
    ['', 'archive-empty', undefined],
    ['<!DOCTYPE html><html>login</html>', 'archive-not-images', 'html'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0', 'archive-not-images', 'lfs'],
    ['{"errorDetail":{"message":"no"}}', 'archive-not-images', 'json'],
    ['PK\u0003\u0004zip', 'archive-not-images', 'zip'],
    ['-----BEGIN PGP MESSAGE-----\n', 'archive-truncated', undefined],
    ['-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n', 'archive-not-images', 'openpgp-signed'],
    ['-----BEGIN PGP PUBLIC KEY BLOCK-----\n', 'archive-not-images', 'openpgp-key'],
    ['just words\n', 'archive-not-images', 'text'],
    ['\u0000\u0001\u0002\u0003', 'archive-not-images', 'binary'],
  ])('says of %j what it is', async (content, code, kind) => {
    const path = join(dir, 'odd')
    writeFileSync(path, content)
    const error: unknown = await openArchive(path, NEVER).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, parts: kind ? { kind, path: 'odd' } : { path: 'odd' } })
  })

  it('refuses a folder, a device and what is not there', async () => {
    await expect(openArchive(dir, NEVER)).rejects.toMatchObject({ code: 'file-is-folder' })
    await expect(openArchive('/dev/zero', NEVER)).rejects.toMatchObject({ code: 'archive-not-images' })
    await expect(openArchive(join(dir, 'nope'), NEVER)).rejects.toMatchObject({ code: 'file-missing' })
    const fifo = join(dir, 'fifo')
    execFileSync('mkfifo', [fifo])
    await expect(openArchive(fifo, NEVER)).rejects.toMatchObject({ code: 'archive-not-images' })
  })

  it('takes a file all of whose names stand in one folder, and one with a byte order mark', async () => {
    const entries = [manifest('config.json', ['a']), config(ID), { name: 'a', content: LAYER }]
    const inFolder = entries.map((entry) => ({ ...entry, name: `delivery/${entry.name}` }))
    expect(await opened(inFolder)).toMatchObject({ contents: { images: [{ image: { names: ['a:1'] } }] } })
    const marked = entries.map((entry) =>
      entry.name === 'manifest.json' ? { ...entry, content: `\ufeff${entry.content as string}` } : entry,
    )
    expect(await opened(marked)).toMatchObject({ contents: { images: [{ image: { names: ['a:1'] } }] } })
  })

  it('follows hard links in such a folder, and looks into it when it is compressed', async () => {
    const entries: TarEntry[] = [
      { name: 'delivery/b', content: LAYER },
      { name: 'delivery/a', type: 'link', linkname: './delivery/b' },
      { ...manifest('config.json', ['a']), name: 'delivery/manifest.json' },
      { ...config(ID), name: 'delivery/config.json' },
    ]
    expect(await checkArchive((await opened(entries)) as OpenArchive, NEVER)).toMatchObject({ checked: 'intact' })
    expect(await opened(entries, 'gzip')).toMatchObject({ checked: 'intact', contents: { images: [{}] } })
  })

  it('takes the last of two files of one name, and copies what it checked', async () => {
    const entries = [
      { name: 'a', content: 'an older one' },
      manifest('config.json', ['a']),
      config(ID),
      { name: 'a', content: LAYER },
    ]
    for (const wrap of [undefined, 'gzip'] as const) {
      const archive = (await opened(entries, wrap)) as OpenArchive
      expect(await checkArchive(archive, NEVER), wrap).toMatchObject({ checked: 'intact' })
      const wishes = archive.contents.images.map(({ image }) => ({ image, names: [] }))
      await copy(archiveSource(archive), wishes, verifyingSink(), NEVER, () => undefined)
    }
  })

  it('knows the files of a system, whatever else is among them', async () => {
    const system: TarEntry[] = ['bin/', 'etc/', 'usr/', 'var/'].map((name) => ({ name }))
    const among: TarEntry[][] = [
      [{ name: 'manifest.json', content: '// no JSON at all' }],
      [{ name: 'manifest.json', content: '[]' }],
      [{ name: 'opt/compose.yaml', content: 'services:' }],
      [{ name: 'srv/manifest.json', content: '[1' }],
      [{ name: 'chart/Chart.yaml', content: 'name: x' }],
    ]
    for (const files of among)
      expect(await opened([...system, ...files]), files[0]?.name).toMatchObject({ contents: { format: 'rootfs' } })
    // As node_modules would: more JSON than is kept of an image file's documents.
    const packages = Array.from({ length: 12 }, (_, index) => ({
      name: `usr/${index}.json`,
      content: `{${' '.repeat(3 << 20)}}`,
    }))
    expect(await opened([...system, ...packages], 'gzip')).toMatchObject({ contents: { format: 'rootfs' } })
    await expect(opened([...system, { name: 'etc/.wh.passwd', content: '' }])).rejects.toMatchObject({
      code: 'archive-not-images',
      parts: { kind: 'layer' },
    })
  })

  it('says of a layout that holds a chart and no image what it is', async () => {
    const blob = (content: string): TarEntry => ({ name: `blobs/sha256/${digestOf(content).slice(7)}`, content })
    const chart = JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf('{}'), size: 2 },
      layers: [],
    })
    const index = {
      schemaVersion: 2,
      manifests: [
        { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf(chart), size: chart.length },
      ],
    }
    const entries = [
      { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { name: 'index.json', content: JSON.stringify(index) },
      blob(chart),
      blob('{}'),
    ]
    await expect(opened(entries)).rejects.toMatchObject({ code: 'archive-not-images', parts: { kind: 'helm' } })
  })

  it('keeps names it cannot believe out, and the image in', async () => {
    const entries = [
      manifest('config.json', ['a'], ['acme/Upper:1', 'fine:2', 'bad tag:3']),
      config(ID),
      { name: 'a', content: LAYER },
    ]
    expect(await opened(entries)).toMatchObject({ contents: { images: [{ image: { names: ['fine:2'] } }] } })
  })
})

/** MiB of a whole process that looks into a file and checks it, Node's own 45 among them. */
const MOST_MEMORY = 250
/** What a person reads of it holds nothing a terminal would obey. */
const OBEYED = /\\u00[01][0-9a-f]|\\u007f|\\u202e|[\p{Cc}\p{Cf}]/iu

/**
 * As the app does it, but in a process of its own, built as the app is built: Node's own translation of TypeScript would
 * be a third of what is measured.
 */
describe('hostile files, by a process that is measured', () => {
  const root = join(import.meta.dirname, '../../..')
  const program = join(root, '.tsbuild', `look-into-${process.pid}`)
  let dir: string
  let canary: string
  let archives: HostileArchive[]
  const looked = new Map<string, Looked>()

  async function look(paths: readonly string[]): Promise<void> {
    const args = ['--expose-gc', join(program, 'look-into.js'), ...paths]
    // Names with `..` would land in a folder above, and so on up to the canary.
    const cwd = join(canary, 'a/b/c')
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 1 << 24 })
    for (const line of stdout.split('\n').filter(Boolean)) {
      const one = JSON.parse(line) as Looked
      looked.set(one.path, one)
    }
  }

  function everything(below: string): string[] {
    return readdirSync(below, { recursive: true, encoding: 'utf8' })
      .map((name) => `${name} ${statSync(join(below, name)).mtimeMs} ${statSync(join(below, name)).size}`)
      .sort()
  }

  beforeAll(async () => {
    dir = tempDir()
    canary = join(dir, 'canary')
    mkdirSync(join(canary, 'a/b/c'), { recursive: true })
    for (const name of ['escaped', 'a/x', 'a/b/c/b']) writeFileSync(join(canary, name), 'untouched')
    archives = writeHostileArchives(join(dir, 'archives'))
    await build({
      configFile: false,
      root,
      logLevel: 'warn',
      build: {
        ssr: 'src/main/testing/look-into.ts',
        outDir: program,
        target: 'node24',
        minify: false,
        emptyOutDir: true,
      },
    })
  })
  afterAll(() => {
    removeDir(program)
    removeDir(dir)
  })

  it(`says of each what it is, in less than ${MOST_MEMORY} MiB, and writes nothing`, async () => {
    const before = everything(dir)
    const together = archives.filter(({ alone }) => !alone).map(({ path }) => path)
    const queue = [together, ...archives.filter(({ alone }) => alone).map(({ path }) => [path])]
    const work = async (): Promise<void> => {
      for (let paths = queue.shift(); paths; paths = queue.shift()) await look(paths)
    }
    await Promise.all([work(), work()])
    for (const { what, path, alone: _, ...expected } of archives) {
      const found = looked.get(path)
      expect(found, what).toMatchObject({ problems: [], ...expected })
      expect(found?.said, what).not.toMatch(OBEYED)
      expect(found?.said.length, what).toBeLessThan(1000)
      expect(found?.peak, what).toBeLessThan(MOST_MEMORY)
    }
    expect(archives.length).toBeGreaterThan(100)
    expect(everything(dir)).toEqual(before)
  })
})
