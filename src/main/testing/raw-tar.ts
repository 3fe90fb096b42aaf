const BLOCK = 512

/** The fields of a tar header as they stand there: what no writer would write can be written too. */
export interface RawHeader {
  readonly name: string
  /** A number is written as octal, a text as it is, bytes as they are. */
  readonly size?: number | string | Uint8Array
  readonly type?: string
  readonly target?: string
  /** In place of the right one. */
  readonly checksum?: string
  /** Bytes at an offset, written before the sum is taken. */
  readonly at?: readonly (readonly [number, string | Uint8Array])[]
}

/** One header block, its check sum right unless said otherwise. */
export function rawHeader({ name, size = 0, type = '0', target = '', checksum, at = [] }: RawHeader): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0, 100)
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  if (typeof size === 'number') block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  else if (typeof size === 'string') block.write(size, 124, 12)
  else block.set(size.subarray(0, 12), 124)
  block.write('00000000000\0', 136)
  block.write(type, 156, 1, 'latin1')
  block.write(target, 157, 100)
  block.write('ustar\x0000', 257)
  for (const [offset, bytes] of at) block.set(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, offset)
  sumHeader(block)
  if (checksum !== undefined) block.write(checksum.padEnd(8, '\0').slice(0, 8), 148)
  return block
}

/** Writes the right check sum into a header that was changed. */
export function sumHeader(block: Buffer): void {
  block.fill(0x20, 148, 156)
  const sum = block.subarray(0, BLOCK).reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}

/** Content and what fills its last block. */
export function rawData(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as Uint8Array)
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

/** A file: header and content. */
export function rawFile(name: string, content: string | Uint8Array, header: Partial<RawHeader> = {}): Buffer {
  return Buffer.concat([rawHeader({ name, size: Buffer.byteLength(content), ...header }), rawData(content)])
}

/** A pax record with the right length, or with another one. */
export function paxRecord(key: string, value: string, length?: number): string {
  const rest = ` ${key}=${value}\n`
  let size = rest.length + 1
  while (`${size}${rest}`.length !== size) size += 1
  return `${length ?? size}${rest}`
}

/** The mark at the end of a tar. */
export const RAW_END: Buffer = Buffer.alloc(2 * BLOCK)
