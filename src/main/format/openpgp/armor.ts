import { AppError } from '../../../shared/errors.ts'
import type { Bytes } from '../../place/place.ts'

/** Messages written as text (RFC 9580 section 6): `.asc`. */

const BEGIN = '-----BEGIN PGP MESSAGE-----'
const LINE = 1 << 16

export function isArmored(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, BEGIN.length)).toString('latin1') === BEGIN
}

/** Pieces of text, each of whole lines and without their ends. @throws archive-damaged: a line without end */
async function* lines(bytes: Bytes): AsyncGenerator<string[]> {
  let rest = ''
  for await (const chunk of bytes) {
    const found = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')).split('\n')
    rest = found.pop() ?? ''
    if (rest.length > LINE) throw new AppError('archive-damaged')
    yield found.map((line) => line.trimEnd())
  }
  if (rest !== '') yield [rest.trimEnd()]
}

type At = 'begin' | 'headers' | 'body' | 'end'

/** Where the reading is after a line. */
function after(at: At, line: string): At {
  switch (at) {
    case 'begin':
      return line === BEGIN ? 'headers' : at
    case 'headers':
      return line === '' ? 'body' : at
    case 'body':
      return line.startsWith('=') || line.startsWith('-----') ? 'end' : at
    case 'end':
      return at
  }
}

/** The bytes that text stands for. Its own sum is not asked: the message has a better one (section 6.1). */
async function* decoded(bytes: Bytes): Bytes {
  let at: At = 'begin'
  let rest = ''
  for await (const some of lines(bytes)) {
    let text = rest
    for (const line of some) {
      const before = at
      at = after(at, line)
      if (before === 'body' && at === 'body') text += line
    }
    if (/[^A-Za-z0-9+/=]/.test(text)) throw new AppError('archive-damaged')
    const whole = at === 'end' ? text.length : text.length - (text.length % 4)
    rest = text.slice(whole)
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64')
  }
  if (at !== 'end') throw new AppError('archive-truncated')
}

/** A message's bytes, whether it comes as text or as it is. */
export async function* dearmored(bytes: Bytes): Bytes {
  const source = bytes[Symbol.asyncIterator]()
  try {
    const first = await source.next()
    if (first.done) return
    const whole: Bytes = {
      async *[Symbol.asyncIterator]() {
        yield first.value
        for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
      },
    }
    yield* isArmored(first.value) ? decoded(whole) : whole
  } finally {
    await source.return?.()
  }
}
