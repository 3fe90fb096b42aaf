import type { Visibility } from '../../shared/contract-portal.ts'
import type { Publishable } from '../../shared/contract-publish.ts'
import { labelOf } from '../../shared/labels.ts'
import { familiarRepository, splitName } from '../../shared/reference.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import type { Words } from '../words/use-words.ts'

/** An image that is online: what whoever is to get it needs. */
export interface Sent {
  readonly host: string
  readonly path: string
  readonly tags: readonly string[]
  readonly digest: string
  readonly visibility: Visibility
  readonly image: Publishable | undefined
}

function spaced({ host, path, tags: [tag = 'latest'] }: Sent): string {
  return `${familiarRepository({ domain: host, path })} ${tag}`
}

function describe({ image }: Sent, { t, list }: Words): string {
  const said = image && (labelOf(image.labels, 'description') || labelOf(image.labels, 'title'))
  const platforms = (image?.platforms ?? []).map((platform) => {
    const words = platformWords(platform, t)
    return words === platformCode(platform) ? words : `${words} (${platform.architecture})`
  })
  const what =
    platforms.length > 0
      ? t('publish.message.image', { platforms: list(platforms) })
      : t('publish.message.imageUnknown')
  return said ? `${said} — ${what}` : what
}

/** The command that gets exactly this image. */
export function pullLine({ host, path, digest }: Pick<Sent, 'host' | 'path' | 'digest'>): string {
  return `docker pull ${familiarRepository({ domain: host, path })}@${digest}`
}

function part(sent: Sent, words: Words): string {
  const { t, list } = words
  const { host, path, tags, digest, visibility } = sent
  return [
    t('publish.message.what', { text: describe(sent, words) }),
    t('publish.message.versions', { tags: list(tags) }),
    t('publish.message.who', { text: t(`publish.message.whoSeen.${visibility}`, { host }) }),
    '',
    t('publish.message.docker'),
    `    ${pullLine(sent)}`,
    '',
    t('publish.message.caboteur'),
    t('publish.message.step1', { host }),
    t('publish.message.step2', { path }),
    t('publish.message.step3', { tag: tags[0] ?? 'latest' }),
    '',
    t('publish.message.fingerprint', { digest }),
  ].join('\n')
}

/** One text for whoever is to get the images, in the language of the window. */
export function readyMessage(all: readonly Sent[], words: Words): string {
  const names = [...new Set(all.map(spaced))]
  const intro = words.t('publish.message.intro', { count: names.length, names: words.list(names) })
  if (all.length === 1) return [intro, '', ...all.map((sent) => part(sent, words))].join('\n')
  return [intro, ...all.flatMap((sent) => ['', `## ${spaced(sent)} — ${sent.host}`, '', part(sent, words)])].join('\n')
}

/** Repository below the host, and tag, of a familiar name. */
export function placed(name: string, host: string): { path: string; tag: string } {
  const { repository, tag } = splitName(name)
  return { path: repository.startsWith(`${host}/`) ? repository.slice(host.length + 1) : repository, tag }
}
