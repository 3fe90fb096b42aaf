import type { PlaceRef } from '../../shared/contract.ts'
import type { Standing } from '../../shared/contract-portal.ts'
import type { PublishDestination } from '../../shared/contract-publish.ts'
import { OCI_LABELS } from '../../shared/labels.ts'
import { splitName } from '../../shared/reference.ts'
import type { Portals } from '../portal/portals.ts'
import { standing } from '../portal/standing.ts'
import { type Looked, type Looking, lookAt } from '../publish/looked.ts'
import { kindOf, type Registries } from '../registries.ts'
import type { Publication } from './check.ts'

interface Parts extends Looking {
  readonly registries: Registries
  readonly portals: Portals
}

interface Asked extends PublishDestination {
  readonly from: PlaceRef
  readonly platforms?: string[] | undefined
}

/** What the checks look at. @throws image-missing */
export async function publicationOf(
  parts: Parts,
  { from, to, images, create, platforms }: Asked,
  signal: AbortSignal,
): Promise<Publication> {
  const { registries, portals } = parts
  const kept = (await registries.list()).find(({ host }) => host === to.host) ?? { host: to.host }
  const known = new Map<string, Promise<Standing>>()
  return {
    host: to.host,
    kind: kindOf(kept),
    account: to.account,
    images: await Promise.all(
      images.map(async ({ id, names, labels = {} }) => ({
        looked: narrowed(await lookAt(parts, from, id, signal), platforms),
        targets: names.map(({ name }) => targetOf(to.host, name)),
        labels: OCI_LABELS.filter((label) => labels[label]),
      })),
    ),
    create: new Map(create.map(({ path, visibility }) => [path, visibility])),
    standing: (path) => {
      const before = known.get(path)
      if (before) return before
      const asked = portals.portalOf(to).then(async (portal) => await standing(portal, path, signal))
      known.set(path, asked)
      return asked
    },
  }
}

/** Only the platforms that go. */
function narrowed(looked: Looked, platforms: readonly string[] | undefined): Looked {
  if (!platforms) return looked
  const parts = looked.parts.filter(({ platform: { os, architecture, variant } }) =>
    platforms.includes([os, architecture, ...(variant ? [variant] : [])].join('/')),
  )
  return { ...looked, parts, absent: looked.absent.filter((platform) => platforms.includes(platform)) }
}

/** By what was typed, right or wrong. `docker.io` is left out of familiar names, and so is `library/`. */
function targetOf(host: string, name: string): { path: string; tag: string } {
  const { repository, tag } = splitName(name)
  return { path: repository.startsWith(`${host}/`) ? repository.slice(host.length + 1) : repository, tag }
}
