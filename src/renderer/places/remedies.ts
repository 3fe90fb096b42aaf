import type { HostInfo } from '../../shared/contract.ts'
import type { ErrorCode } from '../../shared/errors.ts'

/** What a button on the page of an engine that is away does. */
export type Remedy = 'install' | 'update' | 'start' | 'retry' | 'look' | 'password' | 'change'

interface Situation {
  readonly code: ErrorCode
  readonly startable: boolean
  /** The person added this computer here, and may change what was typed. */
  readonly added: boolean
  readonly host: HostInfo | undefined
}

/** What helps in a state, the one that does it first. */
export function remedies({ code, startable, added, host }: Situation): readonly Remedy[] {
  switch (code) {
    case 'docker-missing':
      return added ? ['retry', 'change'] : ['install', 'retry']
    case 'docker-stopped':
      return startable && host?.can.start ? ['start', 'retry'] : ['retry']
    case 'docker-too-old':
      return ['update', 'retry']
    case 'ssh-host-unknown':
      return ['look']
    case 'ssh-host-changed':
      return ['retry']
    case 'ssh-password':
      return added ? ['password'] : ['retry']
    case 'ssh-denied':
      return added ? ['change', 'retry'] : ['retry']
    default:
      return added ? ['retry', 'change'] : ['retry']
  }
}

/** The command that gives a person the right to use Docker, where there is one to type. */
export function permissionCommand(code: ErrorCode, here: boolean, host: HostInfo | undefined): string | undefined {
  return code === 'docker-denied' && here && host?.os === 'linux' ? 'sudo usermod -aG docker $USER' : undefined
}
