import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as openpgp from 'openpgp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../place/place.ts'
import { requireCommand } from '../../testing/commands.ts'
import { removeDir, tempDir } from '../../testing/temp.ts'
import { gather, peek } from '../bytes.ts'
import { CIPHERS, decryptor, encryptor } from './cfb.ts'
import { readLock, unlock } from './lock.ts'
import { openMessage } from './opened.ts'
import { protect } from './protect.ts'

const PASSWORD = 'pass wörd – ∞'

async function* inPieces(bytes: Uint8Array, size: number): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collected(bytes: Bytes): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(bytes))
}

/** Bytes that compress a little, the same each time. */
function content(size: number): Buffer {
  const block = createHash('sha512').update(String(size)).digest()
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 64) {
    block.writeUInt32BE(at, 0)
    block.copy(bytes, at)
  }
  return bytes
}

async function opened(message: Uint8Array, password = PASSWORD, size = 1 << 16): Promise<Buffer> {
  const lock = await readLock(inPieces(message, size))
  const key = await unlock(lock, password)
  return await collected(openMessage(inPieces(message, size), key, lock.kind))
}

describe('OpenPGP by password', () => {
  let dir: string
  let home: string

  beforeAll(() => {
    requireCommand('gpg')
    dir = tempDir()
    home = join(dir, 'gnupg')
    mkdirSync(home, { mode: 0o700 })
  })
  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    removeDir(dir)
  })

  function gpg(input: Uint8Array, ...args: readonly string[]): Buffer {
    const file = join(dir, 'password')
    writeFileSync(file, PASSWORD)
    return execFileSync(
      'gpg',
      ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase-file', file, ...args],
      { input, maxBuffer: 64 << 20, stdio: ['pipe', 'pipe', 'ignore'] },
    )
  }

  // Around the ends of pieces: of the literal packet, and of what is around it.
  it.each([0, 1, 16, 8383, 2 ** 20 - 7, 2 ** 20 - 6, 2 ** 20 - 5, 2 ** 20 - 29, 2 ** 20, 3 * 2 ** 20 + 5])(
    'gpg opens what we write: %i bytes',
    async (size) => {
      const bytes = content(size)
      const message = await collected(protect(inPieces(bytes, 100_003), PASSWORD))
      expect(gpg(message, '--decrypt').equals(bytes)).toBe(true)
      expect((await opened(message)).equals(bytes)).toBe(true)
    },
  )

  it('is AES-256 with the most work a password can ask for, a sum, no compression and no name', async () => {
    const message = await collected(protect(inPieces(content(5000), 5000), PASSWORD))
    const shown = gpg(message, '--list-packets').toString()
    expect(shown.match(/cipher 9, aead 0, ?s2k 3, hash 8/g)).toHaveLength(2)
    expect(shown).toContain('count 65011712 (255)')
    expect(shown).toContain('mdc_method: 2')
    expect(shown).toContain('mode b (62), created 0, name=""')
    expect(shown).not.toContain('compressed packet')
  })

  it('openpgp.js opens what we write', async () => {
    const bytes = content(300_000)
    const binaryMessage = await collected(protect(inPieces(bytes, 65_536), PASSWORD))
    const message = await openpgp.readMessage({ binaryMessage })
    const { data } = await openpgp.decrypt({ message, passwords: PASSWORD, format: 'binary' })
    expect(bytes.equals(Buffer.from(data))).toBe(true)
  })

  it.each([
    ['as it comes', []],
    ['without compression', ['--compress-algo', 'none']],
    ['zip', ['--compress-algo', 'zip']],
    ['zlib', ['--compress-algo', 'zlib']],
    ['bzip2', ['--compress-algo', 'bzip2']],
    ['as text', ['--armor']],
    ['as text with a comment', ['--armor', '--comment', 'from afar', '--emit-version']],
    ['AES-128', ['--cipher-algo', 'AES']],
    ['AES-192', ['--cipher-algo', 'AES192']],
    ['AES-256', ['--cipher-algo', 'AES256']],
    ['Camellia', ['--cipher-algo', 'CAMELLIA256']],
    ['Triple DES', ['--cipher-algo', '3DES']],
    ['a simple key', ['--s2k-mode', '0']],
    ['a salted key', ['--s2k-mode', '1']],
    ['little work', ['--s2k-count', '1024']],
    ['SHA-1', ['--s2k-digest-algo', 'SHA1']],
    ['SHA-512', ['--s2k-digest-algo', 'SHA512']],
    ['a name', ['--set-filename', 'images of the day.tar']],
    ['as RFC 4880 has it', ['--rfc4880']],
  ])('opens what gpg -c writes: %s', async (_, args) => {
    const bytes = content(1_500_001)
    const message = gpg(bytes, ...args, '--symmetric')
    for (const size of [1000, 1 << 16, message.length])
      expect((await opened(message, PASSWORD, size)).equals(bytes)).toBe(true)
    await expect(opened(message, 'another')).rejects.toMatchObject({ code: 'password-wrong' })
  })

  it('opens what is signed, too', async () => {
    gpg(new Uint8Array(0), '--quick-gen-key', 'signer@example.org', 'default', 'default', 'never')
    const bytes = content(100_000)
    expect((await opened(gpg(bytes, '--sign', '--symmetric'))).equals(bytes)).toBe(true)
  })

  it.each<[string, openpgp.PartialConfig]>([
    [
      'GCM and Argon2',
      { aeadProtect: true, preferredAEADAlgorithm: openpgp.enums.aead.gcm, s2kType: openpgp.enums.s2k.argon2 },
    ],
    ['OCB', { aeadProtect: true, preferredAEADAlgorithm: openpgp.enums.aead.ocb }],
    ['EAX', { aeadProtect: true, preferredAEADAlgorithm: openpgp.enums.aead.eax }],
    ['Argon2 and a sum', { aeadProtect: false, s2kType: openpgp.enums.s2k.argon2 }],
  ])('opens what openpgp.js writes: %s', async (_, config) => {
    const bytes = content(700_000)
    const message = await openpgp.createMessage({ binary: bytes })
    const written = await openpgp.encrypt({ message, passwords: PASSWORD, format: 'binary', config })
    expect((await opened(written)).equals(bytes)).toBe(true)
    await expect(opened(written, 'another')).rejects.toMatchObject({ code: 'password-wrong' })
    const changed = Buffer.from(written)
    changed[changed.length - 5] = (changed.at(-5) ?? 0) ^ 1
    await expect(opened(changed)).rejects.toMatchObject({ code: 'archive-damaged' })
  })

  it('gives no message as much memory as it asks for', async () => {
    const message = await openpgp.createMessage({ binary: content(100) })
    const config = { aeadProtect: false, s2kType: openpgp.enums.s2k.argon2 } as const
    const written = Buffer.from(await openpgp.encrypt({ message, passwords: PASSWORD, format: 'binary', config }))
    // Tag, length, version, cipher, kind, salt, passes, lanes: then log2 of its KiB.
    expect(written[23]).toBe(16)
    written[23] = 28
    await expect(opened(written)).rejects.toMatchObject({ code: 'openpgp-unsupported' })
  })

  it('says for whom a file is that no password opens', async () => {
    gpg(new Uint8Array(0), '--quick-gen-key', 'lea@example.org', 'default', 'default', 'never')
    const listed = gpg(new Uint8Array(0), '--with-colons', '--list-keys', 'lea@example.org').toString()
    const id = /^sub:[^:]*:[^:]*:[^:]*:([0-9A-F]{16}):/m.exec(listed)?.[1]
    expect(id).toBeTruthy()
    const message = gpg(content(2000), '--trust-model', 'always', '--recipient', 'lea@example.org', '--encrypt')
    await expect(opened(message)).rejects.toMatchObject({ code: 'openpgp-keys', parts: { keys: id } })
    const both = gpg(
      content(2000),
      '--trust-model',
      'always',
      '--recipient',
      'lea@example.org',
      '--encrypt',
      '--symmetric',
    )
    expect((await opened(both)).equals(content(2000))).toBe(true)
  })

  it('tells a file that is only signed, and one without any sum', async () => {
    gpg(new Uint8Array(0), '--quick-gen-key', 'only@example.org', 'default', 'default', 'never')
    await expect(opened(gpg(content(2000), '--sign'))).rejects.toMatchObject({ code: 'openpgp-signed' })
    // As GnuPG 1 wrote it: a session key by password, and data without any protection.
    const old = Buffer.concat([
      (await collected(protect(inPieces(content(10), 10), PASSWORD))).subarray(0, 48),
      Uint8Array.of(0xc9, 40),
      Buffer.alloc(40),
    ])
    await expect(opened(old)).rejects.toMatchObject({ code: 'openpgp-unsupported' })
    await expect(opened(gpg(content(2000), '--cipher-algo', 'TWOFISH', '--symmetric'))).rejects.toMatchObject({
      code: 'openpgp-unsupported',
    })
  })

  it('finds any byte that was changed, and tells a wrong password from a damaged file', async () => {
    const bytes = content(3000)
    const message = await collected(protect(inPieces(bytes, 3000), PASSWORD))
    for (let at = 0; at < message.length; at += at < 120 ? 1 : 331) {
      const changed = Buffer.from(message)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const outcome = await opened(changed).catch((error: { code?: string }) => error.code ?? String(error))
      // Either of the two session keys is enough: what is changed in the other harms nothing.
      if (typeof outcome !== 'string') expect(at).toBeLessThan(96)
      else
        expect(outcome, `byte ${at}`).toMatch(
          /^(?:archive-damaged|archive-truncated|openpgp-signed|openpgp-unsupported)$/,
        )
      if (typeof outcome !== 'string') expect(outcome.equals(bytes)).toBe(true)
    }
  })

  it('finds what was cut off or put behind', async () => {
    const message = await collected(protect(inPieces(content(2 ** 20 + 5000), 65_536), PASSWORD))
    for (const length of [97, 120, 5000, 2 ** 20 + 100, message.length - 21, message.length - 1])
      await expect(opened(message.subarray(0, length)), String(length)).rejects.toMatchObject({
        code: expect.stringMatching(/^archive-(?:truncated|damaged)$/),
      })
    await expect(opened(Buffer.concat([message, Uint8Array.of(0)]))).rejects.toMatchObject({ code: 'archive-damaged' })
    const text = gpg(content(5000), '--armor', '--symmetric')
    await expect(opened(text.subarray(0, text.length - 200))).rejects.toMatchObject({ code: 'archive-truncated' })
  })

  it.each([...CIPHERS])('is CFB as OpenSSL has it: cipher %i', async (_, cipher) => {
    const { createCipheriv } = await import('node:crypto')
    const key = content(cipher.key)
    const plain = content(1003)
    const cfb = createCipheriv(`${cipher.name}-cfb`, key, Buffer.alloc(cipher.block))
    const wanted = Buffer.concat([cfb.update(plain), cfb.final()])
    const [encrypts, decrypts] = [encryptor(cipher, key), decryptor(cipher, key)]
    const encrypted = [0, 5, 21, 160, 161, 900].map((at, index, ends) =>
      encrypts.update(plain.subarray(at, ends[index + 1])),
    )
    expect(Buffer.concat([...encrypted, encrypts.end()]).equals(wanted)).toBe(true)
    const decrypted = [0, 3, 48, 49, 700].map((at, index, ends) =>
      decrypts.update(wanted.subarray(at, ends[index + 1])),
    )
    expect(Buffer.concat([...decrypted, decrypts.end()]).equals(plain)).toBe(true)
  })

  it('takes no more memory for a large message than for a small one', async () => {
    const part = content(2 ** 20)
    const SIZE = 300 * 2 ** 20
    async function* much(): Bytes {
      for (let given = 0; given < SIZE; given += part.length) yield part
    }
    async function growth(bytes: Bytes): Promise<number> {
      const before = process.memoryUsage().rss
      let most = 0
      for await (const _ of bytes) most = Math.max(most, process.memoryUsage().rss - before)
      return most
    }
    // Of all that runs in this process; a message that was held would be 300.
    const LIMIT = 200 * 2 ** 20
    expect(await growth(protect(much(), PASSWORD))).toBeLessThan(LIMIT)
    // Opened while it is being made: it is never there as a whole.
    const { head, whole } = await peek(gather(protect(much(), PASSWORD), 2 ** 20))
    const lock = await readLock(inPieces(head, head.length))
    expect(await growth(openMessage(whole, await unlock(lock, PASSWORD), lock.kind))).toBeLessThan(LIMIT)
  })
})
