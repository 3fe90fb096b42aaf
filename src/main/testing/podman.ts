import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand, requireCommand } from './commands.ts'
import { isAlive, removeDir, tempDir } from './temp.ts'

/** A Podman that answers in Docker's words on a socket, with a store of its own; undefined where it is not installed. */
export interface PodmanService {
  readonly host: string
  stop(): Promise<void>
}

export async function startPodman(): Promise<PodmanService | undefined> {
  if (!findCommand('podman')) return undefined
  const dir = tempDir()
  const socketPath = join(dir, 's')
  const host = `unix://${socketPath}`
  const store = ['--root', join(dir, 'root'), '--runroot', join(dir, 'run'), '--storage-driver', 'vfs']
  const child = spawn(requireCommand('podman'), [...store, 'system', 'service', '--time=0', host], { stdio: 'ignore' })
  const until = Date.now() + 30_000
  while (!existsSync(socketPath)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error('podman did not start')
    await sleep(20)
  }
  return {
    host,
    async stop() {
      child.kill('SIGTERM')
      const { pid } = child
      while (pid !== undefined && isAlive(pid) && child.exitCode === null && child.signalCode === null) await sleep(20)
      removeDir(dir)
    },
  }
}
