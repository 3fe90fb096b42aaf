import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deliveryNoteSchema } from '../../shared/delivery-note.ts'
import { legacyArchive, smallImage } from '../testing/handmade-archives.ts'
import { type SharedEngine, sharedEngine } from '../testing/shared-engine.ts'
import { removeDir, tempDir } from '../testing/temp.ts'

describe('copy to a file, on the command line', () => {
  let dir: string
  let engine: SharedEngine

  beforeAll(async () => {
    dir = tempDir()
    engine = await sharedEngine()
    const images = await Promise.all(
      ['cli-notes/api:1', 'cli-notes/web:2', 'cli-notes/db:3'].map((name) => smallImage(name)),
    )
    const { path } = await legacyArchive(dir, images, { file: 'all.tar' })
    engine.docker('load', '--quiet', '--input', path)
  })
  afterAll(() => removeDir(dir))

  function caboteur(args: readonly string[], language = 'C') {
    const env = {
      ...process.env,
      DOCKER_HOST: engine.host,
      DOCKER_CONFIG: engine.config,
      CABOTEUR_HOME: join(dir, 'home'),
      LC_ALL: language,
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, ['src/main/headless.ts', ...args], {
      env,
      encoding: 'utf8',
    })
    return { status, out: stdout, err: stderr }
  }

  function folder(name: string): string {
    const path = join(dir, name)
    mkdirSync(path)
    return path
  }

  it('puts the note and the rest beside it, and says so', () => {
    const out = folder('noted')
    const args = [
      'copy',
      'engine:cli-notes/api:1',
      `archive:${join(out, 'api.tar.zst')}`,
      '--compress',
      'zstd',
      '--json',
    ]
    const wish = ['--note', '--scripts', '--inspection', '--computer', 'atelier-07']
    const { status, out: said, err } = caboteur([...args, ...wish], 'fr_FR.UTF-8')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const beside = [
      'api.tar.zst.note.json',
      'api.tar.zst.note.txt',
      'api.tar.zst.inspect.json',
      'api.tar.zst.inspect.txt',
      'charger.sh',
      'charger.cmd',
    ]
    expect(JSON.parse(said.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'done', beside })
    expect(readdirSync(out).sort()).toEqual(['api.tar.zst', 'api.tar.zst.sha256', ...beside].sort())
    const note = deliveryNoteSchema.parse(JSON.parse(readFileSync(join(out, 'api.tar.zst.note.json'), 'utf8')))
    expect(note).toMatchObject({ made: { computer: 'atelier-07' }, file: { compression: 'zstd' } })
    expect(readFileSync(join(out, 'api.tar.zst.note.txt'), 'utf8')).toContain('BORDEREAU')
  })

  it('fails when what was wished beside it cannot be had, and the file is good', () => {
    const out = folder('unsigned')
    const path = join(out, 'api.tar')
    const { status, err } = caboteur(['copy', 'engine:cli-notes/api:1', `archive:${path}`, '--note', 'json', '--sign'])
    expect(status).toBe(1)
    expect(JSON.parse(err.trim().split('\n').at(-1) ?? '')).toMatchObject({ code: 'signature-none' })
    expect(caboteur(['verify', `archive:${path}`]).status).toBe(0)
  })

  it.each([[['--note', 'pdf']], [['--sign']], [['--note', 'text', '--sign']], [['--computer', 'x']]])(
    'refuses what makes no sense: %j',
    (wish) => {
      const args = ['copy', 'engine:cli-notes/api:1', `archive:${join(dir, 'never.tar')}`]
      expect(caboteur([...args, ...wish]).status).toBe(2)
    },
  )

  it('takes the images that a compose file names', () => {
    const out = folder('listed')
    const compose = join(out, 'compose.yaml')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose writes its variables like that.
    writeFileSync(compose, 'services:\n  api:\n    image: cli-notes/api:${V:-1}\n  web:\n    image: cli-notes/web:2\n')
    const path = join(out, 'stack.tar')
    const names = (list: string): string[][] =>
      (JSON.parse(list) as { images: { names: string[] }[] }).images.map((image) => image.names).sort()
    expect(caboteur(['copy', 'engine:', `archive:${path}`, '--images-from', compose]).status).toBe(0)
    expect(names(caboteur(['list', `archive:${path}`, '--json']).out)).toEqual([
      ['cli-notes/api:1'],
      ['cli-notes/web:2'],
    ])
    const list = join(out, 'list.txt')
    writeFileSync(list, 'cli-notes/web:2\n')
    const second = join(out, 'web.tar')
    expect(caboteur(['copy', `archive:${path}`, `archive:${second}`, '--images-from', list]).status).toBe(0)
    expect(names(caboteur(['list', `archive:${second}`, '--json']).out)).toEqual([['cli-notes/web:2']])
    writeFileSync(list, 'cli-notes/web:2\ncli-notes/gone:1\ncli-notes/lost:1\n')
    for (const from of ['engine:', `archive:${path}`]) {
      const { status, err } = caboteur(['copy', from, `archive:${join(out, 'none.tar')}`, '--images-from', list])
      expect(status).toBe(1)
      expect(JSON.parse(err.trim().split('\n').at(-1) ?? '')).toMatchObject({
        code: 'image-missing',
        image: 'cli-notes/gone:1, cli-notes/lost:1',
      })
    }
    expect(caboteur(['copy', 'engine:cli-notes/api:1', `archive:${path}`, '--images-from', list]).status).toBe(2)
  })
})
