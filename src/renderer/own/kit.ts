/** The file that prepares another computer, as this one reads it. */
export interface Kit {
  readonly host: string
  readonly plain: boolean
  readonly ca?: string
  /** One has to sign in there. */
  readonly users: boolean
}

/** Bytes. A page of ours with one certificate has a tenth of that. */
const LARGEST = 200_000
const DATA = /<script type="application\/json" id="caboteur-registry">([^<]+)<\/script>/

export function isKitName(name: string): boolean {
  return name.toLowerCase().endsWith('.caboteur.html')
}

/** What a file says; undefined where it is none of ours. The page around it is never shown. */
export async function readKit(file: File): Promise<Kit | undefined> {
  if (file.size > LARGEST) return undefined
  const [, data = ''] = DATA.exec(await file.text()) ?? []
  try {
    const { registry } = JSON.parse(data) as { registry?: Record<string, unknown> }
    const { host, plain, ca, users } = registry ?? {}
    if (typeof host !== 'string' || typeof plain !== 'boolean') return undefined
    return { host, plain, users: users === true, ...(typeof ca === 'string' ? { ca } : {}) }
  } catch {
    return undefined
  }
}

/** As people compare it by eye: SHA-256 of the certificate, in pairs. '' for what is no certificate. */
export async function fingerprint(pem: string): Promise<string> {
  const base64 = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem)?.[1]?.replaceAll(/\s/g, '')
  if (base64 === undefined) return ''
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
