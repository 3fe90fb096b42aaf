import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Backups } from './backups.ts'
import type { EngineClient } from './place/engine/client.ts'
import { giveName, idOf, listImages } from './place/engine/images.ts'
import { State } from './state.ts'
import { clientOf } from './testing/copies.ts'
import { type Engine, startEngine } from './testing/engine.ts'
import { buildImage } from './testing/images.ts'
import { removeDir, tempDir } from './testing/temp.ts'

const NAME = 'kept/app:1.0'

describe('the versions before', () => {
  let engine: Engine
  let client: EngineClient
  let dir: string
  let state: State
  let backups: Backups
  const ids: string[] = []

  beforeAll(async () => {
    engine = await startEngine()
    client = await clientOf(engine)
    dir = tempDir()
    for (let version = 0; version < 6; version++) {
      const { id } = await buildImage(engine, {
        name: `kept/source:${version}`,
        layers: [{ textBytes: 100 + version }],
      })
      ids.push(id)
    }
  })
  afterAll(async () => {
    await engine.stop()
    removeDir(dir)
  })
  beforeEach(async () => {
    state?.close()
    state = new State(join(dir, 'state.db'))
    backups = new Backups(state)
    await backups.readPreferences()
  })

  async function move(to: string, keepAs: string): ReturnType<Backups['record']> {
    const { former, keptAs } = await giveName(client, to, NAME, keepAs)
    if (former === undefined) return []
    return await backups.record(client, [{ name: NAME, former, ...(keptAs ? { keptAs } : {}) }])
  }
  async function kept(): Promise<string[]> {
    return (await backups.list(client, await listImages(client))).map(({ name }) => name)
  }
  function id(version: number): string {
    return ids[version] ?? ''
  }

  it('are listed while their name still names them, across runs, with the containers that still run them', async () => {
    engine.docker('tag', id(0), NAME)
    const container = engine.docker(
      'run',
      '-d',
      '--network',
      'none',
      '--name',
      'old-web',
      NAME,
      '/bin/busybox',
      'sleep',
      '1000',
    )
    expect(await move(id(1), 'kept/app:1.0-20261120-1430')).toEqual([
      {
        name: NAME,
        former: id(0),
        keptAs: 'kept/app:1.0-20261120-1430',
        containers: [{ id: container, name: 'old-web', running: true }],
        dropped: [],
      },
    ])
    state.close()
    state = new State(join(dir, 'state.db'))
    backups = new Backups(state)
    const [backup] = await backups.list(client, await listImages(client))
    expect(backup).toMatchObject({ name: 'kept/app:1.0-20261120-1430', of: NAME, id: id(0) })
    expect(backup?.size).toBeGreaterThan(0)
    // A dated name that was not given here is the person's own.
    engine.docker('tag', id(5), 'kept/app:1.0-20261120-0900')
    expect(await kept()).toEqual(['kept/app:1.0-20261120-1430'])
    engine.docker('tag', id(5), 'kept/app:1.0-20261120-1430')
    expect(await kept()).toEqual([])
    engine.docker('tag', id(0), 'kept/app:1.0-20261120-1430')
  })

  it('go back to their name; the one that had it is kept likewise', async () => {
    const rows = await listImages(client)
    await expect(backups.back(client, rows, 'kept/app:1.0-20261120-1430', 'sha256:other')).rejects.toMatchObject({
      code: 'image-changed',
    })
    await expect(backups.back(client, rows, 'kept/app:none', id(1))).rejects.toMatchObject({ code: 'image-changed' })
    const replaced = await backups.back(client, rows, 'kept/app:1.0-20261120-1430', id(1))
    expect(await idOf(client, NAME)).toBe(id(0))
    expect(await idOf(client, 'kept/app:1.0-20261120-1430')).toBeUndefined()
    expect(replaced).toMatchObject({ name: NAME, former: id(1) })
    expect(await idOf(client, replaced?.keptAs ?? '')).toBe(id(1))
    expect(await kept()).toEqual([replaced?.keptAs])
  })

  it('are kept as many as wished for: the oldest go, names alone where there are others, never what a container uses', async () => {
    await backups.setPreferences({ keepBackups: 2 })
    const reread = new Backups(state)
    await reread.readPreferences()
    expect(reread.preferences.value.keepBackups).toBe(2)
    // Now: 0 has the name and a container; 1 is kept, and so was 0 once.
    await move(id(2), 'kept/app:1.0-20261121-0001')
    await move(id(3), 'kept/app:1.0-20261121-0002')
    const [third] = await move(id(4), 'kept/app:1.0-20261121-0003')
    expect((await kept()).length).toBeLessThanOrEqual(3)
    expect(await kept()).toEqual(expect.arrayContaining(['kept/app:1.0-20261121-0002', 'kept/app:1.0-20261121-0003']))
    // Image 1 has a name of its own besides: only its dated one is gone.
    expect(await idOf(client, 'kept/source:1')).toBe(id(1))
    expect(third?.name).toBe(NAME)
    expect(await idOf(client, id(0))).toBe(id(0))
    engine.docker('rm', '-f', 'old-web')
  })

  it('take an image with them when the dated name was its last', async () => {
    await backups.setPreferences({ keepBackups: 1 })
    engine.docker('rmi', 'kept/source:4')
    await move(id(5), 'kept/app:1.0-20261121-0010')
    expect(await idOf(client, id(4))).toBe(id(4))
    const [replaced] = await move(id(2), 'kept/app:1.0-20261121-0011')
    expect(replaced?.dropped).toContain('kept/app:1.0-20261121-0010')
    expect(await idOf(client, id(4))).toBeUndefined()
    await backups.setPreferences({ keepBackups: 0 })
    const [more] = await move(id(3), 'kept/app:1.0-20261121-0012')
    expect(more?.dropped).toEqual([])
  })
})
