import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { damaged, dockerExport, dockerSave } from '../testing/archives.ts'
import { type Engine, startEngine } from '../testing/engine.ts'
import type { MadeArchive } from '../testing/handmade-archives.ts'
import { type BuiltImage, buildImage, expected, runImage } from '../testing/images.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** The command line as people run it: a process, its output and its exit status. */
describe('the command line', () => {
  let dir: string
  let engine: Engine
  let image: BuiltImage
  let saved: MadeArchive

  beforeAll(async () => {
    dir = tempDir()
    engine = await startEngine()
    image = await buildImage(engine, { name: ['cli/app:1.0', 'cli/app:latest'], layers: [{ randomBytes: 24 << 20 }] })
    saved = dockerSave(engine, dir, ['cli/app:1.0'])
  })
  afterAll(async () => {
    await engine.stop()
    removeDir(dir)
  })

  async function caboteur(args: readonly string[], stopAt?: RegExp): Promise<Ended> {
    const env = {
      ...process.env,
      DOCKER_HOST: engine.host,
      DOCKER_CONFIG: engine.config,
      CABOTEUR_HOME: join(dir, 'home'),
      LC_ALL: 'C',
    }
    const child = spawn(process.execPath, ['src/main/headless.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (stopAt?.test(out)) child.kill('SIGINT')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, out, err }
  }

  async function json(...args: string[]): Promise<unknown> {
    const { status, out, err } = await caboteur([...args, '--json'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    return JSON.parse(out.trim().split('\n').at(-1) ?? '')
  }

  const shape = (names: readonly string[]): unknown => ({
    names,
    configDigest: image.configDigest,
    platform: 'linux/amd64',
    layers: image.diffIds.map((diffId) => ({
      diffId,
      digest: diffId,
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      size: expect.any(Number) as number,
    })),
  })

  it('inspects and lists a file and an engine', async () => {
    expect(await json('inspect', `archive:${saved.path}`)).toEqual({
      format: 'docker-archive',
      compression: 'none',
      images: [shape(['cli/app:1.0'])],
    })
    expect(await json('list', `archive:${saved.path}`)).toMatchObject({
      images: [{ names: ['cli/app:1.0'], configDigest: image.configDigest, platforms: ['linux/amd64'] }],
    })
    expect(await json('list', 'engine:')).toMatchObject({
      images: [{ names: ['cli/app:1.0', 'cli/app:latest'], id: image.id }],
    })
    expect(await json('inspect', 'engine:cli/app:1.0')).toMatchObject({
      format: 'engine',
      images: [{ names: ['cli/app:1.0'], configDigest: image.configDigest }],
    })
  })

  it('copies an engine’s image to a file, and the last event says what was moved', async () => {
    const path = join(dir, 'out.tar.gz')
    const done = await json('copy', 'engine:cli/app:1.0', `archive:${path}`, '--compress', 'gzip')
    const bytes = image.diffIds.length > 0 ? expect.any(Number) : 0
    expect(done).toEqual({ type: 'done', images: [shape(['cli/app:1.0'])], layerBytes: { moved: bytes, skipped: 0 } })
    expect(existsSync(`${path}.sha256`)).toBe(true)
    expect(await json('verify', `archive:${path}`)).toEqual({ ok: true, problems: [] })
    expect(await json('verify', 'engine:cli/app:1.0')).toEqual({ ok: true, problems: [] })
  })

  it('copies a file into an engine under another name, and moves nothing the second time', async () => {
    engine.docker('rmi', '--force', 'cli/app:1.0', 'cli/app:latest')
    const first = await json('copy', `archive:${saved.path}#cli/app:1.0`, 'engine:cli/other:2')
    expect(first).toMatchObject({ type: 'done', images: [{ names: ['cli/other:2'] }], layerBytes: { skipped: 0 } })
    expect(runImage(engine, 'cli/other:2')).toBe('cli/app:1.0 runs')
    const second = await json('copy', `archive:${saved.path}`, 'engine:')
    expect(second).toMatchObject({ layerBytes: { moved: 0 } })
    expect(expected(engine, 'cli/app:1.0').id).toBe(image.id)
  })

  it('moves a name in use, and with --keep-old leaves the former image a dated one', async () => {
    await buildImage(engine, { name: 'cli/app:1.0', layers: [{ files: { 'etc/newer': '1' } }] })
    const newer = expected(engine, 'cli/app:1.0').id
    await json('copy', `archive:${saved.path}`, 'engine:', '--keep-old')
    expect(expected(engine, 'cli/app:1.0').id).toBe(image.id)
    const kept = expected(engine, newer).names
    expect(kept).toHaveLength(1)
    expect(kept[0]).toMatch(/^cli\/app:1\.0-\d{8}-\d{4}$/)
  })

  it.each([
    [['copy', 'archive:missing.tar', 'engine:'], 1, 'file-missing'],
    [['inspect', 'engine:cli/none:1'], 1, 'image-missing'],
    [['copy', 'engine:', 'archive:x.tar'], 2, 'usage'],
    [['copy', 'engine:cli/app:1.0'], 2, 'usage'],
    [['list', 'nonsense'], 2, 'usage'],
    [['dance'], 2, 'usage'],
    [['list', 'engine:', '--unknown'], 2, 'usage'],
    [['copy', 'engine:cli/app:1.0', 'archive:x.tar', '--compress', 'rar'], 2, 'usage'],
    [['copy', 'engine:cli/app:1.0', 'archive:x.tar', '--platform', 'plan9/mips'], 1, 'platform-missing'],
  ])('ends %j with status %i and one line of JSON', async (args, status, code) => {
    const ended = await caboteur([...args, '--json'])
    expect(ended).toMatchObject({ status, out: '' })
    expect(JSON.parse(ended.err)).toMatchObject({ code, message: expect.any(String) as string })
    const spoken = await caboteur(args)
    const lines = spoken.err.trim().split('\n')
    expect(lines[0]).toMatch(/^caboteur: /)
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ code })
  })

  it('puts what verify found on stdout, and nothing on stderr', async () => {
    const broken = damaged(saved)
    const ended = await caboteur(['verify', `archive:${broken.path}`, '--json'])
    expect(ended).toMatchObject({ status: 1, err: '' })
    expect(JSON.parse(ended.out)).toMatchObject({
      ok: false,
      problems: [{ code: 'digest-mismatch', file: broken.place.name }],
    })
  })

  it('says of an export that it is no image', async () => {
    const { path } = dockerExport(engine, dir, image.id)
    expect(await json('inspect', `archive:${path}`)).toMatchObject({ format: 'rootfs', images: [] })
    expect(await caboteur(['copy', `archive:${path}`, 'engine:', '--json'])).toMatchObject({
      status: 1,
      err: expect.stringContaining('archive-rootfs') as string,
    })
  })

  it('undoes what it began when it is interrupted, and ends with 130', async () => {
    const folder = join(dir, 'interrupted')
    const ended = await caboteur(
      ['copy', 'engine:cli/app:1.0', `archive:${join(folder, '..', 'stopped.tar')}`, '--json'],
      /"copying"|"checking"/,
    )
    expect(ended.status).toBe(130)
    expect(JSON.parse(ended.err)).toMatchObject({ code: 'cancelled' })
    expect(readdirSync(dir).filter((name) => name.startsWith('stopped'))).toEqual([])
  })

  it('leaves no half file when whoever reads its output leaves, or the terminal closes', async () => {
    for (const end of ['leaves', 'closes'] as const) {
      const path = join(dir, `unheard-${end}.tar`)
      const env = {
        ...process.env,
        DOCKER_HOST: engine.host,
        DOCKER_CONFIG: engine.config,
        CABOTEUR_HOME: join(dir, 'home'),
      }
      const args = ['src/main/headless.ts', 'copy', 'engine:cli/app:1.0', `archive:${path}`, '--json']
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
      child.stdout.once('data', () => {
        if (end === 'leaves') child.stdout.destroy()
        else child.kill('SIGHUP')
      })
      await new Promise((resolve) => child.on('close', resolve))
      expect(readdirSync(dir).filter((name) => name.startsWith('unheard') && name.includes('partial'))).toEqual([])
    }
  })

  it.each([
    ['serve', '--port', 'abc'],
    ['serve', '--unknown'],
  ])('refuses %s %s with usage, not with a stack', async (...args) => {
    const ended = await caboteur(args)
    expect(ended.status).toBe(2)
    expect(JSON.parse(ended.err.trim().split('\n').at(-1) ?? '')).toMatchObject({ code: 'usage' })
  })

  it('explains itself', async () => {
    expect(await caboteur(['--help'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('caboteur copy FROM TO') as string,
    })
  })
})
