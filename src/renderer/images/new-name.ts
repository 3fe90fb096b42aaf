import type { ImageRow } from '../../shared/contract.ts'
import {
  familiar,
  isProblem,
  parseReference,
  type ReferenceProblem,
  splitName,
  withDefaultTag,
} from '../../shared/reference.ts'

export type NewName =
  | { readonly type: 'empty' }
  | { readonly type: 'problem'; readonly problem: ReferenceProblem }
  /** The image itself is already called so. */
  | { readonly type: 'has'; readonly name: string }
  | { readonly type: 'free'; readonly name: string }
  | { readonly type: 'taken'; readonly name: string; readonly by: ImageRow }

/** What a person typed, as a whole name: a bare word is a version of `repository`, anything with `:` or `/` a name of its own. */
export function nameTyped(typed: string, repository: string): { name: string } | { problem: ReferenceProblem } {
  const text = typed.trim()
  const whole = repository === '' || /[:/@]/.test(text) ? text : `${repository}:${text}`
  const parsed = parseReference(whole)
  if (isProblem(parsed)) return parsed
  if (parsed.digest !== undefined) return { problem: 'digest' }
  return { name: familiar(withDefaultTag(parsed)) }
}

/** Judges a name while it is typed, against the images the engine has now. */
export function judgeName(typed: string, repository: string, image: string, rows: readonly ImageRow[]): NewName {
  if (typed.trim() === '') return { type: 'empty' }
  const read = nameTyped(typed, repository)
  if ('problem' in read) return { type: 'problem', problem: read.problem }
  const by = rows.find(({ names }) => names.includes(read.name))
  if (!by) return { type: 'free', name: read.name }
  return by.id === image ? { type: 'has', name: read.name } : { type: 'taken', name: read.name, by }
}

/** The tag of a name when it is in `repository`, else the whole name. */
export function shortName(name: string, repository: string): string {
  const split = splitName(name)
  return split.repository === repository ? split.tag : name
}
