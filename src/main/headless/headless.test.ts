import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeDir, tempDir } from '../testing/temp.ts'
import { parseAddress } from './address.ts'
import { HostFolders } from './folders.ts'

describe('places on the command line', () => {
  it.each([
    ['engine:', { type: 'engine', context: undefined, ref: undefined }],
    ['engine:nginx', { type: 'engine', context: undefined, ref: 'nginx:latest' }],
    ['engine:docker.io/acme/shop:1', { type: 'engine', context: undefined, ref: 'acme/shop:1' }],
    ['engine@work:0123456789ab', { type: 'engine', context: 'work', ref: '0123456789ab' }],
    ['archive:a.tar', { type: 'archive', path: 'a.tar', ref: undefined }],
    ['archive:a.tar#acme/shop:1', { type: 'archive', path: 'a.tar', ref: 'acme/shop:1' }],
    ['archive:a#b.tar#acme/shop', { type: 'archive', path: 'a#b.tar', ref: 'acme/shop:latest' }],
    ['archive:odd #1 file.tar', { type: 'archive', path: 'odd #1 file.tar', ref: undefined }],
    ['archive:C:\\images\\a.tar#x:1', { type: 'archive', path: 'C:\\images\\a.tar', ref: 'x:1' }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
  })

  it.each([
    '',
    'nginx',
    'engine',
    'engine@:x',
    'engine:Upper/Case:é',
    'archive:',
    'layout:',
    'registry:',
    'registry:Not a name',
    'ftp:x',
  ])('refuses %s', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('folders for a browser', () => {
  let dir: string
  let folders: HostFolders
  beforeAll(() => {
    dir = tempDir()
    mkdirSync(join(dir, 'root', 'inside'), { recursive: true })
    mkdirSync(join(dir, 'root-not'))
    writeFileSync(join(dir, 'secret'), 'secret')
    writeFileSync(join(dir, 'root', 'a.tar'), 'tar')
    writeFileSync(join(dir, 'root', '.hidden'), '')
    symlinkSync(dir, join(dir, 'root', 'out'))
    symlinkSync(join(dir, 'nowhere'), join(dir, 'root', 'dangling'))
    folders = new HostFolders([join(dir, 'root')])
  })
  afterAll(() => removeDir(dir))

  it('lets what is below a root pass, there or not yet', async () => {
    for (const path of ['root', 'root/a.tar', 'root/inside/new.tar']) await folders.admit(join(dir, path))
  })

  it('keeps out what is no whole path, or goes up: a link may lie before the ..', async () => {
    for (const path of ['a.tar', `${dir}/root/out/../secret`, `${dir}/root/inside/../a.tar`]) {
      await expect(folders.admit(path)).rejects.toMatchObject({ code: 'folder-outside' })
    }
  })

  it.each(['secret', 'root/../secret', 'root-not/x', 'root/out/secret', 'root/out/new.tar', '..'])(
    'keeps %s out',
    async (path) => {
      await expect(folders.admit(join(dir, path))).rejects.toMatchObject({ code: 'folder-outside' })
    },
  )

  it('lists folders first, without hidden and dangling ones, and no way up out of the root', async () => {
    const listed = await folders.list(undefined)
    expect(listed.entries.map(({ name, folder }) => [name, folder])).toEqual([
      ['inside', true],
      ['out', true],
      ['a.tar', false],
    ])
    expect(listed.parent).toBeUndefined()
    expect((await folders.list(join(dir, 'root', 'inside'))).parent).toBe(join(dir, 'root'))
    await expect(folders.list(join(dir, 'root', 'out'))).rejects.toMatchObject({ code: 'folder-outside' })
  })

  it('makes folders by name only', async () => {
    expect(await folders.makeFolder(join(dir, 'root'), 'new')).toBe(join(dir, 'root', 'new'))
    for (const name of ['', '..', '../x', 'a/b', '.x'])
      await expect(folders.makeFolder(join(dir, 'root'), name)).rejects.toMatchObject({ code: 'name-invalid' })
  })
})
