import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { allEngines, findEngines } from './find.ts'

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

describe('every engine worth showing', () => {
  let home: string
  const servers: Server[] = []
  beforeEach(() => {
    home = tempDir()
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
    removeDir(home)
  })

  async function socket(...path: string[]): Promise<string> {
    const file = join(home, ...path)
    mkdirSync(dirname(file), { recursive: true })
    const server = createServer()
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(file, resolve))
    return file
  }
  function context(name: string, host: string): void {
    const folder = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }))
  }
  async function shown(env: Record<string, string> = {}): Promise<string[]> {
    const all = await allEngines({ XDG_RUNTIME_DIR: join(home, 'run'), TMPDIR: home, ...env }, home)
    return all
      .filter(({ host }) => host.includes(home) || host.startsWith('ssh:'))
      .map(({ id, kind, name, current }) => [id.replace(home, '~'), kind, name, current ? '*' : ''].join(' ').trimEnd())
  }

  it('finds the sockets of the products people have, each by its own name', async () => {
    await socket('.docker', 'desktop', 'docker.sock')
    await socket('run', 'docker.sock')
    await socket('run', 'podman', 'podman.sock')
    await socket('.colima', 'default', 'docker.sock')
    await socket('.colima', 'arm', 'docker.sock')
    await socket('.lima', 'docker', 'sock', 'docker.sock')
    await socket('.orbstack', 'run', 'docker.sock')
    await socket('.rd', 'docker.sock')
    // Installed, and not running: no socket, or a file that is none.
    mkdirSync(join(home, '.colima', 'stopped'))
    writeFileSync(join(home, '.colima', 'stopped', 'docker.sock'), '')
    expect(await shown()).toEqual([
      'unix://~/.docker/desktop/docker.sock desktop',
      'unix://~/run/docker.sock rootless',
      'unix://~/.colima/arm/docker.sock colima arm',
      'unix://~/.colima/default/docker.sock colima',
      'unix://~/.lima/docker/sock/docker.sock lima',
      'unix://~/.orbstack/run/docker.sock orbstack',
      'unix://~/.rd/docker.sock rancher',
      'unix://~/run/podman/podman.sock podman',
    ])
  })

  it('shows one engine once, by whatever names and links docker knows it', async () => {
    const own = await socket('.colima', 'default', 'docker.sock')
    const link = join(home, 'docker.sock')
    symlinkSync(own, link)
    context('colima', `unix://${own}`)
    context('again', `unix://${link}`)
    context('far', 'ssh://someone@far')
    expect(await shown()).toEqual(['again colima', 'far context far'])
    expect(await shown({ DOCKER_CONTEXT: 'colima' })).toEqual(['colima colima  *', 'far context far'])
    expect(await shown({ DOCKER_HOST: `unix://${link}` })).toEqual(['default colima  *', 'far context far'])
  })

  it('knows a product that is stopped by the path its context names', async () => {
    context('colima-work', `unix://${join(home, '.colima', 'work', 'docker.sock')}`)
    expect(await shown({ DOCKER_CONTEXT: 'colima-work' })).toEqual(['colima-work colima work *'])
  })
})
