import { visibilitySchema } from '../../shared/contract-portal.ts'
import type { Finding } from '../../shared/contract-publish.ts'
import { OCI_LABELS, type OciLabel } from '../../shared/labels.ts'
import { namedPlatform } from '../words/absent.ts'
import type { Words } from '../words/use-words.ts'

const SECRETS = ['aws', 'private-key', 'token', 'address', 'name'] as const

function secretWords(kind: unknown, { t }: Words): string {
  return t(`publish.secret.${SECRETS.find((known) => known === kind) ?? 'name'}`)
}

/** The words of labels, told by the last parts of their names. */
export function labelWords(labels: readonly OciLabel[], { t, list }: Words): string {
  return list(labels.map((label) => t(`publish.labels.${label}`)))
}

/** What a check found, in a sentence. */
export function findingWords({ id, parts }: Finding, words: Words): string {
  const { t, size, list } = words
  const text = (name: string): string => String(parts[name] ?? '')
  const bytes = (name: string): string => size(Number(parts[name] ?? 0))
  const platforms = (): string =>
    list(
      text('platforms')
        .split(' ')
        .map((code) => namedPlatform(code, words)),
    )
  switch (id) {
    case 'size':
      return t('publish.found.size', { size: bytes('size'), count: Number(parts['layers'] ?? 0) })
    case 'layer-too-large':
    case 'layer-maybe-too-large':
      return t(`publish.found.${id}`, { host: text('host'), size: bytes('size'), limit: bytes('limit') })
    case 'platforms':
    case 'platform-arm':
    case 'platform-absent':
      return t(`publish.found.${id}`, { platforms: platforms() })
    case 'secret-env':
    case 'secret-label':
      return t(`publish.found.${id}`, { name: text('name'), kind: secretWords(parts['kind'], words) })
    case 'secret-step': {
      const key = text('name') === '' ? 'secret-step-nameless' : id
      return t(`publish.found.${key}`, {
        name: text('name'),
        step: text('step'),
        kind: secretWords(parts['kind'], words),
      })
    }
    case 'labels-missing': {
      const missing = text('labels').split(' ')
      return t('publish.found.labels-missing', {
        labels: labelWords(
          OCI_LABELS.filter((label) => missing.includes(label)),
          words,
        ),
      })
    }
    case 'repository-quota':
      return t('publish.found.repository-quota', {
        path: text('path'),
        host: text('host'),
        used: text('used'),
        limit: text('limit'),
      })
    case 'repository-by-hand':
    case 'repository-public':
      return t(`publish.found.${id}`, { path: text('path') })
    case 'repository-other':
      return t('publish.found.repository-other', { path: text('path'), host: text('host') })
    case 'repository-seen': {
      const visibility = visibilitySchema.safeParse(parts['visibility']).data ?? 'unknown'
      return t(`publish.found.seen.${visibility}`, { path: text('path'), host: text('host') })
    }
    case 'name-wrong':
      return t('publish.found.name-wrong', { name: text('name') })
    case 'tag-wrong':
      return t('publish.found.tag-wrong', { tag: text('tag') })
    case 'tag-latest':
    case 'tag-latest-alone':
    case 'platform-windows':
      return t(`publish.found.${id}`)
  }
}
