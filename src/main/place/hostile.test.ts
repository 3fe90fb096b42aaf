import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf, type TarEntry, writeTar } from '../testing/content.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { openArchive } from './archive/open.ts'

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
    ['-----BEGIN PGP MESSAGE-----\n', 'archive-not-images', 'openpgp'],
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

  it('keeps names it cannot believe out, and the image in', async () => {
    const entries = [
      manifest('config.json', ['a'], ['acme/Upper:1', 'fine:2', 'bad tag:3']),
      config(ID),
      { name: 'a', content: LAYER },
    ]
    expect(await opened(entries)).toMatchObject({ contents: { images: [{ image: { names: ['fine:2'] } }] } })
  })
})
