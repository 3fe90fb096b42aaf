import type { Key, PublicKey } from 'openpgp'
import type { Signer, TrustedSigner } from '../../shared/contract-delivery.ts'
import { AppError } from '../../shared/errors.ts'
import type { State } from '../state.ts'
import type { Keychain } from './keychain.ts'

/**
 * This machine's OpenPGP key, made when a person first wishes for a signature, and the keys of other machines that the
 * person trusts. The secret half is in the system's keychain and nowhere else: where none takes it, there is no key.
 */

const ACCOUNT = 'signature'

/** A library of some size, which most runs never need. */
async function openpgp(): Promise<typeof import('openpgp')> {
  return await import('openpgp')
}

function fingerprintOf(key: Key): string {
  return key.getFingerprint().toUpperCase()
}

function nameOf(key: Key): string {
  return key.getUserIDs()[0] ?? ''
}

async function readKey(armoredKey: string): Promise<PublicKey | undefined> {
  return await (await openpgp()).readKey({ armoredKey }).catch(() => undefined)
}

/** What a detached signature proved to be. `fingerprint` is that of the key which made it, told by the key itself. */
export type Proof =
  | { readonly type: 'bad' }
  | { readonly type: 'own' | 'unknown'; readonly fingerprint: string }
  | { readonly type: 'known'; readonly fingerprint: string; readonly name: string }

/** @returns the key that signed, undefined where the signature is not of these bytes or of this key */
async function signedBy(
  bytes: Uint8Array,
  armoredSignature: string,
  armoredKey: string,
): Promise<PublicKey | undefined> {
  const { createMessage, readSignature, verify } = await openpgp()
  const key = await readKey(armoredKey)
  if (!key) return undefined
  try {
    const signature = await readSignature({ armoredSignature })
    const [first, ...others] = signature.packets
    if (!first || others.length > 0) return undefined
    // A machine across the gap may have another idea of the time: what it signed is right at the time it says.
    const date = new Date(Math.max(Date.now(), first.created?.getTime() ?? 0, key.getCreationTime().getTime()))
    const { signatures } = await verify({
      message: await createMessage({ binary: bytes }),
      signature,
      verificationKeys: key,
      date,
    })
    return (await signatures[0]?.verified) === true ? key : undefined
  } catch {
    return undefined
  }
}

export class Signatures {
  readonly #state: State
  readonly #keychain: Keychain

  constructor(state: State, keychain: Keychain) {
    this.#state = state
    this.#keychain = keychain
  }

  /** This machine's key, without its secret; undefined where none was made. */
  async own(): Promise<Signer | undefined> {
    const [row] = await this.#state.all('SELECT fingerprint, name, key FROM signer')
    return row && { fingerprint: String(row['fingerprint']), name: String(row['name']), key: String(row['key']) }
  }

  /** Makes this machine's key where there is none. @throws signature-keychain */
  async make(name: string): Promise<Signer> {
    const there = await this.own()
    if (there) return there
    const { generateKey } = await openpgp()
    const { privateKey, publicKey } = await generateKey({
      // The form that every GnuPG since 2.1 verifies; the one of RFC 9580 needs newer ones than people have.
      type: 'ecc',
      curve: 'ed25519Legacy',
      userIDs: [{ name }],
      format: 'object',
    })
    if (!(await this.#keychain.set(ACCOUNT, privateKey.armor()))) {
      await this.#keychain.delete(ACCOUNT)
      throw new AppError('signature-keychain')
    }
    const signer = { fingerprint: fingerprintOf(publicKey), name, key: publicKey.armor() }
    await this.#state.run(
      'INSERT INTO signer (fingerprint, name, key) VALUES (?, ?, ?)',
      signer.fingerprint,
      name,
      signer.key,
    )
    return signer
  }

  /** A detached, armored signature of these bytes. @throws signature-keychain */
  async sign(bytes: Uint8Array): Promise<string> {
    const secret = (await this.own()) && (await this.#keychain.get(ACCOUNT))
    if (secret === undefined) throw new AppError('signature-keychain')
    const { createMessage, readPrivateKey, sign } = await openpgp()
    const signature = await sign({
      message: await createMessage({ binary: bytes }),
      signingKeys: await readPrivateKey({ armoredKey: secret }),
      detached: true,
      format: 'armored',
    })
    return String(signature)
  }

  /** Deletes this machine's key. */
  async forget(): Promise<void> {
    await this.#keychain.delete(ACCOUNT)
    await this.#state.run('DELETE FROM signer')
  }

  /** Who signed these bytes. `key`: the one that came with them, of somebody who may be unknown here. */
  async proof(bytes: Uint8Array, signature: string, key: string): Promise<Proof> {
    const by = await signedBy(bytes, signature, key)
    if (!by) return { type: 'bad' }
    const fingerprint = fingerprintOf(by)
    if ((await this.own())?.fingerprint === fingerprint) return { type: 'own', fingerprint }
    const known = (await this.trusted()).find((one) => one.fingerprint === fingerprint)
    return known ? { type: 'known', fingerprint, name: known.name } : { type: 'unknown', fingerprint }
  }

  async trusted(): Promise<TrustedSigner[]> {
    const rows = await this.#state.all('SELECT fingerprint, name, since FROM trusted_signer ORDER BY name, since')
    return rows.map(({ fingerprint, name, since }) => ({
      fingerprint: String(fingerprint),
      name: String(name),
      since: Number(since),
    }))
  }

  /** Trusts a key from now on, under the name it gives itself. */
  async trust(armoredKey: string): Promise<void> {
    const key = await readKey(armoredKey)
    if (!key) throw new AppError('signature-changed')
    await this.#state.run(
      'INSERT INTO trusted_signer (fingerprint, name, since) VALUES (?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING',
      fingerprintOf(key),
      nameOf(key),
      Date.now(),
    )
  }

  async distrust(fingerprint: string): Promise<void> {
    await this.#state.run('DELETE FROM trusted_signer WHERE fingerprint = ?', fingerprint)
  }
}
