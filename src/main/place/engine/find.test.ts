import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { findEngines } from './find.ts'

describe('finding the engine that docker would use', () => {
  let home: string
  beforeEach(() => {
    home = tempDir()
    mkdirSync(join(home, '.docker'))
    context('work', 'unix:///work.sock')
    context('far', 'ssh://someone@far')
  })
  afterEach(() => removeDir(home))

  function context(name: string, host: string): void {
    const folder = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, 'meta.json'),
      JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }),
    )
  }
  async function current(env: Record<string, string>): Promise<unknown> {
    return (await findEngines(env, home)).filter((engine) => engine.current).map(({ id, host }) => [id, host])
  }

  it('takes DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the default socket', async () => {
    expect(await current({})).toEqual([['default', 'unix:///var/run/docker.sock']])
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: 'far' }))
    expect(await current({})).toEqual([['far', 'ssh://someone@far']])
    expect(await current({ DOCKER_CONTEXT: 'work' })).toEqual([['work', 'unix:///work.sock']])
    expect(await current({ DOCKER_CONTEXT: 'work', DOCKER_HOST: 'unix:///env.sock' })).toEqual([
      ['default', 'unix:///env.sock'],
    ])
  })

  it('lists every context beside the default, and says so when the chosen one is gone', async () => {
    expect((await findEngines({}, home)).map(({ id }) => id)).toEqual(['default', 'far', 'work'])
    expect(await current({ DOCKER_CONTEXT: 'gone' })).toEqual([['gone', '']])
  })

  it('looks below DOCKER_CONFIG, and does not mind what is no context', async () => {
    expect((await findEngines({ DOCKER_CONFIG: join(home, 'nowhere') }, home)).map(({ id }) => id)).toEqual(['default'])
    mkdirSync(join(home, '.docker', 'contexts', 'meta', 'junk'))
    writeFileSync(join(home, '.docker', 'contexts', 'meta', 'junk', 'meta.json'), '{')
    writeFileSync(join(home, '.docker', 'config.json'), 'not json')
    expect((await findEngines({}, home)).map(({ id }) => id)).toEqual(['default', 'far', 'work'])
  })

  it('prefers the socket Docker Desktop keeps in the home folder', async () => {
    mkdirSync(join(home, '.docker', 'run'))
    writeFileSync(join(home, '.docker', 'run', 'docker.sock'), '')
    expect(await current({})).toEqual([['default', `unix://${join(home, '.docker', 'run', 'docker.sock')}`]])
  })
})
