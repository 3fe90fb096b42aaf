import type { Looked, Newer } from '../../shared/contract-get.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { type Digest, isProblem, parseReference, type Reference, withDefaultTag } from '../../shared/reference.ts'
import type { NameHere } from './names-here.ts'

/** What a registry has under a tag. */
export interface There {
  readonly digest: Digest
  /** The manifests of its platforms, where that is told; undefined where nobody can say. */
  parts(): Promise<readonly Digest[] | undefined>
}

/** Names asked about in one look. */
const MOST = 200

/** Whether a name's image is another one there. */
export async function judge({ digests, parts }: NameHere, there: There): Promise<'same' | 'newer' | 'unclear'> {
  if (digests.includes(there.digest)) return 'same'
  if (digests.length === 0) return 'unclear'
  // What is here may be one platform of what is there, or several of them.
  const others = await there.parts()
  if (!others) return 'unclear'
  const own = parts.length > 0 ? parts : digests
  const within = parts.length > 0 ? own.every((one) => others.includes(one)) : own.some((one) => others.includes(one))
  return within ? 'same' : 'newer'
}

/** Nobody answers, or nobody wants to: the next question there would fare no better. */
const SILENT: readonly ErrorCode[] = [
  'registry-unreachable',
  'registry-proxy',
  'registry-tls',
  'registry-certificate',
  'registry-plain-http',
  'registry-too-many-requests',
  'registry-pull-limit',
  'registry-unavailable',
  'registry-broken',
  'registry-credentials',
]

type Ask = (reference: Reference, signal: AbortSignal) => Promise<There | undefined>

interface Answer {
  readonly says: 'same' | 'newer' | 'unclear' | 'absent' | 'silent'
  readonly digest?: Digest
}

async function answerOf(here: NameHere, reference: Reference, ask: Ask, signal: AbortSignal): Promise<Answer> {
  try {
    const there = await ask(reference, signal)
    return there ? { says: await judge(here, there), digest: there.digest } : { says: 'absent' }
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error
    return { says: SILENT.includes(error.code) ? 'silent' : 'absent' }
  }
}

/** Asks about each name once, one after the other; a registry that does not answer is asked nothing more. */
export async function lookForNewer(names: readonly NameHere[], ask: Ask, signal: AbortSignal): Promise<Looked> {
  const newer: Newer[] = []
  const counts = { same: 0, unclear: 0, absent: 0 }
  const silent = new Set<string>()
  for (const here of names.slice(0, MOST)) {
    signal.throwIfAborted()
    const parsed = parseReference(here.name)
    if (!isProblem(parsed) && silent.has(parsed.domain)) continue
    const { says, digest }: Answer = isProblem(parsed)
      ? { says: 'absent' }
      : await answerOf(here, withDefaultTag(parsed), ask, signal)
    if (says === 'silent' && !isProblem(parsed)) silent.add(parsed.domain)
    else if (says === 'newer' && digest) newer.push({ place: here.place, id: here.id, name: here.name, digest })
    else if (says === 'same' || says === 'unclear' || says === 'absent') counts[says] += 1
  }
  return { newer, ...counts, silent: [...silent], left: Math.max(0, names.length - MOST) }
}
