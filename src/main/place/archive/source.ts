import { AppError } from '../../../shared/errors.ts'
import type { Digest } from '../../../shared/reference.ts'
import { aboutFile, type ByteFile, readRange, sameStamp } from '../../files.ts'
import { naming } from '../../format/bytes.ts'
import { unpack } from '../../format/compression.ts'
import type { ArchivedImage, LayerFile } from '../../format/contents.ts'
import { readTar } from '../../format/tar.ts'
import {
  type Bytes,
  type Image,
  type Layer,
  type LayerKey,
  type LayerPiece,
  layerKey,
  leaves,
  type Piece,
  type Source,
} from '../place.ts'
import type { OpenArchive } from './open.ts'
import { unsealed } from './sealed.ts'
import { openWhole } from './whole.ts'

interface Wanted {
  readonly layer: Layer
  readonly file: LayerFile
}

/** The wanted layers, each once, in the order of the images. @throws layer-missing */
function wantedFiles(archive: OpenArchive, images: readonly ArchivedImage[], wanted: ReadonlySet<LayerKey>): Wanted[] {
  const chosen = new Map<LayerKey, Wanted>()
  for (const { image, files } of images) {
    for (const [index, layer] of image.layers.entries()) {
      const key = layerKey(layer)
      if (!wanted.has(key) || chosen.has(key)) continue
      const file = files[index]
      if (!file) throw new AppError('layer-missing', { image: image.names[0] ?? image.id, path: archive.path })
      chosen.set(key, { layer, file })
    }
  }
  return [...chosen.values()]
}

function piece({ layer, file }: Wanted, bytes: Bytes): LayerPiece {
  return { type: 'layer', layer, form: file.form, size: file.entry.size, bytes }
}

function withAbsent(image: Image, { contents }: OpenArchive): Image {
  const absent = contents.absent
    .filter(({ name }) => (name === '' ? image.names.length === 0 : image.names.includes(name)))
    .map(({ platform }) => platform)
  return absent.length === 0 ? image : { ...image, absent }
}

/** Images out of an opened archive file. A plain one is read where the layers are; a compressed or protected one in its own order. */
export function archiveSource(archive: OpenArchive): Source {
  const { images: all, attestations, indexes } = archive.contents
  const byId = new Map<Digest, ArchivedImage>(
    [...attestations, ...all].map((archived) => [archived.image.id, archived]),
  )
  const indexById = new Map<Digest, Image>(indexes.map((image) => [image.id, image]))
  const find = (id: Digest): ArchivedImage => {
    const archived = byId.get(id)
    if (!archived) throw new AppError('image-missing', { image: id })
    return archived
  }

  // A layer's bytes fail in the hands of whoever reads them: their errors are named where they are made.
  const named = (error: unknown): unknown => aboutFile(error, archive.path)

  /** The file, if it is still the one that was looked into; closed once the reading ends. */
  async function* reading(read: (file: ByteFile, size: number) => Bytes): Bytes {
    const { file, stamp } = await openWhole(archive.path)
    try {
      if (!sameStamp(stamp, archive.stamp)) throw new AppError('file-changed', { path: archive.path })
      yield* read(file, stamp.size)
    } finally {
      await file.close()
    }
  }

  /** Each layer opens the file for itself: several are read at once, and the last may outlive the walk. */
  function* inPlace(wanted: readonly Wanted[], signal: AbortSignal): Generator<LayerPiece> {
    for (const one of wanted) {
      const { offset, size } = one.file.entry
      const bytes = reading((file) => readRange(file, offset, offset + size, signal))
      yield piece(one, naming(bytes, named))
    }
  }

  async function* inStream(wanted: readonly Wanted[], signal: AbortSignal): AsyncGenerator<LayerPiece> {
    const { compression, seal } = archive
    // By where they are, not by name: a file may have two of one name, and names a folder before them.
    const left = new Map(wanted.map((one) => [one.file.entry.offset, one]))
    const tar = reading((file, size) => unpack(unsealed(readRange(file, 0, size, signal), seal), compression))
    for await (const { entry, bytes } of readTar(tar, signal)) {
      const one = left.get(entry.offset)
      if (!one || entry.type !== 'file') continue
      yield piece(one, naming(bytes, named))
      left.delete(entry.offset)
      if (left.size === 0) return
    }
    throw new AppError('file-changed', { path: archive.path })
  }

  // A compressed or protected file comes in one stream; of a plain one several layers may be read at once.
  const plain = archive.compression === 'none' && !archive.seal
  return {
    parallel: plain ? 4 : 1,
    indexes: indexes.map((image) => withAbsent(image, archive)),
    async read(ids) {
      return ids.map((id) => withAbsent(indexById.get(id) ?? find(id).image, archive))
    },
    async *walk(images: readonly Image[], wanted: ReadonlySet<LayerKey>, signal: AbortSignal): AsyncGenerator<Piece> {
      const parts = images.flatMap(leaves)
      const archived = parts.map((image) => find(image.id))
      for (const [index, { documents, config, ...own }] of archived.entries()) {
        const image = parts[index] ?? own.image
        // The file promises another config than it has: nothing that follows from it can be believed.
        if (config.promised) throw new AppError('digest-mismatch', { file: config.file })
        yield { type: 'documents', image, documents }
      }
      const files = wantedFiles(archive, archived, wanted)
      if (files.length === 0) return
      try {
        yield* plain ? inPlace(files, signal) : inStream(files, signal)
      } catch (error) {
        throw named(error)
      }
    },
  }
}
