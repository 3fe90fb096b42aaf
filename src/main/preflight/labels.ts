import type { Finding } from '../../shared/contract-publish.ts'
import { missingLabels } from '../../shared/labels.ts'
import type { Check } from './check.ts'

/** Whether an image says what it is and where it comes from. */
export const labelsCheck: Check = {
  id: 'labels',
  async run({ images }) {
    return images.flatMap(({ looked: { id, parts }, labels }): Finding[] => {
      const missing = new Set(parts.flatMap((part) => missingLabels(part.labels)))
      for (const label of labels) missing.delete(label)
      return missing.size === 0
        ? []
        : [{ id: 'labels-missing', level: 'info', image: id, parts: { labels: [...missing].join(' ') } }]
    })
  },
}
