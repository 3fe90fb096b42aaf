import { createRequire } from 'node:module'

/** Runs in a process of its own, one request and its end: see keychain.ts. */

/** Where this module is, to start it from; the build may put it into a file of any name. */
export const processUrl = import.meta.url
/** Tells the process that it is one. */
export const PROCESS_MARK = 'caboteur-keychain'

export type KeychainRequest =
  | { readonly type: 'get'; readonly account: string }
  | { readonly type: 'set'; readonly account: string; readonly secret: string }
  | { readonly type: 'delete'; readonly account: string }

export interface KeychainAnswer {
  readonly ok: boolean
  readonly secret?: string
}

interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, secret: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

const SERVICE = 'Caboteur'

/** Windows keeps 2,560 bytes in an entry (CRED_MAX_CREDENTIAL_BLOB_SIZE): so many UTF-16 units never take more. */
const PART = 800

/** Announces how many entries a secret was cut into. */
const CUT = /^caboteur-parts:(\d+);/

function partName(account: string, part: number): string {
  return part === 0 ? account : `${account} (${part + 1})`
}

function cut(secret: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < secret.length; at += PART) parts.push(secret.slice(at, at + PART))
  const whole = parts.length < 2 && !CUT.test(secret)
  return whole ? [secret] : parts.map((part, index) => (index === 0 ? `caboteur-parts:${parts.length};${part}` : part))
}

async function get(keytar: Keytar, account: string): Promise<string | undefined> {
  const first = await keytar.getPassword(SERVICE, account)
  if (first === null) return undefined
  const count = Number(CUT.exec(first)?.[1] ?? 1)
  const parts = [first.replace(CUT, '')]
  for (let part = 1; part < count; part++) {
    const next = await keytar.getPassword(SERVICE, partName(account, part))
    // Part of it was deleted by another hand: half a secret is none.
    if (next === null) return undefined
    parts.push(next)
  }
  return parts.join('')
}

async function remove(keytar: Keytar, account: string): Promise<void> {
  const first = await keytar.getPassword(SERVICE, account)
  const count = Number(CUT.exec(first ?? '')?.[1] ?? 1)
  for (let part = 0; part < count; part++) await keytar.deletePassword(SERVICE, partName(account, part))
}

async function answer(request: KeychainRequest): Promise<KeychainAnswer> {
  const keytar = createRequire(import.meta.url)('keytar') as Keytar
  switch (request.type) {
    case 'get': {
      const secret = await get(keytar, request.account)
      return { ok: true, ...(secret === undefined ? {} : { secret }) }
    }
    case 'set':
      // A shorter secret must not leave the tail of a longer one behind.
      await remove(keytar, request.account)
      for (const [part, text] of cut(request.secret).entries())
        await keytar.setPassword(SERVICE, partName(request.account, part), text)
      return { ok: true }
    case 'delete':
      await remove(keytar, request.account)
      return { ok: true }
  }
}

if (process.argv.includes(PROCESS_MARK)) {
  process.once('message', (request: KeychainRequest) => {
    answer(request)
      // No words of the failure: a keychain's may hold what it was given.
      .catch((): KeychainAnswer => ({ ok: false }))
      .then((said) => process.send?.(said, () => process.disconnect()))
      .catch(() => process.exit(1))
  })
}
