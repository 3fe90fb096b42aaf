import { AppError } from '../../shared/errors.ts'
import { isProblem, normaliseName, parseReference, type Reference } from '../../shared/reference.ts'

/**
 * Places as the command line writes them: `engine:[REF]`, `engine@CONTEXT:[REF]`, `archive:FILE[#REF]`, `layout:DIR[#REF]`,
 * `registry:HOST/REPO[:TAG|@DIGEST]`, `doctor:FILE[#REF]`.
 */
export type Address =
  | { readonly type: 'engine'; readonly context: string | undefined; readonly ref: string | undefined }
  | { readonly type: 'archive' | 'layout' | 'doctor'; readonly path: string; readonly ref: string | undefined }
  | { readonly type: 'registry'; readonly reference: Reference }

const ID = /^(sha256:)?[0-9a-f]{12,64}$/

/** A name with or without tag, a name by digest, or an image id (at least 12 hex digits). */
export function isRef(text: string): boolean {
  return ID.test(text) || !isProblem(parseReference(text))
}

/** The id in a ref that is one, in hex; a name of 12 or more hex digits is taken for an id, as docker does. */
export function idPart(ref: string): string | undefined {
  return ID.test(ref) ? ref.replace('sha256:', '') : undefined
}

function usage(detail: string): AppError {
  return new AppError('usage', { detail })
}

function checkedRef(ref: string, whole: string): string | undefined {
  if (ref === '') return undefined
  if (!isRef(ref)) throw usage(`“${ref}” in “${whole}” is no image name or id`)
  return idPart(ref) ? ref : (normaliseName(ref) ?? ref)
}

/** @throws usage */
export function parseAddress(text: string): Address {
  const engine = /^engine(?:@([^:]*))?:(.*)$/s.exec(text)
  if (engine) {
    const [, context, ref = ''] = engine
    if (context === '') throw usage(`“${text}” names no docker context`)
    return { type: 'engine', context, ref: checkedRef(ref, text) }
  }
  const [, type, rest] = /^(archive|layout|doctor):(.+)$/s.exec(text) ?? []
  if ((type === 'archive' || type === 'layout' || type === 'doctor') && rest) {
    const hash = rest.lastIndexOf('#')
    const ref = hash > 0 ? rest.slice(hash + 1) : ''
    // A file may have a # in its name: it parts the two only when a name or id follows.
    if (ref !== '' && isRef(ref)) return { type, path: rest.slice(0, hash), ref: checkedRef(ref, text) }
    return { type, path: rest, ref: undefined }
  }
  const name = /^registry:(.+)$/s.exec(text)?.[1]
  if (name !== undefined) {
    const reference = parseReference(name)
    if (isProblem(reference)) throw usage(`“${name}” is no image name: registry:HOST/REPOSITORY[:TAG|@DIGEST]`)
    return { type: 'registry', reference }
  }
  throw usage(
    `“${text}” is no place: engine:[IMAGE], engine@CONTEXT:[IMAGE], archive:FILE[#IMAGE], layout:FOLDER[#IMAGE] or registry:HOST/REPOSITORY[:TAG]`,
  )
}
