import { AppError } from '../../shared/errors.ts'
import type { Digest } from '../../shared/reference.ts'
import {
  type Form,
  type Image,
  type LayerKey,
  type LayerPiece,
  layerKey,
  leaves,
  type Piece,
  type Source,
} from '../place/place.ts'
import type { Carrier } from './carrier.ts'
import type { Patient } from './diagnose.ts'
import type { Donor, PatientImage, PatientLayer } from './patient.ts'
import type { Find } from './survey.ts'

/**
 * What can be saved of a damaged file, as a place images are copied from. Each layer is taken from where it was found whole, or
 * from a donor; `copy()` compares all of it once more on its way.
 */

interface Wanted {
  readonly layer: PatientLayer['layer']
  readonly form: Form
  readonly find: Find
}

type Given = NonNullable<PatientLayer['given']> & { readonly layer: PatientLayer['layer'] }

/** Wanted layers, each once, by where they are. */
function sorted(
  images: readonly PatientImage[],
  wanted: ReadonlySet<LayerKey>,
): { found: Map<Carrier, Wanted[]>; given: Map<Donor, Given[]> } {
  const found = new Map<Carrier, Wanted[]>()
  const given = new Map<Donor, Given[]>()
  const left = new Set(wanted)
  for (const { layers, image } of images) {
    for (const { layer, find, given: from } of layers) {
      if (!left.delete(layerKey(layer))) continue
      if (find) {
        // Whatever a blob of what is no image looks like, it is carried as it is.
        const form = image.kind === undefined ? find.form : 'plain'
        found.set(find.carrier, [...(found.get(find.carrier) ?? []), { layer, find, form }])
      } else if (from) given.set(from.donor, [...(given.get(from.donor) ?? []), { ...from, layer }])
    }
  }
  return { found, given }
}

async function* fromCarrier(
  carrier: Carrier,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): AsyncGenerator<LayerPiece> {
  const left = new Map<string, Wanted>()
  for (const { layer, find, form } of wanted) {
    const bytes = carrier.open(find, signal)
    if (bytes) yield { type: 'layer', layer, form, size: find.size, bytes }
    else left.set(`${find.at} ${find.name}`, { layer, find, form })
  }
  if (left.size === 0) return
  for await (const { at, name, bytes } of carrier.entries(signal, () => undefined)) {
    const one = left.get(`${at} ${name}`)
    if (!one) continue
    yield { type: 'layer', layer: one.layer, form: one.form, size: one.find.size, bytes }
    left.delete(`${at} ${name}`)
    if (left.size === 0) return
  }
  throw new AppError('file-changed', { path: carrier.name })
}

async function* fromDonor(donor: Donor, given: readonly Given[], signal: AbortSignal): AsyncGenerator<LayerPiece> {
  const images = [...new Map(given.map(({ image }) => [image.id, image])).values()]
  const byKey = new Map(given.map((one) => [one.key, one]))
  for await (const piece of donor.source.walk(images, new Set(byKey.keys()), signal)) {
    if (piece.type !== 'layer') continue
    const one = byKey.get(layerKey(piece.layer))
    // Handed over because the place could not tell what it is.
    if (!one) for await (const _ of piece.bytes);
    else yield { ...piece, layer: one.layer }
  }
}

export function doctorSource({ saved, path }: Patient): Source {
  const byId = new Map<Digest, PatientImage>([...saved.attestations, ...saved.images].map((one) => [one.image.id, one]))
  const indexes = new Map<Digest, Image>(saved.indexes.map((index) => [index.id, index]))
  const find = (id: Digest): PatientImage => {
    const one = byId.get(id)
    if (!one) throw new AppError('image-missing', { image: id })
    if (one.state === 'broken') throw new AppError('layer-missing', { image: one.image.names[0] ?? id, path })
    return one
  }
  return {
    parallel: 1,
    indexes: saved.indexes,
    async read(ids) {
      return ids.map((id) => indexes.get(id) ?? find(id).image)
    },
    async *walk(images, wanted, signal): AsyncGenerator<Piece> {
      const all = images.flatMap(leaves)
      const own = all.map(({ id }) => find(id))
      for (const [index, image] of all.entries()) {
        const { documents } = own[index] ?? find(image.id)
        yield { type: 'documents', image, documents }
      }
      const { found, given } = sorted(own, wanted)
      for (const [carrier, layers] of found) yield* fromCarrier(carrier, layers, signal)
      for (const [donor, layers] of given) yield* fromDonor(donor, layers, signal)
    },
  }
}

/** Images that can be copied. */
export function savedImages({ saved }: Patient): Image[] {
  return saved.images.filter(({ state }) => state !== 'broken').map(({ image }) => image)
}
