import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fullPath } from '../../testing/commands.ts'
import { type Engine, startEngine as startPrivateEngine } from '../../testing/engine.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { Engines } from './engines.ts'
import type { EngineAddress } from './find.ts'
import { howToStart } from './start.ts'

describe('starting a Docker that is stopped', () => {
  let dir: string
  let engine: Engine
  const path = process.env['PATH']

  beforeEach(async () => {
    dir = tempDir()
    engine = await startPrivateEngine()
    await engine.halt()
    process.env['PATH'] = `${join(dir, 'bin')}:${fullPath()}`
    mkdirSync(join(dir, 'bin'))
  })
  afterEach(async () => {
    process.env['PATH'] = path
    await engine.stop()
    removeDir(dir)
  })

  /** A product of the person's: its command asks this test to start its engine, or fails with a word. */
  function colima(script: string): EngineAddress {
    const command = join(dir, 'bin', 'colima')
    writeFileSync(command, `#!/bin/sh\n${script}\n`)
    chmodSync(command, 0o755)
    return { id: 'work', kind: 'colima', name: 'work', current: true, host: engine.host }
  }
  async function until(engines: Engines, type: string): Promise<void> {
    for await (const [info] of engines.list.watch(AbortSignal.timeout(30_000))) if (info?.state.type === type) return
    throw new Error(`never ${type}: ${JSON.stringify(engines.list.value)}`)
  }

  it('is its own product’s business: the command runs with its profile, and the engine comes into view', async () => {
    const asked = join(dir, 'asked')
    const address = colima(`echo "$@" > ${asked}; while [ -e ${asked} ]; do sleep 0.05; done`)
    const engines = new Engines(async () => [address])
    try {
      await engines.open()
      await until(engines, 'away')
      expect(engines.list.value[0]?.state).toMatchObject({ startable: true, error: { code: 'docker-stopped' } })
      const starting = engines.start('work')
      while (!existsSync(asked)) await new Promise((resolve) => setTimeout(resolve, 20))
      await engine.resume()
      removeDir(asked)
      await starting
      await until(engines, 'ready')
    } finally {
      await engines.close()
    }
  })

  it('that fails says what the command said', async () => {
    const address = colima('echo "no virtual machine today" >&2; exit 3')
    const engines = new Engines(async () => [address])
    try {
      await engines.open()
      await expect(engines.start('work')).rejects.toMatchObject({
        code: 'docker-start',
        raw: 'no virtual machine today',
      })
    } finally {
      await engines.close()
    }
  })

  it('is not offered where nothing would start it', async () => {
    expect(await howToStart({ kind: 'default', name: '', host: engine.host })).toBeUndefined()
    expect(await howToStart({ kind: 'added', name: 'x', host: 'ssh://x' })).toBeUndefined()
    expect(await howToStart({ kind: 'context', name: 'x', host: 'tcp://x:2375' })).toBeUndefined()
    process.env['PATH'] = dir
    expect(await howToStart({ kind: 'colima', name: '', host: engine.host })).toBeUndefined()
  })
})
