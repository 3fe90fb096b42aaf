import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { State } from '../state.ts'
import { requireCommand } from '../testing/commands.ts'
import { withKeyring } from '../testing/keyring.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { Keychain } from './keychain.ts'
import { Signatures } from './signatures.ts'

const module_ = new URL('./signatures.ts', import.meta.url).href
const NOTE = Buffer.from('{ "kind": "caboteur-delivery-note" }\n')

describe('signatures', () => {
  let dir: string
  let state: State
  let here: Signatures
  /** Made on another machine, with a real keyring. */
  let signed: { readonly signature: string; readonly key: string; readonly fingerprint: string; readonly again: string }

  beforeAll(() => {
    dir = tempDir()
    state = new State(join(dir, 'state.db'))
    here = new Signatures(state, new Keychain(1))
    const printed = withKeyring(`
      import { Signatures } from '${module_}'
      import { Keychain } from '${new URL('./keychain.ts', import.meta.url).href}'
      import { State } from '${new URL('../state.ts', import.meta.url).href}'
      const path = ${JSON.stringify(join(dir, 'other.db'))}
      const { key, fingerprint } = await new Signatures(new State(path), new Keychain()).make('atelier-01')
      const later = new Signatures(new State(path), new Keychain())
      const again = (await later.make('another name')).fingerprint
      const signature = await later.sign(Buffer.from(${JSON.stringify(NOTE.toString())}))
      console.log(JSON.stringify({ key, fingerprint, again, signature }))
    `)
    signed = JSON.parse(printed) as typeof signed
  })
  afterAll(() => {
    state.close()
    removeDir(dir)
  })

  it('are made by one key for good, whose secret is in the keychain alone', () => {
    expect(signed.again).toBe(signed.fingerprint)
    expect(signed.key).toContain('BEGIN PGP PUBLIC KEY BLOCK')
    expect(readFileSync(join(dir, 'other.db'), 'latin1')).not.toContain('PRIVATE KEY')
  })

  it('are what gpg verifies with the key that came along, and no other note', () => {
    const home = join(dir, 'gnupg')
    mkdirSync(home)
    chmodSync(home, 0o700)
    const gpg = (...args: string[]): string =>
      execFileSync(requireCommand('gpg'), ['--batch', '--status-fd', '1', ...args], {
        cwd: dir,
        env: { ...process.env, GNUPGHOME: home },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    writeFileSync(join(dir, 'key.asc'), signed.key)
    writeFileSync(join(dir, 'note.json'), NOTE)
    writeFileSync(join(dir, 'note.json.asc'), signed.signature)
    gpg('--import', 'key.asc')
    expect(gpg('--verify', 'note.json.asc', 'note.json')).toContain(`VALIDSIG ${signed.fingerprint}`)
    writeFileSync(join(dir, 'other.json'), `${NOTE.toString()} `)
    expect(() => gpg('--verify', 'note.json.asc', 'other.json')).toThrow(/BAD signature/)
  })

  it('are unknown until the person trusts the machine, and bad when anything else was signed', async () => {
    const { signature, key, fingerprint } = signed
    expect(await here.proof(NOTE, signature, key)).toEqual({ type: 'unknown', fingerprint })
    await here.trust(key)
    expect(await here.proof(NOTE, signature, key)).toEqual({ type: 'known', fingerprint, name: 'atelier-01' })
    expect(await here.proof(Buffer.concat([NOTE, Buffer.from(' ')]), signature, key)).toEqual({ type: 'bad' })
    expect(await here.proof(NOTE, signature, '')).toEqual({ type: 'bad' })
    expect(await here.proof(NOTE, 'no signature', key)).toEqual({ type: 'bad' })
    await here.distrust(fingerprint)
    expect(await here.proof(NOTE, signature, key)).toMatchObject({ type: 'unknown' })
    expect(await here.trusted()).toEqual([])
  })

  it('are not those of whoever claims to be another: the key tells who it is, not the note', async () => {
    await here.trust(signed.key)
    const { generateKey, createMessage, sign } = await import('openpgp')
    const forger = await generateKey({
      type: 'ecc',
      curve: 'ed25519Legacy',
      userIDs: [{ name: 'atelier-01' }],
      format: 'object',
    })
    const forged = String(
      await sign({
        message: await createMessage({ binary: NOTE }),
        signingKeys: forger.privateKey,
        detached: true,
        format: 'armored',
      }),
    )
    expect(await here.proof(NOTE, forged, signed.key)).toEqual({ type: 'bad' })
    expect(await here.proof(NOTE, forged, forger.publicKey.armor())).toMatchObject({ type: 'unknown' })
  })

  it('are not to be had where no keychain takes the key, and none is kept elsewhere', async () => {
    await expect(here.make('here')).rejects.toMatchObject({ code: 'signature-keychain' })
    expect(await here.own()).toBeUndefined()
    await expect(here.sign(NOTE)).rejects.toMatchObject({ code: 'signature-keychain' })
    expect(readFileSync(join(dir, 'state.db'), 'latin1')).not.toContain('PRIVATE KEY')
  })
})
