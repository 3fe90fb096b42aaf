import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from './commands.ts'

/** An authority of one's own in a folder: ca.pem, and certificates it signs, as cert.pem and key.pem want to be called. */
export interface Authority {
  readonly ca: string
  /** Certificate and key for a server at 127.0.0.1 and localhost, or for a client. */
  certify(name: string, dir: string, use?: 'server' | 'client', names?: string): { cert: string; key: string }
}

function openssl(...args: string[]): void {
  execFileSync(requireCommand('openssl'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export function makeAuthority(dir: string): Authority {
  const [ca, caKey] = [join(dir, 'ca.pem'), join(dir, 'ca-key.pem')]
  openssl('req', '-x509', ...CURVE, '-keyout', caKey, '-out', ca, '-days', '2', '-subj', '/CN=test authority')
  return {
    ca,
    certify(name, to, use = 'server', names = 'IP:127.0.0.1,DNS:localhost') {
      const [cert, key, request, extensions] = ['cert.pem', 'key.pem', 'request.pem', 'extensions'].map((file) =>
        join(to, file),
      ) as [string, string, string, string]
      openssl('req', ...CURVE, '-keyout', key, '-out', request, '-subj', `/CN=${name}`)
      writeFileSync(extensions, `subjectAltName=${names}\nextendedKeyUsage=${use}Auth\n`)
      const signed = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extensions]
      openssl('x509', '-req', '-in', request, '-out', cert, ...signed)
      return { cert, key }
    },
  }
}
