import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { HostKeys } from '../../../../shared/contract.ts'
import { AppError } from '../../../../shared/errors.ts'
import { knownHostsOption, type SshWay, sshFailure, targetArguments } from './way.ts'

/**
 * Who a computer says it is. ssh is asked twice, without any sign-in: once with the keys that are trusted, and, when that
 * does not know it, once writing what it is shown into a file of its own. Not ssh-keyscan: it knows nothing of the
 * person's configuration, of jump hosts and aliases.
 */

/** Nothing is offered to a computer that is not trusted yet. */
const WITHOUT_SIGN_IN = ['BatchMode=yes', 'PreferredAuthentications=none', 'NumberOfPasswordPrompts=0']

/** ssh's words on stderr; it ends in failure always but where a computer lets everybody in. @throws ssh-missing */
async function said(way: SshWay, options: readonly string[]): Promise<string> {
  const args = [...targetArguments(way), ...[...WITHOUT_SIGN_IN, ...options].flatMap((option) => ['-o', option])]
  const done = Promise.withResolvers<string>()
  execFile('ssh', [...args, '--', way.host, 'true'], { windowsHide: true }, (error, _, stderr) => {
    if (error?.code === 'ENOENT') done.reject(new AppError('ssh-missing', {}, { cause: error }))
    else done.resolve(stderr)
  })
  return await done.promise
}

/** Lines of a known_hosts file that hold a key (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
function keyLines(content: string): string[] {
  return content.split('\n').filter((line) => /^[^#\s]\S* \S+ \S+/.test(line))
}

/** As ssh and ssh-keygen show it. */
function fingerprint(line: string): { type: string; fingerprint: string } {
  const [, type = '', key = ''] = line.split(' ')
  const sha = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')
  return { type, fingerprint: `SHA256:${sha}` }
}

/** The keys a computer shows now, as lines of a known_hosts file. @throws ssh-unreachable */
async function shown(way: SshWay): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'caboteur-hosts-'))
  try {
    const file = join(folder, 'known_hosts')
    const words = await said(way, [
      'StrictHostKeyChecking=accept-new',
      `UserKnownHostsFile="${file}"`,
      `GlobalKnownHostsFile=${devNull}`,
      'HashKnownHosts=no',
    ])
    const lines = keyLines(await readFile(file, 'utf8').catch(() => ''))
    if (lines.length > 0) return lines
    throw sshFailure(words, way) ?? new AppError('ssh-unreachable', { host: way.host }, { raw: words.trim() })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Asks a computer for its host keys. @throws ssh-missing, ssh-unreachable */
export async function hostKeys(way: SshWay): Promise<HostKeys> {
  const failure = sshFailure(await said(way, ['StrictHostKeyChecking=yes', knownHostsOption(way)]), way)
  if (failure?.code === 'ssh-unreachable') throw failure
  if (failure?.code !== 'ssh-host-unknown' && failure?.code !== 'ssh-host-changed') return { state: 'known', keys: [] }
  const keys = (await shown(way)).map(fingerprint)
  return { state: failure.code === 'ssh-host-changed' ? 'changed' : 'new', keys }
}

/**
 * Trusts the keys a person was shown, for this app alone: they go into a file of its own, never into ssh's.
 * @throws ssh-host-changed when the computer shows another key than the person saw, or than it had before
 */
export async function trust(way: SshWay, fingerprints: readonly string[]): Promise<void> {
  const { state } = await hostKeys(way)
  if (state === 'known') return
  const lines = await shown(way)
  if (state === 'changed' || !lines.every((line) => fingerprints.includes(fingerprint(line).fingerprint)))
    throw new AppError('ssh-host-changed', { host: way.host })
  const before = await readFile(way.knownHosts, 'utf8').catch(() => '')
  const known = new Set(keyLines(before))
  const added = lines.filter((line) => !known.has(line))
  if (added.length === 0) return
  await mkdir(dirname(way.knownHosts), { recursive: true, mode: 0o700 })
  await writeFile(way.knownHosts, [...known, ...added, ''].join('\n'), { mode: 0o600 })
}
