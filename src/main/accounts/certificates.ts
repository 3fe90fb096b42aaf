import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folders in which docker, Docker Desktop and podman keep the authorities of a registry. */
function folders(host: string): string[] {
  if (process.platform === 'win32')
    return [join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'docker', 'certs.d', host.replace(':', ''))]
  return [
    join('/etc/docker/certs.d', host),
    join(homedir(), '.docker', 'certs.d', host),
    join('/etc/containers/certs.d', host),
  ]
}

/** PEM of the authorities docker trusts for a registry beside the system's (`certs.d`, every `*.crt`); '' for none. */
export async function dockerAuthorities(host: string): Promise<string> {
  const found: string[] = []
  for (const folder of folders(host)) {
    const names = await readdir(folder).catch((): string[] => [])
    for (const name of names.filter((file) => file.endsWith('.crt'))) {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '')
      if (text.includes('-----BEGIN CERTIFICATE-----')) found.push(text)
    }
  }
  return found.join('\n')
}
