import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  damaged,
  dockerExport,
  dockerSave,
  podmanSave,
  skopeoDockerArchive,
  skopeoOciArchive,
  tarEntry,
  truncated,
  type Wrapping,
  wrap,
} from './archives.ts'
import { findCommand, requireCommand } from './commands.ts'
import { digestOf } from './content.ts'
import { readOnlyMount, smallDisk } from './drives.ts'
import { type Engine, startEngine } from './engine.ts'
import { handmadeArchives, legacyArchive, legacyIds, type MadeArchive, makeImage } from './handmade-archives.ts'
import { buildImage, expected, runImage } from './images.ts'
import { sharedEngine } from './shared-engine.ts'
import { mountsUnder, removeDir, tempDir } from './temp.ts'

function codeOf(action: () => void): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

describe('a private engine', () => {
  let engine: Engine
  let dir: string
  beforeAll(async () => {
    dir = tempDir()
    engine = await startEngine()
  })
  afterAll(async () => {
    await engine.stop()
    expect(mountsUnder(engine.dir)).toEqual([])
    removeDir(dir)
  })

  it('runs what was built in it, with the same layers each time', async () => {
    const spec = { layers: [{ randomBytes: 50_000 }, { files: { 'etc/a': 'a' } }, { files: { 'etc/b': 'b' } }] }
    const image = await buildImage(engine, { ...spec, name: 'ground/runs:1', env: { WORD: 'two words' } })
    expect(runImage(engine, 'ground/runs:1')).toBe('ground/runs:1 runs')
    expect(runImage(engine, 'ground/runs:1', 'sh', '-c', 'echo $WORD; ls /etc')).toContain('two words\na\nb')
    const again = await buildImage(engine, { ...spec, name: 'ground/again:1' })
    expect(again.diffIds).toEqual(image.diffIds)
    expect(again.configDigest).not.toBe(image.configDigest)
  })

  it('takes a file away in a layer', async () => {
    await buildImage(engine, {
      name: 'ground/less:1',
      layers: [{ files: { kept: '1', gone: '1' } }, { remove: ['/gone'] }],
    })
    expect(runImage(engine, 'ground/less:1', 'ls', '/').split('\n')).toContain('kept')
    expect(runImage(engine, 'ground/less:1', 'ls', '/').split('\n')).not.toContain('gone')
  })

  it('keeps its images while it is halted', async () => {
    await buildImage(engine, { name: 'ground/halted:1', busybox: false, layers: [{ files: { a: 'a' } }] })
    await engine.halt()
    expect(() => engine.docker('images')).toThrow(/Cannot connect|docker daemon/)
    await engine.resume()
    expect(engine.docker('images', '--quiet', 'ground/halted:1')).not.toBe('')
  })

  it('saves as Docker does, and names folders as we compute them', async () => {
    const same = { files: { 'etc/same': 'same' } }
    const spec = { name: 'ground/saved:1', busybox: false, layers: [same, { files: { 'etc/other': '1' } }, same] }
    const image = await buildImage(engine, spec)
    const untagged = await buildImage(engine, { busybox: false, layers: [same] })
    const saved = dockerSave(engine, dir, [image.names[0] ?? '', untagged.id], 'several.tar')
    const listed = execFileSync('tar', ['-tvf', saved.path], { encoding: 'utf8' })
    for (const id of legacyIds(image.diffIds).slice(0, -1)) expect(listed).toContain(`${id}/layer.tar`)
    expect(listed).toMatch(/layer\.tar -> \.\.\/[0-9a-f]{64}\/layer\.tar/)
    expect(saved.images.map(({ names }) => names)).toEqual([['ground/saved:1'], []])
    for (const { configDigest } of saved.images) {
      expect(digestOf(tarEntry(saved.path, `${configDigest.slice(7)}.json`))).toBe(configDigest)
    }
  })

  it('exports files that are no image', async () => {
    const image = await buildImage(engine, { name: 'ground/exported:1' })
    const { path } = dockerExport(engine, dir, image.id)
    expect(execFileSync('tar', ['-tf', path], { encoding: 'utf8' })).toContain('.dockerenv')
  })

  it('loads the handmade kinds that Docker 20.10 knows, and runs what they hold', async () => {
    const made = await handmadeArchives(dir)
    const { oci, ociPlatforms, ociZstd, containerdZstd, rootfs, v1, ...loadable } = made
    for (const [kind, archive] of Object.entries<MadeArchive>(loadable)) {
      engine.docker('load', '--input', archive.path)
      for (const image of archive.images) {
        const seen = expected(engine, image.names[0] ?? image.configDigest)
        expect(seen, kind).toMatchObject({ configDigest: image.configDigest, diffIds: image.diffIds })
        engine.docker('rmi', '--force', seen.id)
      }
    }
    engine.docker('load', '--input', v1.path)
    expect(expected(engine, 'demo/app:1.0.0').diffIds).toEqual(v1.images[0]?.diffIds)
    // Layers it has already are not even looked at.
    engine.docker('rmi', '--force', expected(engine, 'demo/app:1.0.0').id)
    for (const { path } of [oci, ociPlatforms, ociZstd, containerdZstd, rootfs]) {
      expect(() => engine.docker('load', '--input', path), path).toThrow()
    }
    const runs = await makeImage({ names: ['ground/handmade:1'], layers: ['busybox'] })
    engine.docker('load', '--input', (await legacyArchive(dir, [runs], { file: 'runs.tar' })).path)
    expect(runImage(engine, 'ground/handmade:1')).toBe('ground/handmade:1 runs')
  })

  it('refuses a damaged and a truncated file', async () => {
    const image = await makeImage({ names: ['ground/harmed:1'], layers: [{ randomBytes: 100_000, seed: 'harmed' }] })
    const whole = await legacyArchive(dir, [image], { file: 'harmed.tar' })
    const harmed = damaged(whole)
    expect(harmed.place.name).toMatch(/layer\.tar$/)
    expect(() => engine.docker('load', '--input', harmed.path)).toThrow(/diffID/)
    expect(() => engine.docker('load', '--input', truncated(whole).path)).toThrow()
    expect(engine.docker('images', '--quiet', 'ground/harmed')).toBe('')
  })

  it('is read by skopeo and podman, and they write what we say', async () => {
    const image = await buildImage(engine, { name: 'ground/others:1', layers: [{ textBytes: 20_000 }] })
    const archives = [
      skopeoDockerArchive(engine, dir, 'ground/others:1'),
      skopeoOciArchive(engine, dir, 'ground/others:1'),
    ]
    for (const archive of archives) expect(archive.images[0]?.diffIds).toEqual(image.diffIds)
    const inspect = (from: string) =>
      JSON.parse(execFileSync('skopeo', ['inspect', '--config', from], { encoding: 'utf8' })) as unknown
    expect(inspect(`docker-archive:${archives[0]?.path}`)).toMatchObject({ rootfs: { diff_ids: image.diffIds } })
    expect(inspect(`oci-archive:${archives[1]?.path}`)).toMatchObject({ rootfs: { diff_ids: image.diffIds } })
    const { oci, ociZstd, kaniko, hybrid } = await handmadeArchives(dir)
    for (const { path, images } of [oci, ociZstd]) {
      expect(inspect(`oci-archive:${path}`)).toMatchObject({ rootfs: { diff_ids: images[0]?.diffIds } })
    }
    expect(inspect(`docker-archive:${kaniko.path}`)).toMatchObject({ rootfs: { diff_ids: kaniko.images[0]?.diffIds } })
    expect(inspect(`docker-archive:${hybrid.path}:demo/app:2.0.0`)).toMatchObject({
      rootfs: { diff_ids: hybrid.images[1]?.diffIds },
    })
    const podman = podmanSave(dockerSave(engine, dir, ['ground/others:1']), dir)
    if (findCommand('podman')) {
      expect(inspect(`docker-archive:${podman?.path}`)).toMatchObject({ rootfs: { diff_ids: image.diffIds } })
    }
  })

  it.each<[Wrapping, string]>([
    ['gzip', 'gzip'],
    ['zstd', 'zstd'],
    ['xz', 'xz'],
    ['bzip2', 'bzip2'],
  ])('wraps a file with %s', async (wrapping, command) => {
    const image = await makeImage({ layers: [{ textBytes: 50_000 }] })
    const plain = await legacyArchive(dir, [image], { file: `wrapped-${wrapping}.tar` })
    const wrapped = wrap(plain, wrapping)
    expect(statSync(wrapped.path).size).toBeLessThan(statSync(plain.path).size)
    const unwrapped = execFileSync(requireCommand(command), ['-d', '-c', wrapped.path], { maxBuffer: 2 ** 26 })
    expect(unwrapped.equals(readFileSync(plain.path))).toBe(true)
  })
})

