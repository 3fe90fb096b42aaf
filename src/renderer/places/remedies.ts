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

/** What helps where it is not just to try again, by what is wrong. */
const HELPS: Partial<Record<ErrorCode, (situation: Situation) => readonly Remedy[]>> = {
  'docker-missing': ({ added }) => (added ? ['retry', 'change'] : ['install', 'retry']),
  'docker-stopped': ({ startable, host }) => (startable && host?.can.start ? ['start', 'retry'] : ['retry']),
  'docker-too-old': () => ['update', 'retry'],
  'ssh-host-unknown': () => ['look'],
  // Nothing here may make it easy to go on.
  'ssh-host-changed': () => ['retry'],
  'ssh-password': ({ added }) => (added ? ['password'] : ['retry']),
  'ssh-denied': ({ added }) => (added ? ['change', 'retry'] : ['retry']),
}

/** What helps in a state, the one that does it first. */
export function remedies(situation: Situation): readonly Remedy[] {
  return HELPS[situation.code]?.(situation) ?? (situation.added ? ['retry', 'change'] : ['retry'])
}

/** The command that gives a person the right to use Docker, where there is one to type. */
export function permissionCommand(code: ErrorCode, here: boolean, host: HostInfo | undefined): string | undefined {
  return code === 'docker-denied' && here && host?.os === 'linux' ? 'sudo usermod -aG docker $USER' : undefined
}
