import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { requireCommand } from './commands.ts'

/** A network bridge of one's own, for containers whose ports are to be reached from this computer. */
export interface Bridge {
  readonly name: string
  remove(): void
}

function ip(...args: string[]): void {
  execFileSync(requireCommand('ip'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Needs root on Linux. Its addresses are private, and no route leads out of it. */
export function makeBridge(): Bridge {
  // An interface's name has 15 characters at most.
  const name = `cab${randomInt(36 ** 6).toString(36)}`
  ip('link', 'add', name, 'type', 'bridge')
  const remove = (): void => ip('link', 'del', name)
  try {
    ip('address', 'add', `10.${randomInt(200, 250)}.${randomInt(1, 250)}.1/24`, 'dev', name)
    ip('link', 'set', name, 'up')
    return { name, remove }
  } catch (error) {
    remove()
    throw error
  }
}
