import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copy } from '../copy/copy.ts'
import { archiveSink } from '../place/archive/sink.ts'
import { engineSink } from '../place/engine/sink.ts'
import { allImages, engineSource } from '../place/engine/source.ts'
import { dockerExport, dockerSave } from '../testing/archives.ts'
import { clientOf } from '../testing/copies.ts'
import { type BuiltImage, buildImage, runImage } from '../testing/images.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { describePatient } from './describe.ts'
import { diagnose, type Patient } from './diagnose.ts'
import { doctorSource, savedImages } from './source.ts'

const never = new AbortController().signal

function wishesOf(patient: Patient) {
  return savedImages(patient).map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
}

describe('what the doctor saves of a real engine’s file', () => {
  let engine: SharedEngine
  let dir: string
  let good: BuiltImage
  let hurt: BuiltImage
  let damaged: string

  beforeAll(async () => {
    engine = await sharedEngine()
    dir = tempDir()
    good = await buildImage(engine, { name: 'doctored/good:1', layers: [{ randomBytes: 100_000, seed: 'dr-good' }] })
    hurt = await buildImage(engine, { name: 'doctored/hurt:1', layers: [{ randomBytes: 100_000, seed: 'dr-hurt' }] })
    const { path } = dockerSave(engine, dir, ['doctored/good:1', 'doctored/hurt:1'])
    const bytes = readFileSync(path)
    const at = bytes.indexOf('random-dr-hurt')
    expect(at).toBeGreaterThan(0)
    bytes[at + 20_000] = (bytes[at + 20_000] ?? 0) ^ 1
    damaged = join(dir, 'damaged.tar')
    writeFileSync(damaged, bytes)
  }, 120_000)
  afterAll(() => {
    engine.docker('rmi', '-f', 'doctored/good:1', 'doctored/hurt:1')
    removeDir(dir)
  })

  it('is loaded by docker from the file that is written, and runs', async () => {
    const patient = await diagnose(damaged, { copies: [], donors: [] }, never)
    const states = describePatient(patient).images.map(({ names, state }) => [names[0], state])
    expect(Object.fromEntries(states)).toEqual({ 'doctored/good:1': 'whole', 'doctored/hurt:1': 'broken' })
    const path = join(dir, 'saved.tar')
    await copy(
      doctorSource(patient),
      wishesOf(patient),
      archiveSink(path, { method: 'gzip', level: 'fast' }),
      never,
      () => undefined,
    )
    engine.docker('rmi', '-f', 'doctored/good:1')
    expect(engine.docker('load', '--input', path)).toContain('doctored/good:1')
    expect(runImage(engine, 'doctored/good:1')).toBe('doctored/good:1 runs')
    expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', 'doctored/good:1')).toBe(good.id)
  })

  it('is completed from an engine that has the layer, and goes straight into one', async () => {
    const client = await clientOf(engine)
    try {
      const donor = { name: 'docker', source: engineSource(client), images: await allImages(client) }
      const patient = await diagnose(damaged, { copies: [], donors: [donor] }, never)
      const image = describePatient(patient).images.find(({ names }) => names[0] === 'doctored/hurt:1')
      expect(image).toMatchObject({ state: 'reparable', rebuilt: ['copy'] })
      expect(image?.layers.map(({ state }) => state)).toContain('elsewhere')
      const path = join(dir, 'completed.tar')
      await copy(
        doctorSource(patient),
        wishesOf(patient),
        archiveSink(path, { method: 'none', level: 'fast' }),
        never,
        () => undefined,
      )
      engine.docker('rmi', '-f', 'doctored/hurt:1')
      const whole = await diagnose(path, { copies: [], donors: [] }, never)
      expect(describePatient(whole)).toMatchObject({ sound: true })
      await copy(doctorSource(whole), wishesOf(whole), engineSink(client), never, () => undefined)
      expect(engine.docker('image', 'inspect', '--format', '{{.Id}}', 'doctored/hurt:1')).toBe(hurt.id)
      expect(runImage(engine, 'doctored/hurt:1')).toBe('doctored/hurt:1 runs')
    } finally {
      client.close()
    }
  })

  it('a container’s files are told for what they are', async () => {
    const { path } = dockerExport(engine, dir, 'doctored/good:1')
    const patient = await diagnose(path, { copies: [], donors: [] }, never)
    expect(describePatient(patient)).toMatchObject({ images: [], findings: [{ code: 'rootfs' }] })
  })
})
