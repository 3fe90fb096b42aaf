import { generateKeyPair, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'

/** PEM texts. `ca` is what other computers trust; the key it was signed with is nowhere any more. */
export interface ServerCertificate {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Days. Docker and browsers take a server's certificate of a private authority for longer than a public one's. */
const DAYS = 3650
const BITS = 2048
const DAY = 86_400_000
/** Milliseconds: clocks of other computers are behind often enough. */
const EARLY = DAY

async function keyPair(): Promise<{ publicKey: string; privateKey: string }> {
  return await promisify(generateKeyPair)('rsa', {
    modulusLength: BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
}

/** Positive, as X.509 wants serial numbers (RFC 5280, 4.1.2.2). */
function serial(): string {
  return `01${randomBytes(15).toString('hex')}`
}

/**
 * A certificate for these names and addresses, of an authority made for it alone. The authority's key is thrown away: whoever
 * trusts the authority trusts this one server and nothing that could ever be signed later.
 */
export async function certify(title: string, addresses: readonly string[]): Promise<ServerCertificate> {
  // Only who makes a registry pays for it.
  const { default: forge } = await import('node-forge')
  const [authority, server] = await Promise.all([keyPair(), keyPair()])
  const caName = [{ name: 'commonName', value: `${title} (Caboteur)`.slice(0, 64) }]
  const made = (subject: typeof caName, publicKey: string, extensions: object[]): string => {
    const certificate = forge.pki.createCertificate()
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
    certificate.serialNumber = serial()
    certificate.validity.notBefore = new Date(Date.now() - EARLY)
    certificate.validity.notAfter = new Date(Date.now() + DAYS * DAY)
    certificate.setSubject(subject)
    certificate.setIssuer(caName)
    certificate.setExtensions(extensions)
    certificate.sign(forge.pki.privateKeyFromPem(authority.privateKey), forge.md.sha256.create())
    return forge.pki.certificateToPem(certificate)
  }
  // GeneralName: 2 is a DNS name, 7 an IP address (RFC 5280, 4.2.1.6).
  const altNames = addresses.map((address) => (isIP(address) ? { type: 7, ip: address } : { type: 2, value: address }))
  return {
    ca: made(caName, authority.publicKey, [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ]),
    certificate: made([{ name: 'commonName', value: (addresses[0] ?? title).slice(0, 64) }], server.publicKey, [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ]),
    key: server.privateKey,
  }
}
