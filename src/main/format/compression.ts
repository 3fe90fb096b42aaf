/**
 * Compression of whole files and layers: telling a method by its bytes, unpacking and packing streams. Byte streams are
 * pulled: nothing asks the source for more while its reader is not asking, so leaving early never waits for a source.
 */
export { type Level, type PackOptions, pack } from './compression/pack.ts'
export { type Sniffed, sniff } from './compression/sniff.ts'
export { inflate, unpack } from './compression/unpack.ts'