describe('the shared engine', () => {
  it('answers, and is the same for everybody', async () => {
    const [one, two] = await Promise.all([sharedEngine(), sharedEngine()])
    expect(one.docker('version', '--format', '{{.Server.Version}}')).toMatch(/^\d+\./)
    expect(two.host).toBe(one.host)
  })
})

describe('disks', () => {
  it('fill up', () => {
    const disk = smallDisk(16 * 2 ** 20)
    try {
      expect(disk.free()).toBeGreaterThan(8 * 2 ** 20)
      disk.fill(64 * 1024)
      expect(disk.free()).toBeLessThan(128 * 1024)
      expect(codeOf(() => writeFileSync(join(disk.path, 'more'), Buffer.alloc(2 ** 20)))).toBe('ENOSPC')
    } finally {
      disk.remove()
    }
  })

  it('refuse writes', () => {
    const disk = smallDisk(16 * 2 ** 20)
    const mount = readOnlyMount()
    try {
      writeFileSync(join(mount.writable, 'there'), 'there')
      expect(readFileSync(join(mount.path, 'there'), 'utf8')).toBe('there')
      expect(codeOf(() => writeFileSync(join(mount.path, 'new'), 'new'))).toBe('EROFS')
      disk.makeReadOnly()
      expect(codeOf(() => writeFileSync(join(disk.path, 'new'), 'new'))).toBe('EROFS')
    } finally {
      mount.remove()
      disk.remove()
    }
  })

  it('are pulled', () => {
    const disk = smallDisk(16 * 2 ** 20)
    try {
      writeFileSync(join(disk.path, 'before'), 'before', { flush: true })
      disk.pull()
      expect(codeOf(() => writeFileSync(join(disk.path, 'after'), 'after', { flush: true }))).toBe('EIO')
    } finally {
      disk.remove()
    }
    expect(mountsUnder(disk.path)).toEqual([])
  })

  it('can be too small for Docker', async () => {
    const engine = await startEngine({ dataRootSize: 64 * 2 ** 20 })
    try {
      const image = makeImage({ names: ['ground/full:1'], layers: [{ randomBytes: 8 * 2 ** 20 }] })
      const { path } = await legacyArchive(engine.dir, [await image])
      engine.dataDisk?.fill(4 * 2 ** 20)
      expect(() => engine.docker('load', '--input', path)).toThrow(/no space left/)
    } finally {
      await engine.stop()
    }
  })
})
