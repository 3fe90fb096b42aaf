import type { Archive, ArchiveImage, ImageDetails } from '../../../shared/contract.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ArchivedImage } from '../../format/contents.ts'
import { configDetails, layerCommands } from '../../format/details.ts'
import { type Config, MEDIA, parseConfig } from '../../format/documents.ts'
import type { OpenArchive } from './open.ts'

/** An opened archive in the contract's words. */

function layerRows({ image, files }: ArchivedImage, config: Config): ArchiveImage['layers'] {
  const commands = layerCommands(config, image.layers.length)
  return image.layers.map(({ diffId, stored }, index) => {
    const file = files[index]
    const command = commands[index]
    const mediaType = stored?.mediaType || (file && MEDIA.layer[file.form])
    const size = file?.entry.size ?? stored?.size
    return {
      ...(diffId ? { diffId } : {}),
      ...(stored ? { digest: stored.digest } : {}),
      ...(mediaType ? { mediaType } : {}),
      ...(size === undefined ? {} : { size }),
      ...(command ? { command } : {}),
    }
  })
}

function describeImage(archived: ArchivedImage): ArchiveImage {
  const { id, names, platform, created } = archived.image
  const layers = layerRows(archived, parseConfig(archived.documents.config, archived.config.file))
  return {
    id,
    names: [...names],
    platform,
    created,
    size: layers.reduce((sum, layer) => sum + (layer.size ?? 0), 0),
    layers,
  }
}

export function describeArchive(archive: OpenArchive): Archive {
  return {
    path: archive.path,
    format: archive.contents.format,
    compression: archive.compression,
    ...(archive.seal ? { protected: true } : {}),
    fileSize: archive.stamp.size,
    tarSize: archive.tarSize,
    checked: archive.checked,
    problems: [...archive.problems],
    ...(archive.parts ? { parts: [...archive.parts] } : {}),
    images: archive.contents.images.map(describeImage),
    absent: archive.contents.absent.map((one) => ({ ...one })),
  }
}

/** Everything about one image of an archive, by its config. @throws image-missing */
export function describeDetails(archive: OpenArchive, id: string): ImageDetails {
  const archived = archive.contents.images.find(({ image }) => image.id === id)
  if (!archived) throw new AppError('image-missing', { image: id })
  const { image } = archived
  const config = parseConfig(archived.documents.config, archived.config.file)
  const layers = layerRows(archived, config)
  return configDetails(image, config, image.id, layers)
}
