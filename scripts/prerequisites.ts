import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { findCommand } from '../src/main/testing/commands.ts'

/**
 * What the tests need beside npm's packages. On Debian and Ubuntu, as root, what is missing is installed, and nothing
 * that is there is ever removed for it; elsewhere it is named. `node scripts/prerequisites.ts` does this alone.
 */

interface Need {
  /** For the person: what is missing. */
  readonly what: string
  readonly present: () => boolean
  /** Debian packages, the first that exists is taken. */
  readonly packages: readonly string[]
  /** Tests do without it, or test less. */
  readonly optional?: boolean
}

function command(packages: string | readonly string[], ...names: readonly string[]): Need {
  const list = typeof packages === 'string' ? [packages] : packages
  return { what: names[0] ?? '', packages: list, present: () => names.some((name) => findCommand(name) !== undefined) }
}

function hasStaticBusybox(): boolean {
  const path = findCommand('busybox')
  return path !== undefined && !readFileSync(path).includes('/ld-linux')
}

function hasFonts(): boolean {
  const dirs = ['/usr/share/fonts/truetype', '/usr/share/fonts/opentype', '/usr/local/share/fonts']
  return process.platform !== 'linux' || dirs.some((dir) => existsSync(dir) && readdirSync(dir).length > 0)
}

const NEEDS: readonly Need[] = [
  // Newer Debians keep the command in a package of its own.
  command(['docker-cli', 'docker.io'], 'docker'),
  command('docker.io', 'dockerd'),
  command('docker-registry', 'docker-registry'),
  command('chromium', 'chromium', 'chromium-browser', 'google-chrome'),
  command('gnome-keyring', 'gnome-keyring-daemon'),
  command('dbus', 'dbus-run-session'),
  command('skopeo', 'skopeo'),
  command('gpg', 'gpg'),
  command('gpg-agent', 'gpg-agent'),
  command('zstd', 'zstd'),
  command('pigz', 'pigz'),
  command('xz-utils', 'xz'),
  command('bzip2', 'bzip2'),
  command('openssh-client', 'ssh'),
  command('openssh-server', 'sshd'),
  command('openssl', 'openssl'),
  command('e2fsprogs', 'mkfs.ext4'),
  command('mount', 'losetup'),
  command('util-linux', 'unshare'),
  command('iproute2', 'ip'),
  { what: 'a static busybox', packages: ['busybox-static'], present: hasStaticBusybox },
  { what: 'fonts', packages: ['fonts-liberation'], present: hasFonts, optional: true },
  { ...command('podman', 'podman'), optional: true },
  { ...command('buildah', 'buildah'), optional: true },
  ...(process.env['CABOTEUR_TEST_CONTAINERD'] === '1' ? [command('debootstrap', 'debootstrap')] : []),
]

const APT = ['-y', '--no-install-recommends', '--no-remove'] as const
const LIMIT = 15 * 60_000

/** Debian asks this file whether a package may start its services (policy-rc.d): ours are for the tests alone. */
const POLICY = '/usr/sbin/policy-rc.d'

/** Keeps what is installed from starting: no ssh, registry or Docker of the tests' ever listens on this computer. */
function withoutServices<T>(act: () => T): T {
  if (existsSync(POLICY)) return act()
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return act()
  } finally {
    rmSync(POLICY)
  }
}

function apt(...args: readonly string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT,
    maxBuffer: 64 * 1024 * 1024,
  })
  return { ok: status === 0, output: `${stdout}${stderr}` }
}

function exists(name: string): boolean {
  const { stdout } = spawnSync('apt-cache', ['policy', name], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return /Candidate: (?!\(none\))/.test(stdout)
}

/** The packages to install for what is missing, each once. */
function packagesFor(missing: readonly Need[]): string[] {
  return [...new Set(missing.flatMap(({ packages }) => packages.find(exists) ?? packages.at(-1) ?? []))]
}

/** Leaves out, and names, what cannot be installed beside what is there. */
function installable(packages: readonly string[]): string[] {
  if (apt('install', '--simulate', ...APT, ...packages).ok) return [...packages]
  return packages.filter((name) => {
    const { ok, output } = apt('install', '--simulate', ...APT, name)
    if (ok) return true
    const removes = /Packages need to be removed|REMOVED/.test(output)
    const why = removes ? 'would remove another package' : 'cannot be had here'
    console.error(`${name} ${why}: not installed.`)
    return false
  })
}

function install(missing: readonly Need[]): void {
  let packages = packagesFor(missing)
  // Package lists may be absent (a fresh container) or old (a version that is gone from the mirror): once more with new ones.
  if (!packages.every(exists)) {
    apt('update')
    packages = packagesFor(missing)
  }
  let chosen = installable(packages)
  if (chosen.length === 0) return
  console.error(`Installing for the tests: ${chosen.join(' ')}`)
  let { ok, output } = apt('install', ...APT, ...chosen)
  if (!ok) {
    apt('update')
    chosen = installable(packages)
    ;({ ok, output } = apt('install', ...APT, ...chosen))
  }
  if (!ok) console.error(output.split('\n').slice(-30).join('\n'))
}

/**
 * Installs or names what is missing. False when the tests cannot run at all; where something could not be installed they
 * do run, and those that need it fail.
 */
export function ensurePrerequisites(): boolean {
  const missing = (): Need[] => NEEDS.filter((need) => !need.present())
  const root = process.getuid?.() === 0
  const installs = root && existsSync('/etc/debian_version') && findCommand('apt-get') !== undefined
  if (installs && missing().length > 0) withoutServices(() => install(missing()))
  const left = missing()
  const required = left.filter((need) => !need.optional).map(({ what }) => what)
  // Private Docker daemons and loop disks are root's.
  if (!root) required.push('the rights of root')
  if (required.length > 0) console.error(`The tests need what is missing here: ${required.join(', ')}`)
  else if (left.length > 0)
    console.error(`Some tests do less here, for want of ${left.map(({ what }) => what).join(', ')}`)
  return installs || required.length === 0
}

if (import.meta.main && !ensurePrerequisites()) process.exitCode = 1
