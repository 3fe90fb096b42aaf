import { AppError } from '../../../../shared/errors.ts'

/** How ssh gets to a computer: the user's own `ssh` command and configuration, and what was typed in the app beside it. */
export interface SshWay {
  /** A host name, an address or an alias of ~/.ssh/config. */
  readonly host: string
  readonly port?: number
  readonly user?: string
  /** This key file alone is tried. */
  readonly key?: string
  /** The password, or the key's passphrase, asked for when ssh asks; undefined when there is none to give. */
  readonly secret?: () => Promise<string | undefined>
  /** Only a password is tried: no key of the person's is shown to that computer. */
  readonly passwordOnly?: boolean
  /** File of the host keys the person trusted here; those of ssh's own files count too. */
  readonly knownHosts: string
}

/** An `ssh://user@host:port` address as docker writes it. @throws docker-address */
export function sshWay(address: string, knownHosts: string): SshWay {
  const refuse = (): AppError => new AppError('docker-address', { address })
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw refuse()
  }
  // docker refuses a password and a path beyond a socket's likewise (docker/cli, cli/connhelper/ssh).
  if (url.protocol !== 'ssh:' || url.hostname === '' || url.password !== '') throw refuse()
  const user = decodeURIComponent(url.username)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!isHostName(host) || (user !== '' && !isUserName(user))) throw refuse()
  return {
    host,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(user === '' ? {} : { user }),
    knownHosts,
  }
}

/** Files where any user of this computer may have keys of hosts, by ssh's own default. */
const SYSTEM_KNOWN_HOSTS =
  process.platform === 'win32'
    ? ['__PROGRAMDATA__/ssh/ssh_known_hosts', '__PROGRAMDATA__/ssh/ssh_known_hosts2']
    : ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

/** Where ssh looks for host keys beside the person's own file, in its configuration's quoting. */
export function knownHostsOption(way: SshWay): string {
  return `GlobalKnownHostsFile=${[...SYSTEM_KNOWN_HOSTS, way.knownHosts].map((path) => `"${path}"`).join(' ')}`
}

function options(values: readonly string[]): string[] {
  return values.flatMap((value) => ['-o', value])
}

/** Seconds until a computer that says nothing is given up. */
const CONNECT_WITHIN = 15

/** The arguments that say where to go, and nothing of how to sign in. */
export function targetArguments(way: SshWay): string[] {
  return [
    // No terminal, no forwarding, no local command: this connection carries bytes.
    ...options([
      'RequestTTY=no',
      'ForwardAgent=no',
      'ForwardX11=no',
      'ClearAllForwardings=yes',
      'PermitLocalCommand=no',
      'EscapeChar=none',
      `ConnectTimeout=${CONNECT_WITHIN}`,
    ]),
    ...(way.port === undefined ? [] : ['-p', String(way.port)]),
    ...(way.user === undefined ? [] : ['-l', way.user]),
  ]
}

/** All arguments of a connection that signs in and runs `command` there. */
export function connectArguments(way: SshWay, command: readonly string[]): string[] {
  return [
    ...targetArguments(way),
    // Trusting is the person's choice, made in the window: ssh itself never asks and never learns a key by itself.
    ...options(['StrictHostKeyChecking=yes', knownHostsOption(way), 'ServerAliveInterval=15', 'ServerAliveCountMax=4']),
    ...options(way.secret ? ['NumberOfPasswordPrompts=1'] : ['BatchMode=yes']),
    ...(way.passwordOnly ? options(['PubkeyAuthentication=no', 'GSSAPIAuthentication=no']) : []),
    ...(way.key === undefined ? [] : ['-i', way.key, ...options(['IdentitiesOnly=yes'])]),
    '--',
    way.host,
    ...command,
  ]
}

/** Nothing ssh could take for an option, and nothing a ProxyCommand's shell could take for more than a word. */
export function isHostName(host: string): boolean {
  return /^[\p{L}\p{N}:][\p{L}\p{N}._:%-]*$/u.test(host)
}

/** As `isHostName`, for the name to sign in with. */
export function isUserName(user: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}._@+-]*$/u.test(user)
}

const UNREACHABLE =
  /Could not resolve hostname|Connection refused|timed out|No route to host|Network is unreachable|Connection closed|Connection reset|kex_exchange_identification|banner exchange/i

/** What ssh said on stderr, in the app's words; undefined when it is not ssh's own failure. */
export function sshFailure(said: string, { host }: SshWay): AppError | undefined {
  const options = { raw: said.trim() }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) return new AppError('ssh-host-changed', { host }, options)
  if (/Host key verification failed|host key is known/.test(said))
    return new AppError('ssh-host-unknown', { host }, options)
  if (/Permission denied(?: \(|, please)|Too many authentication failures|Load key /.test(said))
    return new AppError('ssh-denied', { host }, options)
  return UNREACHABLE.test(said) ? new AppError('ssh-unreachable', { host }, options) : undefined
}
