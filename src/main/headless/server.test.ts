import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { removeDir, tempDir } from '../testing/temp.ts'
import { Exchange } from './exchange.ts'

describe('the headless host', () => {
  it('goes on when a peer asks for a socket and breaks off', async () => {
    const dir = tempDir()
    const env = { ...process.env, CABOTEUR_HOME: dir, HOME: dir, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const host = spawn(process.execPath, ['src/main/headless.ts', 'serve', '--root', dir], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(host.stdout.setEncoding('utf8'), 'data')) as [string]
      const port = Number(new URL(line.trim().replace('READY ', '')).port)
      for (let count = 0; count < 10; count++) {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => undefined)
        await once(socket, 'connect')
        socket.write(
          `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        )
        socket.resetAndDestroy()
        await once(socket, 'close')
      }
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(401)
      host.kill('SIGTERM')
      expect((await once(host, 'close'))[0]).toBe(0)
    } finally {
      host.kill('SIGKILL')
      removeDir(dir)
    }
  })

  it('holds its own files in exchange, and no path that only looks like one', async () => {
    const dir = tempDir()
    const former = process.env['CABOTEUR_HOME']
    process.env['CABOTEUR_HOME'] = dir
    try {
      const exchange = await Exchange.open()
      const path = await exchange.place('a.tar')
      expect(exchange.holds(path)).toBe(true)
      const folder = join(path, '..', '..')
      mkdirSync(join(folder, '..', 'other'))
      writeFileSync(join(folder, '..', 'other', 'file'), '')
      for (const wrong of [`${folder}/../z`, `${folder}/x/../../other/file`, folder, join(folder, 'file')]) {
        expect(exchange.holds(wrong), wrong).toBe(false)
      }
      await exchange.close()
    } finally {
      if (former === undefined) delete process.env['CABOTEUR_HOME']
      else process.env['CABOTEUR_HOME'] = former
      removeDir(dir)
    }
  })
})
