import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { copy } from '../copy/copy.ts'
import { checkArchive, openArchive } from '../place/archive/open.ts'
import { archiveSink } from '../place/archive/sink.ts'
import { wrap } from '../testing/archives.ts'
import { damageAtRandom } from '../testing/damage.ts'
import { furtherArchives, handmadeArchives, type MadeArchive } from '../testing/handmade-archives.ts'
import { pick, randomOf } from '../testing/random.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { describePatient } from './describe.ts'
import { diagnose, type Patient } from './diagnose.ts'
import { doctorSource, savedImages } from './source.ts'

/** `CABOTEUR_FUZZ=10000` for the long run; `CABOTEUR_FUZZ_SEED` for a run that failed. */
const ATTEMPTS = Math.min(Number(process.env['CABOTEUR_FUZZ'] ?? 150), 10_000)
const SEED = Number(process.env['CABOTEUR_FUZZ_SEED'] ?? 20_261_125)
const never = new AbortController().signal

describe('files damaged at random', () => {
  let dir: string
  let files: MadeArchive[]

  beforeAll(async () => {
    dir = tempDir()
    const all = { ...(await handmadeArchives(dir)), ...(await furtherArchives(dir)) }
    files = Object.values(all).flatMap((made) => [made, wrap(made, 'gzip'), wrap(made, 'zstd'), wrap(made, 'xz')])
  })
  afterAll(() => removeDir(dir))

  /** Nothing is said to be whole that is not byte for byte what it was. */
  function expectHonest(patient: Patient, made: MadeArchive, what: string): void {
    for (const { id, state, rebuilt, layers } of describePatient(patient).images) {
      // One made of what folders say is another image, and says so.
      if (state === 'broken' || rebuilt.includes('config')) continue
      const original = made.images.find(({ configDigest }) => configDigest === id)
      expect(original?.diffIds, what).toEqual(layers.map(({ diffId }) => diffId))
      expect(
        layers.every((layer) => layer.state === 'whole'),
        what,
      ).toBe(true)
    }
  }

  async function expectWritable(patient: Patient, what: string): Promise<number> {
    const images = savedImages(patient)
    if (images.length === 0) return 0
    const path = join(dir, 'saved.tar')
    const wishes = images.map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
    await copy(
      doctorSource(patient),
      wishes,
      archiveSink(path, { method: 'none', level: 'fast' }),
      never,
      () => undefined,
    )
    const checked = await checkArchive(await openArchive(path, never), never)
    expect(checked.checked, what).toBe('intact')
    expect(checked.contents.images.map(({ image }) => image.id).sort(), what).toEqual(images.map(({ id }) => id).sort())
    return images.length
  }

  it(`${ATTEMPTS} of them: no crash, no lie, and what is written is whole`, { timeout: 3_600_000 }, async () => {
    const path = join(dir, 'hurt')
    let saved = 0
    let broken = 0
    for (let number = 0; number < ATTEMPTS; number++) {
      const random = randomOf(SEED + number)
      const made = pick(random, files)
      const { what, bytes } = damageAtRandom(readFileSync(made.path), random)
      const told = `CABOTEUR_FUZZ_SEED=${SEED} attempt ${number}: ${made.path} ${what}`
      writeFileSync(path, bytes)
      try {
        const patient = await diagnose(path, { copies: [], donors: [] }, never)
        expectHonest(patient, made, told)
        saved += await expectWritable(patient, told)
        broken += patient.saved.images.filter(({ state }) => state === 'broken').length
      } catch (error) {
        expect(error, told).toBeInstanceOf(AppError)
      }
    }
    // The harm reaches what it is meant to reach, and much can be saved.
    expect(saved).toBeGreaterThan(ATTEMPTS / 10)
    expect(broken).toBeGreaterThan(ATTEMPTS / 20)
  })
})
