import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AboutNote } from '../../shared/contract-delivery.ts'
import { Keychain } from '../accounts/keychain.ts'
import { Signatures } from '../accounts/signatures.ts'
import { Shelf } from '../place/archive/shelf.ts'
import { State } from '../state.ts'
import { makeImage, ociArchive } from '../testing/handmade-archives.ts'
import { withKeyring } from '../testing/keyring.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { Delivery } from './delivery.ts'

const forever = new AbortController().signal

function urlOf(path: string): string {
  return new URL(path, import.meta.url).href
}

/** A save on another machine, with a real keyring, whose note is signed. */
function saveSigned(from: string, to: string, home: string): { fingerprint: string; own: AboutNote } {
  const printed = withKeyring(`
    import { Keychain } from '${urlOf('../accounts/keychain.ts')}'
    import { Signatures } from '${urlOf('../accounts/signatures.ts')}'
    import { copy } from '${urlOf('../copy/copy.ts')}'
    import { Shelf } from '${urlOf('../place/archive/shelf.ts')}'
    import { archiveSink } from '${urlOf('../place/archive/sink.ts')}'
    import { archiveSource } from '${urlOf('../place/archive/source.ts')}'
    import { State } from '${urlOf('../state.ts')}'
    import { Delivery } from '${urlOf('./delivery.ts')}'
    const forever = new AbortController().signal
    const archives = new Shelf()
    const signatures = new Signatures(new State(${JSON.stringify(join(home, 'signer.db'))}), new Keychain())
    const host = { admit: async () => undefined, info: { computer: 'atelier-01', version: '1.0.0' } }
    const delivery = new Delivery({ host, archives, signatures })
    const { fingerprint } = await delivery.makeSigner('atelier-01')
    const archive = await archives.open(${JSON.stringify(from)}, forever)
    const source = archiveSource(archive)
    const images = await source.read(archive.contents.images.map(({ image }) => image.id), forever)
    const wishes = images.map((image) => ({ image, names: image.names.map((name) => ({ name })) }))
    const path = ${JSON.stringify(to)}
    const note = { language: 'en', note: 'both', scripts: false, inspection: false, sign: true }
    const target = { method: 'none', level: 'fast', split: 200_000 }
    const asked = { to: { type: 'archive', path }, note, compress: target }
    let told
    const sink = delivery.beside(archiveSink(path, target), asked, (what) => { told = what })
    await copy(source, wishes, sink, forever, () => undefined)
    if (told.error) throw new Error(JSON.stringify(told.error))
    const opened = path + '.part-001'
    await archives.open(opened, forever)
    const own = await delivery.about(opened, forever)
    console.log(JSON.stringify({ fingerprint, own }))
  `)
  return JSON.parse(printed) as { fingerprint: string; own: AboutNote }
}

describe('a set that is opened says who made it', () => {
  let dir: string
  let state: State
  let delivery: Delivery
  let made: { fingerprint: string; own: AboutNote }
  let saved: string
  const names = ['shop.tar.part-001', 'shop.tar.part-002', 'shop.tar.part-003']
  const beside = ['SHA256SUMS', 'shop.tar.note.json', 'shop.tar.note.json.asc']

  beforeAll(async () => {
    dir = tempDir()
    const image = await makeImage({
      names: ['made/shop:1'],
      layers: ['busybox', { randomBytes: 400_000, seed: 'made' }],
    })
    const { path } = await ociArchive(dir, [image], { file: 'source.tar' })
    saved = join(dir, 'saved')
    mkdirSync(saved)
    made = saveSigned(path, join(saved, 'shop.tar'), dir)
    while (existsSync(join(saved, `shop.tar.part-00${names.length + 1}`)))
      names.push(`shop.tar.part-00${names.length + 1}`)
    state = new State(join(dir, 'state.db'))
    delivery = deliveryWith(state)
  })
  afterAll(() => {
    state.close()
    removeDir(dir)
  })

  const archives = new Shelf()
  function deliveryWith(of: State): Delivery {
    const host = { admit: async () => undefined, info: { computer: 'here', version: '1.0.0' } }
    return new Delivery({ host: host as never, archives, signatures: new Signatures(of, new Keychain(1)) })
  }

  let folders = 0
  /** A stick with all that was saved. */
  function stick(): string {
    folders += 1
    const path = join(dir, `stick-${folders}`)
    mkdirSync(path)
    for (const name of [...names, ...beside]) copyFileSync(join(saved, name), join(path, name))
    return join(path, names[1] ?? '')
  }

  async function about(path: string): Promise<AboutNote | undefined> {
    await archives.open(path, forever)
    return await delivery.about(path, forever)
  }

  it('by the key of the machine that made it, once that is trusted', async () => {
    const { fingerprint, own } = made
    expect(own).toMatchObject({ computer: 'atelier-01', by: 'Caboteur 1.0.0', changed: [] })
    expect(own.signature).toEqual({ type: 'own', fingerprint })
    const path = stick()
    expect(await about(path)).toMatchObject({ signature: { type: 'unknown', fingerprint }, changed: [] })
    await expect(delivery.trust(path, 'A'.repeat(40))).rejects.toMatchObject({ code: 'signature-changed' })
    expect(await about(path)).toMatchObject({ signature: { type: 'unknown' } })
    await delivery.trust(path, fingerprint)
    expect(await about(path)).toMatchObject({ signature: { type: 'known', fingerprint, name: 'atelier-01' } })
    await delivery.distrust(fingerprint)
    expect(await about(path)).toMatchObject({ signature: { type: 'unknown' } })
  })

  it('and a note that was changed after it was signed is not believed', async () => {
    const path = stick()
    const note = join(dirname(path), 'shop.tar.note.json')
    writeFileSync(note, readFileSync(note, 'utf8').replace('atelier-01', 'atelier-02'))
    expect(await about(path)).toMatchObject({ computer: 'atelier-02', signature: { type: 'bad' } })
    await expect(delivery.trust(path, made.fingerprint)).rejects.toMatchObject({ code: 'signature-changed' })
    rmSync(join(dirname(path), 'shop.tar.note.json.asc'))
    expect(await about(path)).toMatchObject({ signature: { type: 'none' } })
    writeFileSync(note, '{}')
    expect(await about(path)).toBeUndefined()
  })

  it('names a damaged part by the sums of the note where no others are left', async () => {
    const path = stick()
    rmSync(join(dirname(path), 'SHA256SUMS'))
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    writeFileSync(path, bytes)
    await expect(archives.open(path, forever)).rejects.toMatchObject({
      code: 'part-damaged',
      parts: { parts: 'shop.tar.part-002' },
    })
  })

  it('and other images in the place of those that were signed are named', async () => {
    const folder = join(dir, 'swapped')
    mkdirSync(folder)
    const other = await makeImage({ names: ['made/shop:1'], layers: ['busybox', { randomBytes: 9000, seed: 'other' }] })
    const { path } = await ociArchive(folder, [other], { file: 'shop.tar' })
    copyFileSync(join(saved, 'shop.tar.note.json'), join(folder, 'shop.tar.note.json'))
    copyFileSync(join(saved, 'shop.tar.note.json.asc'), join(folder, 'shop.tar.note.json.asc'))
    const found = await about(path)
    expect(found?.changed).toContain('made/shop:1')
    expect(found?.signature.type).toBe('unknown')
  })
})
