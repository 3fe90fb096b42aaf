import type { Finding } from '../../shared/contract-publish.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import type { Check, Publication } from './check.ts'

const MIB = 1 << 20
const GIB = 1024 * MIB

/** The largest layer a registry takes, in bytes as sent, where it is known. */
const LIMITS: Readonly<Partial<Record<RegistryKind, number>>> = {
  ghcr: 10e9,
  ecr: 52_000 * MIB,
  azure: 200 * GIB,
  // Its default; a Quay of one's own may be set otherwise.
  quay: 20 * GIB,
}

function tooLarge({ images, kind, host }: Publication): Finding[] {
  const limit = LIMITS[kind]
  if (limit === undefined) return []
  return images.flatMap(({ looked: { id, parts, unpacked } }) => {
    const sizes = parts.flatMap(({ layers }) => layers.map(({ size = 0 }) => size))
    const largest = Math.max(0, ...sizes)
    if (largest <= limit) return []
    // Packed it may fit: nobody knows before.
    const maybe = unpacked || (kind === 'quay' && host !== 'quay.io')
    return [
      {
        id: maybe ? 'layer-maybe-too-large' : 'layer-too-large',
        level: maybe ? 'warn' : 'stop',
        image: id,
        parts: { size: largest, limit, host },
      } satisfies Finding,
    ]
  })
}

/** Bytes of all layers, those that images share once. */
function total({ images }: Publication): number {
  const sizes = new Map<string, number>()
  for (const { looked } of images)
    for (const { layers, id } of looked.parts)
      for (const [index, { diffId, digest, size = 0 }] of layers.entries())
        sizes.set(digest ?? diffId ?? `${id} ${index}`, size)
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** Whether every layer is small enough for this registry, and how much it is in all. */
export const sizeCheck: Check = {
  id: 'size',
  async run(publication) {
    const { images } = publication
    const layers = new Set(
      images.flatMap(({ looked }) =>
        looked.parts.flatMap((part) => part.layers.map(({ digest, diffId }) => digest ?? diffId)),
      ),
    )
    return [
      ...tooLarge(publication),
      { id: 'size', level: 'info', parts: { size: total(publication), layers: layers.size } },
    ]
  },
}
