import { AppError } from '../../../shared/errors.ts'
import { sameStamp } from '../../files.ts'
import { checkArchive, type OnRead, type OpenArchive, openArchive } from './open.ts'
import { stampOf } from './whole.ts'

/** How many opened archives are remembered: a compressed one takes a whole reading to look into. */
const KEPT = 16

/** Archives that were looked into, by path, as long as their files stay what they were. */
export class Shelf {
  readonly #opened = new Map<string, OpenArchive>()

  /** `password`: of one that is protected; not needed again while it is remembered. */
  async open(path: string, signal: AbortSignal, onRead?: OnRead, password?: string): Promise<OpenArchive> {
    const known = this.#opened.get(path)
    if (known && sameStamp(known.stamp, await stampOf(path))) return known
    return this.#keep(await openArchive(path, signal, onRead, password))
  }

  async check(path: string, signal: AbortSignal, onRead?: OnRead): Promise<OpenArchive> {
    return this.#keep(await checkArchive(await this.open(path, signal, onRead), signal, onRead))
  }

  /** One that was opened before. @throws file-changed when it is not what it was then */
  async get(path: string, signal: AbortSignal): Promise<OpenArchive> {
    const known = this.#opened.get(path)
    const now = await this.open(path, signal)
    if (known && known !== now) throw new AppError('file-changed', { path })
    return now
  }

  #keep(archive: OpenArchive): OpenArchive {
    this.#opened.delete(archive.path)
    this.#opened.set(archive.path, archive)
    const oldest = this.#opened.keys().next().value
    if (this.#opened.size > KEPT && oldest !== undefined) this.#opened.delete(oldest)
    return archive
  }
}
