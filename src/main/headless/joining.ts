import { resolve } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { openWhole, readParts } from '../place/archive/whole.ts'
import { savedWhole } from '../place/archive/write-set.ts'
import { type Options, print, usage } from './options.ts'

/** `join`: the parts of a file as one, compared with their sums on the way and read back. @throws set-incomplete, part-damaged */
export async function join(part: string, to: string, options: Options, signal: AbortSignal): Promise<void> {
  const { file, parts } = await openWhole(resolve(part))
  try {
    if (!parts) throw usage(`“${part}” is no part of a file that was cut`)
    const joined = savedWhole(resolve(to))
    try {
      await joined.open()
      const written = await joined.write(readParts(file, parts, signal).bytes)
      const readBack = await joined.verify(written, signal, () => undefined)
      if (signal.aborted) throw new AppError('cancelled')
      await joined.publish(written)
      print(options.json ? { type: 'done', file: { path: joined.path, ...written, readBack } } : joined.path)
    } finally {
      await joined.discard()
    }
  } finally {
    await file.close()
  }
}
