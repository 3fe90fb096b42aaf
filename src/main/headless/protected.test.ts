import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerSave } from '../testing/archives.ts'
import { findCommand, requireCommand } from '../testing/commands.ts'
import { type BuiltImage, buildImage, expected, runImage } from '../testing/images.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

const PASSWORD = 'a secret of two – words'
const NAME = 'protected/app:1.0'

interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** The command line with passwords, beside the tools that everybody has. */
describe('protected files on the command line', () => {
  let dir: string
  let home: string
  let secret: string
  let engine: SharedEngine
  let image: BuiltImage

  beforeAll(async () => {
    for (const name of ['gpg', 'zstd', 'skopeo']) requireCommand(name)
    dir = tempDir()
    home = join(dir, 'gnupg')
    mkdirSync(home, { mode: 0o700 })
    secret = join(dir, 'secret')
    writeFileSync(secret, `${PASSWORD}\n`)
    engine = await sharedEngine()
    image = await buildImage(engine, { name: NAME, layers: [{ randomBytes: 3 << 20 }, { textBytes: 100_000 }] })
  })
  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    removeDir(dir)
  })

  async function caboteur(args: readonly string[], input = ''): Promise<Ended> {
    const env = {
      ...process.env,
      DOCKER_HOST: engine.host,
      DOCKER_CONFIG: engine.config,
      CABOTEUR_HOME: join(dir, 'home'),
      LC_ALL: 'C',
    }
    const child = spawn(process.execPath, ['src/main/headless.ts', ...args], { env, stdio: 'pipe' })
    child.stdin.end(input)
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    // Whatever happens, nobody is told the password.
    expect(out + err).not.toContain(PASSWORD)
    return { status, out, err }
  }

  async function json(args: readonly string[], input?: string): Promise<unknown> {
    const { status, out, err } = await caboteur([...args, '--json'], input)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    return JSON.parse(out.trim().split('\n').at(-1) ?? '')
  }

  function shell(at: string, script: string): string {
    const gpg = `gpg --homedir ${home} --batch --quiet --pinentry-mode loopback --passphrase-file ${secret}`
    const env = { ...process.env, DOCKER_HOST: engine.host, DOCKER_CONFIG: engine.config }
    return execFileSync('bash', ['-c', `set -e -o pipefail; ${script.replaceAll('GPG', gpg)}`], {
      cwd: at,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString()
  }

  function folder(name: string): string {
    const path = join(dir, name)
    mkdirSync(path)
    return path
  }

  it('writes parts that cat, sha256sum, gpg, zstd, docker, podman and skopeo open', async () => {
    const out = folder('parts')
    await json(
      [
        'copy',
        `engine:${NAME}`,
        `archive:${join(out, 'app.tar.zst.gpg')}`,
        '--compress',
        'zstd',
        '--split',
        '1M',
        '--encrypt',
        '--password-stdin',
      ],
      `${PASSWORD}\n`,
    )
    const names = readdirSync(out).sort()
    expect(names.slice(0, 3)).toEqual(['SHA256SUMS', 'app.tar.zst.gpg.part-001', 'app.tar.zst.gpg.part-002'])
    shell(out, 'sha256sum --check --strict SHA256SUMS')
    engine.docker('rmi', '--force', NAME)
    expect(shell(out, 'cat app.tar.zst.gpg.part-* | GPG -d | zstd -d | docker load')).toContain(NAME)
    expect(expected(engine, NAME).id).toBe(image.id)
    shell(out, 'cat app.tar.zst.gpg.part-* | GPG -d | zstd -d > app.tar')
    const inspected: unknown = JSON.parse(shell(out, 'skopeo inspect docker-archive:app.tar'))
    expect(inspected).toMatchObject({ Layers: image.diffIds })
    if (findCommand('podman')) {
      shell(out, `podman --root ${dir}/podman --runroot ${dir}/podman-run --storage-driver vfs load -i app.tar`)
    }
  })

  it('looks into, verifies and loads what it wrote, by any part', async () => {
    const part = `archive:${join(dir, 'parts', 'app.tar.zst.gpg.part-002')}`
    const given = ['--password-file', secret]
    expect(await json(['inspect', part, ...given])).toMatchObject({
      compression: 'zstd',
      protected: true,
      images: [{ names: [NAME], configDigest: image.configDigest }],
    })
    expect(await json(['list', part, ...given])).toMatchObject({ images: [{ names: [NAME] }] })
    expect(await json(['verify', part, ...given])).toEqual({ ok: true, problems: [] })
    engine.docker('rmi', '--force', NAME)
    await json(['copy', part, 'engine:', ...given])
    expect(runImage(engine, NAME)).toBe(`${NAME} runs`)
  })

  it('loads what gpg protected, and protects what it copies from a protected file', async () => {
    const out = folder('gpg')
    dockerSave(engine, out, [NAME])
    const [tar = ''] = readdirSync(out)
    shell(out, `GPG -c --armor --output saved.asc ${tar}`)
    const asc = `archive:${join(out, 'saved.asc')}`
    const again = join(out, 'again.tar.gpg')
    await json(['copy', asc, `archive:${again}`, '--encrypt', '--password-file', secret])
    expect(shell(out, 'GPG -d again.tar.gpg | tar t')).toContain('manifest.json')
    engine.docker('rmi', '--force', NAME)
    await json(['copy', `archive:${again}`, 'engine:', '--password-stdin'], PASSWORD)
    expect(expected(engine, NAME).id).toBe(image.id)
  })

  it.each([
    ['no password', ['verify', 'FILE'], '', 1, 'password-needed'],
    ['a wrong one', ['verify', 'FILE', '--password-stdin'], 'wrong', 1, 'password-wrong'],
    ['an empty one', ['verify', 'FILE', '--password-stdin'], '', 2, 'usage'],
    ['a password and no file', ['list', 'engine:', '--password-stdin'], 'x', 2, 'usage'],
    ['--encrypt and no password', ['copy', `engine:${NAME}`, 'archive:OUT', '--encrypt'], '', 2, 'usage'],
    ['a password without --encrypt', ['copy', `engine:${NAME}`, 'archive:OUT', '--password-stdin'], 'x', 2, 'usage'],
    ['--encrypt for an engine', ['copy', 'FILE', 'engine:', '--encrypt', '--password-stdin'], PASSWORD, 2, 'usage'],
  ])('says what is wrong: %s', async (_, args, input, status, code) => {
    const file = `archive:${join(dir, 'parts', 'app.tar.zst.gpg.part-001')}`
    const words = args.map((word) => word.replace('FILE', file).replace('OUT', join(dir, 'never.tar')))
    const ended = await caboteur([...words, '--json'], input)
    expect(ended).toMatchObject({ status, out: '' })
    expect(JSON.parse(ended.err)).toMatchObject({ code })
    expect(readdirSync(dir)).not.toContain('never.tar')
  })
})
