import type { Finding } from '../../shared/contract-publish.ts'
import { platformText } from '../format/documents.ts'
import type { Check, PublishedImage } from './check.ts'

function foundIn({ looked: { id, parts, absent } }: PublishedImage): Finding[] {
  if (parts.length === 0) return []
  const platforms = [...new Set(parts.map(({ platform }) => platformText(platform)))]
  const missing: Finding[] =
    absent.length === 0
      ? []
      : [{ id: 'platform-absent', level: 'warn', image: id, parts: { platforms: absent.join(' ') } }]
  const every = (test: (part: (typeof parts)[number]) => boolean): boolean => parts.every(test)
  if (every(({ platform }) => platform.os === 'windows'))
    return [{ id: 'platform-windows', level: 'warn', image: id, parts: {} }, ...missing]
  if (every(({ platform }) => platform.architecture.startsWith('arm')))
    return [{ id: 'platform-arm', level: 'warn', image: id, parts: { platforms: platforms.join(' ') } }, ...missing]
  return [{ id: 'platforms', level: 'info', image: id, parts: { platforms: platforms.join(' ') } }, ...missing]
}

/** Which machines will run it. */
export const platformCheck: Check = {
  id: 'platform',
  run: async ({ images }) => images.flatMap(foundIn),
}
