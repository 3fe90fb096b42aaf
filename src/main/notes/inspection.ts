import type { ImageDetails } from '../../shared/contract.ts'
import type { Language } from '../../shared/error-sentences.ts'
import { configDetails } from '../format/details.ts'
import { digestOf } from '../format/digest.ts'
import { MEDIA, parseConfig, platformText } from '../format/documents.ts'
import { type Complete, completeImages } from '../place/place.ts'
import { field, heading, oneLine } from './text.ts'
import { sizeText, WORDS } from './words.ts'

/** Everything the images of a file say of themselves, as the window shows it. */

/** Without what only a place knows: its own handle, and its containers. */
export type Inspection = Omit<ImageDetails, 'id' | 'containers'>

export function inspectionsOf(images: readonly Complete[]): Inspection[] {
  return images.flatMap((complete) =>
    completeImages([complete])
      .filter(({ image }) => image.kind === undefined)
      .map(({ image, documents, layers }) => {
        const rows = layers.map((layer, index) => {
          const diffId = layer?.diffId ?? image.layers[index]?.diffId
          return {
            ...(diffId ? { diffId } : {}),
            ...(layer ? { digest: layer.digest, size: layer.size, mediaType: MEDIA.layer[layer.form] } : {}),
          }
        })
        const names = complete.names.map(({ name }) => name)
        const config = parseConfig(documents.config, image.id)
        const {
          id: _,
          containers: __,
          ...said
        } = configDetails({ ...image, names }, config, digestOf(documents.config), rows)
        return said
      }),
  )
}

export function inspectionText(images: readonly Inspection[], language: Language): string {
  const words = WORDS[language]
  const list = (name: string, values: readonly string[]): string[] =>
    values.map((value, at) => field(at === 0 ? name : '', value))
  const lines = [
    ...heading(words.inspection, '='),
    '',
    ...images.flatMap((image, at) => [
      `${at + 1}. ${oneLine(image.names.join(', ') || words.noName)}`,
      field(words.platform, platformText(image.platform)),
      ...list(words.config, image.configDigest ? [image.configDigest] : []),
      ...list(words.author, image.author === undefined ? [] : [image.author]),
      ...list(words.entrypoint, image.entrypoint.length > 0 ? [JSON.stringify(image.entrypoint)] : []),
      ...list(words.command, image.command.length > 0 ? [JSON.stringify(image.command)] : []),
      ...list(words.user, image.user === '' ? [] : [image.user]),
      ...list(words.workingDir, image.workingDir === '' ? [] : [image.workingDir]),
      ...list(words.ports, image.ports),
      ...list(words.volumes, image.volumes),
      ...list(words.env, image.env),
      ...list(
        words.labels,
        Object.entries(image.labels).map(([name, value]) => `${name}=${value}`),
      ),
      ...list(
        words.layers,
        image.layers.map(({ diffId, size }) => `${diffId}  ${size === undefined ? '' : sizeText(size, language)}`),
      ),
      ...list(
        words.history,
        image.history.map(({ command, comment }) => command || comment),
      ),
      '',
    ]),
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}
