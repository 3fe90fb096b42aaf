import type { Standing, VisibilityChoice } from '../../shared/contract-portal.ts'
import type { CheckId, Finding } from '../../shared/contract-publish.ts'
import type { OciLabel } from '../../shared/labels.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import type { Looked } from '../publish/looked.ts'

/**
 * # Checks before publishing
 *
 * A check looks at what is about to be sent and says what it finds. To add one: implement `Check` in a file of this folder,
 * put it into `CHECKS` (checks.ts), name it in `CHECKS` and its findings in `FINDINGS` (src/shared/contract-publish.ts), and
 * give each finding its sentence (src/renderer/words/publish.ts). It changes nothing, it stops soon after its signal
 * aborts, and it names no secret's value in its findings. One that throws is shown as not done, and stops nobody.
 */
export interface Check {
  readonly id: CheckId
  run(publication: Publication, signal: AbortSignal): Promise<readonly Finding[]>
}

/** Images about to be sent to one registry. */
export interface Publication {
  readonly host: string
  readonly kind: RegistryKind
  /** Who sends them. */
  readonly account?: string | undefined
  readonly images: readonly PublishedImage[]
  /** Who is to see the repositories that will be made. */
  readonly create: ReadonlyMap<string, VisibilityChoice>
  /** What the registry says of a repository, asked once. */
  standing(path: string): Promise<Standing>
}

export interface PublishedImage {
  readonly looked: Looked
  /** Where it goes, as it was typed: that may be no valid name. */
  readonly targets: readonly { readonly path: string; readonly tag: string }[]
  /** Labels that will be added. */
  readonly labels: readonly OciLabel[]
}

/** Every repository something goes to, once. */
export function pathsOf({ images }: Publication): string[] {
  return [...new Set(images.flatMap(({ targets }) => targets.map(({ path }) => path)))]
}
