import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../shared/contract-doctor.ts'
import { requireCommand } from '../testing/commands.ts'
import {
  hybridArchive,
  type MadeArchive,
  type MadeImage,
  makeImage,
  rootfsArchive,
} from '../testing/handmade-archives.ts'
import { startRegistry } from '../testing/registry.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

/** `caboteur doctor` and `doctor:` as people run them. */
describe('the doctor on the command line', () => {
  let dir: string
  let good: MadeImage
  let hurt: MadeImage
  let made: MadeArchive
  let damaged: string

  beforeAll(async () => {
    dir = tempDir()
    good = await makeImage({ names: ['cli-doctor/good:1'], layers: [{ randomBytes: 50_000, seed: 'cli-good' }] })
    hurt = await makeImage({ names: ['cli-doctor/hurt:1'], layers: [{ randomBytes: 50_000, seed: 'cli-hurt' }] })
    made = await hybridArchive(dir, [good, hurt])
    const bytes = readFileSync(made.path)
    const at = bytes.indexOf(hurt.layers[0]?.tar ?? '')
    bytes[at + 5000] = (bytes[at + 5000] ?? 0) ^ 1
    damaged = join(dir, 'damaged.tar')
    writeFileSync(damaged, bytes)
  })
  afterAll(() => removeDir(dir))

  function caboteur(...args: string[]): { status: number | null; out: string; err: string } {
    const env = { ...process.env, CABOTEUR_HOME: join(dir, 'home'), LC_ALL: 'C' }
    const { status, stdout, stderr } = spawnSync(process.execPath, ['src/main/headless.ts', ...args], {
      env,
      encoding: 'utf8',
    })
    return { status, out: stdout, err: stderr }
  }

  it('says which images are whole and which layer is bad; exit 1, as verify', () => {
    const { status, out, err } = caboteur('doctor', damaged, '--json')
    expect({ status, err }).toEqual({ status: 1, err: '' })
    const diagnosis = JSON.parse(out) as Diagnosis
    expect(diagnosis).toMatchObject({ sound: false, name: 'damaged.tar', findings: [] })
    expect(diagnosis.images.map(({ names, state }) => [names[0], state])).toEqual([
      ['cli-doctor/good:1', 'whole'],
      ['cli-doctor/hurt:1', 'broken'],
    ])
    expect(diagnosis.images[1]?.layers).toMatchObject([{ state: 'bad', diffId: hurt.diffIds[0], command: 'layer 0' }])
    const words = caboteur('doctor', damaged)
    expect(words.status).toBe(1)
    expect(words.out).toMatch(/^whole +cli-doctor\/good:1 .*\nbroken +cli-doctor\/hurt:1 .*\n +1\/1 damaged /)
    expect(caboteur('doctor', made.path)).toMatchObject({ status: 0, err: '' })
  })

  it('writes a file of what is whole, which skopeo reads', () => {
    const path = join(dir, 'saved.tar')
    const { status, err } = caboteur('doctor', damaged, '--output', path)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(caboteur('verify', `archive:${path}`, '--json').out.trim()).toBe('{"ok":true,"problems":[]}')
    const read = execFileSync(requireCommand('skopeo'), ['inspect', '--config', '--raw', `docker-archive:${path}`])
    expect(JSON.parse(read.toString())).toMatchObject({ rootfs: { diff_ids: good.diffIds } })
  })

  it('completes it from another copy, and copies one image by its name', () => {
    const bytes = readFileSync(made.path)
    const at = bytes.indexOf(good.layers[0]?.tar ?? '')
    bytes[at + 5000] = (bytes[at + 5000] ?? 0) ^ 1
    const other = join(dir, 'other.tar')
    writeFileSync(other, bytes)
    const { out } = caboteur('doctor', damaged, '--with', `archive:${other}`, '--json')
    expect((JSON.parse(out) as Diagnosis).images.map(({ state }) => state)).toEqual(['whole', 'reparable'])
    const layout = join(dir, 'layout')
    const from = `doctor:${damaged}#cli-doctor/hurt:1`
    expect(caboteur('copy', from, `layout:${layout}`, '--with', `archive:${other}`)).toMatchObject({ status: 0 })
    const listed = JSON.parse(caboteur('list', `layout:${layout}`, '--json').out) as { images: unknown[] }
    expect(listed.images).toMatchObject([{ names: ['cli-doctor/hurt:1'], configDigest: hurt.configDigest }])
  })

  it('completes it from a version in a registry', async () => {
    const registry = await startRegistry()
    try {
      const there = `registry:${registry.host}/demo/hurt:1`
      expect(caboteur('copy', `archive:${made.path}#cli-doctor/hurt:1`, there)).toMatchObject({ status: 0 })
      const path = join(dir, 'completed.tar')
      const { status, out } = caboteur('doctor', damaged, '--with', there, '--output', path, '--json')
      expect(status).toBe(0)
      const diagnosis = JSON.parse(out.split('\n')[0] ?? '') as Diagnosis
      expect(diagnosis.images[1]).toMatchObject({ state: 'reparable', layers: [{ state: 'elsewhere', from: there }] })
      const inside = JSON.parse(caboteur('inspect', `archive:${path}`, '--json').out) as {
        images: { configDigest: string }[]
      }
      const ids = inside.images.map(({ configDigest }) => configDigest)
      expect(ids.toSorted()).toEqual([good.configDigest, hurt.configDigest].toSorted())
    } finally {
      await registry.close()
    }
  })

  it('refuses what cannot be: nothing to save, itself as the output, a place to copy to', async () => {
    const { path } = await rootfsArchive(dir, { file: 'system.tar' })
    const into = join(dir, 'none.tar')
    expect(caboteur('doctor', path, '--output', into)).toMatchObject({ status: 1 })
    expect(caboteur('copy', `doctor:${path}`, `archive:${into}`).err).toContain('"code":"archive-nothing-saved"')
    expect(existsSync(into)).toBe(false)
    expect(caboteur('doctor', damaged, '--output', damaged).status).toBe(2)
    expect(caboteur('copy', `archive:${made.path}`, `doctor:${into}`).status).toBe(2)
    expect(caboteur('doctor').status).toBe(2)
    expect(caboteur('doctor', join(dir, 'absent.tar')).err).toContain('"code":"file-missing"')
  })
})
