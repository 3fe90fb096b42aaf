import type { Finding } from '../../shared/contract-publish.ts'
import { judgePath, judgeTag } from '../../shared/registry-names.ts'
import { type Check, pathsOf } from './check.ts'

/** Whether the registry will take the repository's name. */
export const nameCheck: Check = {
  id: 'name',
  async run(publication) {
    const { host, kind, account } = publication
    return pathsOf(publication).flatMap((path): Finding[] => {
      const judged = judgePath(path, { host, kind, owner: account })
      if (!judged) return []
      const { problem, fixed } = judged
      return [{ id: 'name-wrong', level: 'stop', parts: { name: path, problem, ...(fixed ? { fixed } : {}) } }]
    })
  },
}

/** Whether versions are well formed, and say more than `latest`. */
export const tagCheck: Check = {
  id: 'tag',
  async run({ images }) {
    return images.flatMap(({ looked, targets }): Finding[] => {
      const tags = [...new Set(targets.map(({ tag }) => tag))]
      const wrong = tags.flatMap((tag): Finding[] => {
        const judged = judgeTag(tag)
        return judged
          ? [{ id: 'tag-wrong', level: 'stop', image: looked.id, parts: { tag, problem: judged.problem } }]
          : []
      })
      if (!tags.includes('latest')) return wrong
      const alone = tags.length === 1
      return [
        ...wrong,
        {
          id: alone ? 'tag-latest-alone' : 'tag-latest',
          level: alone ? 'warn' : 'info',
          image: looked.id,
          parts: {},
        },
      ]
    })
  },
}
