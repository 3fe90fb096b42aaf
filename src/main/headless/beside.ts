import { hostname } from 'node:os'
import { AppError } from '../../shared/errors.ts'
import { appVersion } from '../host.ts'
import { type Beside, forgettingBeside, type Sign, withBeside } from '../notes/beside.ts'
import type { Sink } from '../place/place.ts'
import { parseAddress } from './address.ts'
import { type Options, usage } from './options.ts'

/** What `--note` and its like put beside a file. */

export interface BesideFile {
  readonly sink: Sink
  /** What was made, once the copy is done. */
  readonly made: () => Beside | undefined
}

/** @throws usage */
export function beside(sink: Sink, to: string, { note, compress, places }: Options): BesideFile {
  const isFile = parseAddress(to).type === 'archive'
  if (note && !isFile) throw usage('--note, --scripts and --inspection are for files')
  let made: Beside | undefined
  if (!isFile) return { sink, made: () => made }
  if (!note) return { sink: forgettingBeside(sink), made: () => made }
  const signer = async (): Promise<Sign> => {
    const { Keychain } = await import('../accounts/keychain.ts')
    const { Signatures } = await import('../accounts/signatures.ts')
    const signatures = new Signatures(places.state, new Keychain())
    const own = await signatures.own()
    // Making one is a decision of the person's, taken in the window.
    if (!own) throw new AppError('signature-none')
    return { ...own, sign: async (bytes) => await signatures.sign(bytes) }
  }
  const given = { wish: note, method: compress ?? 'none', computer: hostname(), by: `Caboteur ${appVersion()}`, signer }
  return {
    sink: withBeside(sink, given, (what) => {
      made = what
    }),
    made: () => made,
  }
}
