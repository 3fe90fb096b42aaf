import type { CopyRequest } from '../../shared/contract.ts'
import type { AboutNote, Signer, TrustedSigner } from '../../shared/contract-delivery.ts'
import { AppError } from '../../shared/errors.ts'
import type { Signatures } from '../accounts/signatures.ts'
import type { Host } from '../host.ts'
import type { Shelf } from '../place/archive/shelf.ts'
import type { Sink } from '../place/place.ts'
import { type Beside, forgettingBeside, type Sign, withBeside } from './beside.ts'
import { aboutNote, changedSince, noteBeside, otherSumsBeside } from './found.ts'

/** Delivery notes of both directions: beside what is saved, and of what is opened. */

interface Parts {
  readonly host: Pick<Host, 'admit' | 'info'>
  readonly archives: Shelf
  readonly signatures: Signatures
}

export class Delivery {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The sink of a save, with what is wished beside its file. A download has no beside. */
  beside(
    sink: Sink,
    { to, note, compress, download }: Pick<CopyRequest, 'to' | 'note' | 'compress' | 'download'>,
    told: (beside: Beside) => void,
  ): Sink {
    if (to.type !== 'archive' || download === true) return sink
    if (!note) return forgettingBeside(sink)
    const { info } = this.#parts.host
    return withBeside(
      sink,
      {
        wish: note,
        method: compress?.method ?? 'none',
        computer: info.computer,
        by: `Caboteur ${info.version}`,
        signer: async () => await this.#signer(),
      },
      told,
    )
  }

  async #signer(): Promise<Sign> {
    const { signatures } = this.#parts
    const own = await signatures.own()
    if (!own) throw new AppError('signature-none')
    return { ...own, sign: async (bytes) => await signatures.sign(bytes) }
  }

  /** What the note beside a file says; undefined where there is none. */
  async about(path: string, signal: AbortSignal): Promise<AboutNote | undefined> {
    await this.#parts.host.admit(path)
    const found = await noteBeside(path)
    if (!found) return undefined
    const { note, bytes, signature } = found
    const archive = await this.#parts.archives.get(path, signal)
    const changed = await changedSince(note, archive)
    if (signature === undefined) return aboutNote(note, { type: 'none' }, changed)
    return aboutNote(note, await this.#parts.signatures.proof(bytes, signature, note.signer?.key ?? ''), changed)
  }

  /** Files of sums beside it that are not compared. */
  async otherSums(path: string): Promise<string[]> {
    await this.#parts.host.admit(path)
    return await otherSumsBeside(path)
  }

  /** Trusts the key that signed the note beside a file. @throws signature-changed when it is another by now */
  async trust(path: string, fingerprint: string): Promise<void> {
    await this.#parts.host.admit(path)
    const found = await noteBeside(path)
    const key = found?.note.signer?.key
    if (!found?.signature || key === undefined) throw new AppError('signature-changed')
    const proof = await this.#parts.signatures.proof(found.bytes, found.signature, key)
    if (proof.type === 'bad' || proof.fingerprint !== fingerprint) throw new AppError('signature-changed')
    await this.#parts.signatures.trust(key)
  }

  async trusted(): Promise<TrustedSigner[]> {
    return await this.#parts.signatures.trusted()
  }

  async distrust(fingerprint: string): Promise<void> {
    await this.#parts.signatures.distrust(fingerprint)
  }

  async signer(): Promise<Signer | undefined> {
    return await this.#parts.signatures.own()
  }

  async makeSigner(name: string): Promise<Signer> {
    return await this.#parts.signatures.make(name)
  }

  async forgetSigner(): Promise<void> {
    await this.#parts.signatures.forget()
  }
}
