import type { TagThere } from '../../shared/contract-publish.ts'
import { cascade, type TagStep } from '../../shared/versions.ts'

/** A tag that goes along with a version. */
export interface Shortcut {
  readonly tag: string
  /** The line of versions it stands for, `2.4.x`; undefined for one that stands for none. */
  readonly follows: string | undefined
  /** A newer version of that line is there: the shortcut is its own. */
  readonly newer: string | undefined
}

/** What no place calls any image of its own: the one that is about to be sent. */
const THIS = 'this'

function shortcutOf({ tag, why }: TagStep): Shortcut {
  return {
    tag,
    follows: /\d/.test(tag) ? `${tag}.x` : undefined,
    newer: why.type === 'newer' ? why.by : undefined,
  }
}

/** The tags that may follow a version, the most exact first; the default label comes with whatever is no early version. */
export function shortcutsOf(version: string, there: readonly TagThere[]): Shortcut[] {
  const now = there.map(({ tag, digest }) => ({ tag, image: digest }))
  const { steps, alone } = cascade(version, THIS, now)
  const shortcuts = steps.filter(({ tag }) => tag !== version).map(shortcutOf)
  const hasLatest = version === 'latest' || shortcuts.some(({ tag }) => tag === 'latest')
  if (hasLatest || alone === 'early') return shortcuts
  return [...shortcuts, { tag: 'latest', follows: undefined, newer: undefined }]
}
