import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { removeDir, tempDir } from './testing/temp.ts'

const PROGRAM = fileURLToPath(new URL('./testing/state-process.ts', import.meta.url))
const EACH = 60

async function remembering(path: string, name: string): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [PROGRAM, path, name, String(EACH)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return { status: await new Promise((resolve) => child.on('close', resolve)), said }
}

it('is one memory for several processes that begin it at once: nothing is lost, nothing is damaged', async () => {
  const dir = tempDir()
  const path = join(dir, 'home', 'state.db')
  try {
    const ended = await Promise.all(
      ['window', 'host', 'line', 'more'].map(async (name) => await remembering(path, name)),
    )
    expect(ended).toEqual(ended.map(() => ({ status: 0, said: '' })))
    const database = new DatabaseSync(path)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(database.prepare('SELECT count(*) AS rows FROM seen').get()).toEqual({ rows: 4 * EACH })
    expect(database.prepare('SELECT count(*) AS rows FROM form').get()).toEqual({ rows: 4 * EACH })
    database.close()
  } finally {
    removeDir(dir)
  }
})
