import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BesideWish } from '../../shared/contract-delivery.ts'
import { type DeliveryNote, deliveryNoteSchema } from '../../shared/delivery-note.ts'
import { AppError } from '../../shared/errors.ts'
import { copy } from '../copy/copy.ts'
import { openArchive } from '../place/archive/open.ts'
import { archiveSink, type SaveTarget } from '../place/archive/sink.ts'
import { archiveSource } from '../place/archive/source.ts'
import { findCommand, requireCommand } from '../testing/commands.ts'
import { type MadeArchive, type MadeImage, makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { runImage } from '../testing/images.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { type Beside, forgettingBeside, withBeside } from './beside.ts'
import { chargerSh } from './charger-sh.ts'
import { stepsFor } from './commands.ts'

const forever = new AbortController().signal
const WISH: BesideWish = { language: 'en', note: 'both', scripts: true, inspection: true, sign: false }
const NAME = 'notes/shop:1'

describe('beside a saved file', () => {
  let dir: string
  let engine: SharedEngine
  let image: MadeImage
  let made: MadeArchive

  beforeAll(async () => {
    dir = tempDir()
    engine = await sharedEngine()
    image = await makeImage({ names: [NAME], layers: ['busybox', { randomBytes: 400_000, seed: 'notes' }] })
    made = await ociArchive(dir, [image], { file: 'source.tar' })
  })
  afterAll(() => removeDir(dir))

  let folders = 0
  function folder(name = 'out'): string {
    folders += 1
    const path = join(dir, `${name} ${folders}`)
    mkdirSync(path)
    return path
  }

  async function save(path: string, target: Partial<SaveTarget> = {}, wish?: BesideWish): Promise<Beside | undefined> {
    const archive = await openArchive(made.path, forever)
    const source = archiveSource(archive)
    const ids = archive.contents.images.map(({ image: { id } }) => id)
    const images = await source.read(ids, forever)
    const wishes = images.map((one) => ({ image: one, names: one.names.map((name) => ({ name })) }))
    const whole = { method: 'none', level: 'fast', ...target } as const
    const sink = archiveSink(path, whole)
    let beside: Beside | undefined
    const given = {
      method: whole.method,
      computer: 'atelier-01',
      by: 'Caboteur 1.0.0',
      signer: async () => await Promise.reject(new AppError('signature-none')),
    }
    const wrapped = wish
      ? withBeside(sink, { ...given, wish }, (what) => {
          beside = what
        })
      : forgettingBeside(sink)
    await copy(source, wishes, wrapped, forever, () => undefined)
    return beside
  }

  function noteOf(path: string): DeliveryNote {
    return deliveryNoteSchema.parse(JSON.parse(readFileSync(`${path}.note.json`, 'utf8')))
  }

  const docker = (): Record<string, string> => ({ DOCKER_HOST: engine.host, DOCKER_CONFIG: engine.config })

  function run(shell: string, script: string, env: Record<string, string> = {}) {
    const { status, stdout, stderr } = spawnSync(shell, [script], {
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...docker(), ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return { status, said: stdout + stderr }
  }

  function forget(): void {
    spawnSync('docker', ['rmi', '--force', NAME], { env: { ...process.env, ...docker() } })
  }

  it('the note tells what is in the file, by digests that the file and Docker have', async () => {
    const out = folder()
    const path = join(out, 'shop.tar')
    const beside = await save(path, { split: 200_000 }, WISH)
    expect(beside?.error).toBeUndefined()
    expect(beside?.names.every((name) => existsSync(join(out, name)))).toBe(true)
    const note = noteOf(path)
    expect(note).toMatchObject({
      made: { computer: 'atelier-01', by: 'Caboteur 1.0.0' },
      file: { name: 'shop.tar', compression: 'none', protected: false, sums: 'SHA256SUMS' },
      images: [{ names: [NAME], platforms: [{ platform: 'linux/amd64', config: image.configDigest }] }],
    })
    const [told] = note.images
    expect(told?.platforms[0]?.layers.map(({ diffId }) => diffId)).toEqual(image.diffIds)
    const sums = execFileSync('sh', ['-c', 'sha256sum shop.tar.part-*'], { cwd: out, encoding: 'utf8' })
    expect(note.file.parts?.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')).toBe(sums)
    const raw = execFileSync('sh', ['-c', 'cat shop.tar.part-* > "$1"', 'sh', join(dir, 'joined.tar')], { cwd: out })
    expect(raw.length).toBe(0)
    const manifest = execFileSync(requireCommand('skopeo'), [
      'inspect',
      '--raw',
      `oci-archive:${join(dir, 'joined.tar')}`,
    ])
    expect(JSON.parse(manifest.toString())).toMatchObject({ config: { digest: told?.platforms[0]?.config } })
    const inspect = JSON.parse(readFileSync(`${path}.inspect.json`, 'utf8')) as { images: unknown[] }
    expect(inspect.images).toMatchObject([{ names: [NAME], configDigest: image.configDigest }])
    expect(readFileSync(`${path}.inspect.txt`, 'utf8')).toContain(NAME)
  })

  it('the commands of the note do what they say', async () => {
    const out = folder('with spaces and ’')
    const path = join(out, "the shop's $HOME.tar.gz")
    await save(path, { method: 'gzip', split: 200_000 }, { ...WISH, note: 'json' })
    const note = noteOf(path)
    for (const system of ['linux', 'macos'] as const) {
      forget()
      const steps = stepsFor(note, system)
      for (const line of [...steps.check, ...steps.join, ...steps.load])
        execFileSync('sh', ['-c', line], { cwd: out, env: { ...process.env, ...docker() }, stdio: 'pipe' })
      expect(runImage(engine, NAME)).toContain('runs')
    }
  })

  it.each(['dash', 'bash'])('charger.sh checks, joins and loads, in %s', async (shell) => {
    const out = folder(`it's "a" $stick`)
    await save(join(out, '-the shop’s `file`.tar.gz'), { method: 'gzip', split: 200_000 }, WISH)
    forget()
    const { status, said } = run(requireCommand(shell), join(out, 'charger.sh'))
    expect(said).toContain('part-001: good')
    expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining('Done.') as string })
    expect(runImage(engine, NAME)).toContain('runs')
  })

  it.each(['dash', 'bash'])(
    'charger.sh names every missing and damaged part, and loads nothing, in %s',
    async (shell) => {
      const out = folder()
      await save(join(out, 'shop.tar'), { split: 200_000 }, { ...WISH, language: 'fr' })
      forget()
      rmSync(join(out, 'shop.tar.part-001'))
      const second = join(out, 'shop.tar.part-002')
      const bytes = readFileSync(second)
      bytes[1000] = (bytes[1000] ?? 0) ^ 1
      writeFileSync(second, bytes)
      const { status, said } = run(requireCommand(shell), join(out, 'charger.sh'))
      expect(status).toBe(1)
      expect(said).toContain('shop.tar.part-001: MANQUANT')
      expect(said).toContain('shop.tar.part-002: ABÎMÉ')
      expect(said).toContain('shop.tar.part-003: bon')
      expect(said).toContain('Rien n’a été chargé')
      expect(() => engine.docker('inspect', NAME)).toThrow()
    },
  )

  /** A PATH with these commands only. */
  function only(...commands: readonly string[]): string {
    const bin = folder('bin')
    for (const name of commands) symlinkSync(requireCommand(name), join(bin, name))
    return bin
  }
  const TOOLS = ['cat', 'cut', 'dirname', 'grep', 'mkdir', 'rm', 'sha256sum', 'tty'] as const

  it('charger.sh says what is missing: Docker, Docker’s answer, a reader of zstd', async () => {
    const out = folder()
    await save(join(out, 'shop.tar.zst'), { method: 'zstd' }, WISH)
    const script = join(out, 'charger.sh')
    const shell = requireCommand('dash')
    expect(run(shell, script, { PATH: only(...TOOLS) })).toMatchObject({
      status: 1,
      said: expect.stringContaining('Docker was not found') as string,
    })
    expect(run(shell, script, { DOCKER_HOST: 'unix:///nowhere' })).toMatchObject({
      status: 1,
      said: expect.stringContaining('does not answer') as string,
    })
    // Docker 20.10 does not read zstd by itself.
    expect(run(shell, script, { PATH: only(...TOOLS, 'docker') })).toMatchObject({
      status: 1,
      said: expect.stringContaining('install zstd') as string,
    })
    forget()
    expect(run(shell, script, { PATH: only(...TOOLS, 'docker', 'zstd') })).toMatchObject({ status: 0 })
    expect(runImage(engine, NAME)).toContain('runs')
  })

  it.runIf(findCommand('podman'))('charger.sh loads into Podman where there is no Docker', async () => {
    const out = folder()
    await save(join(out, 'shop.tar.zst'), { method: 'zstd', split: 200_000 }, WISH)
    const bin = only(...TOOLS)
    const store = folder('store')
    const places = ['root', 'runroot', 'tmpdir'].map((name) => `--${name} '${join(store, name)}'`).join(' ')
    const podman = `PATH='${process.env['PATH']}' '${requireCommand('podman')}' --storage-driver vfs ${places}`
    writeFileSync(join(bin, 'podman'), `#!/bin/sh\n${podman} "$@"\n`, { mode: 0o755 })
    const { status, said } = run(requireCommand('dash'), join(out, 'charger.sh'), { PATH: bin })
    expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining('Done.') as string })
    const listed = execFileSync('sh', ['-c', `${podman} images --format '{{.Repository}}:{{.Tag}}'`], {
      encoding: 'utf8',
    })
    expect(listed).toContain(NAME)
    execFileSync('sh', ['-c', `${podman} rmi --all`], { stdio: 'pipe' })
  })

  it('charger.sh opens what is protected by a password, and says when it is the wrong one', async () => {
    const out = folder()
    const plain = join(out, 'shop.tar.zst')
    await save(plain, { method: 'zstd' }, { ...WISH, note: 'json', scripts: false, inspection: false })
    const home = folder('gpg')
    chmodSync(home, 0o700)
    // A person would be asked on the terminal.
    const answer = (password: string): void => {
      writeFileSync(join(home, 'password'), password)
      writeFileSync(
        join(home, 'gpg.conf'),
        `batch\npinentry-mode loopback\npassphrase-file ${join(home, 'password')}\n`,
      )
    }
    answer('right one')
    const gnupg = { GNUPGHOME: home }
    execFileSync(requireCommand('gpg'), ['--quiet', '--symmetric', plain], { env: { ...process.env, ...gnupg } })
    const sha256 = execFileSync('sha256sum', [`${plain}.gpg`], { encoding: 'utf8' }).slice(0, 64)
    const note = noteOf(plain)
    const file = { ...note.file, name: 'shop.tar.zst.gpg', sha256, protected: true }
    const script = join(out, 'charger.sh')
    writeFileSync(script, chargerSh({ ...note, file }, 'en'))
    rmSync(plain)
    forget()
    for (const shell of ['dash', 'bash'].map(requireCommand)) {
      answer('wrong one')
      const wrong = run(shell, script, gnupg)
      expect(wrong).toMatchObject({
        status: 1,
        said: expect.stringContaining('password is not the right one') as string,
      })
      expect(() => engine.docker('inspect', NAME)).toThrow()
      answer('right one')
      expect(run(shell, script, gnupg)).toMatchObject({ status: 0 })
      expect(runImage(engine, NAME)).toContain('runs')
      forget()
      // Docker takes nothing: the password is not to blame.
      const stub = folder('stub')
      writeFileSync(join(stub, 'docker'), '#!/bin/sh\n[ "$1" = info ]\n', { mode: 0o755 })
      const refused = run(shell, script, { ...gnupg, PATH: `${stub}:${process.env['PATH']}` })
      expect(refused).toMatchObject({ status: 1, said: expect.stringContaining('Docker did not load it') as string })
    }
    const asked = stepsFor({ ...note, file }, 'linux').decrypt
    execFileSync('sh', ['-c', asked[0] ?? ''], { cwd: out, env: { ...process.env, ...gnupg }, stdio: 'pipe' })
    expect(execFileSync('sha256sum', [plain], { encoding: 'utf8' }).slice(0, 64)).toBe(note.file.sha256)
    const agent = findCommand('gpgconf')
    if (agent) execFileSync(agent, ['--kill', 'all'], { env: { ...process.env, ...gnupg } })
  })

  it('the script of another file stays, and the new one gets a name of its own', async () => {
    const out = folder()
    await save(join(out, 'a.tar'), {}, WISH)
    const before = readFileSync(join(out, 'charger.sh'), 'utf8')
    const beside = await save(join(out, 'b.tar'), {}, WISH)
    expect(beside?.names).toContain('b.tar.charger.sh')
    expect(beside?.names).toContain('b.tar.charger.cmd')
    expect(readFileSync(join(out, 'charger.sh'), 'utf8')).toBe(before)
    const again = await save(join(out, 'a.tar'), {}, WISH)
    expect(again?.names).toContain('charger.sh')
  })

  it('what lay beside a former file of the name goes with it; what a person put there stays', async () => {
    const out = folder()
    const path = join(out, 'a.tar')
    await save(path, {}, WISH)
    writeFileSync(join(out, 'b.tar.note.txt'), 'of somebody else')
    writeFileSync(join(out, 'a.tar.inspect.txt'), 'my own words')
    await save(path)
    expect(readdirSync(out).sort()).toEqual(['a.tar', 'a.tar.inspect.txt', 'a.tar.sha256', 'b.tar.note.txt'])
  })

  it('a note that cannot be written is told, and the file is good', async () => {
    const out = folder()
    const path = join(out, 'a.tar')
    mkdirSync(join(out, 'a.tar.note.json'))
    writeFileSync(join(out, 'a.tar.note.json', 'x'), '')
    const beside = await save(path, {}, WISH)
    expect(beside).toMatchObject({ names: [], error: { code: expect.any(String) as string } })
    execFileSync('sha256sum', ['--check', 'a.tar.sha256'], { cwd: out, stdio: 'pipe' })
    expect(readdirSync(out).filter((name) => name.includes('partial'))).toEqual([])
    const unsigned = await save(join(out, 'b.tar'), {}, { ...WISH, sign: true })
    expect(unsigned).toMatchObject({ error: { code: 'signature-none' } })
    expect(unsigned?.names).toContain('b.tar.note.txt')
    expect(unsigned?.names).not.toContain('b.tar.note.json.asc')
    expect(noteOf(join(out, 'b.tar')).signer).toBeUndefined()
  })
})
