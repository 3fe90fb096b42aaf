import type { Namespace, RepositoryInfo, Visibility } from '../../shared/contract-portal.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'

/**
 * The web of a registry, beside the distribution API: what Docker Hub, GitLab, Harbor … each have an API of their own for.
 * A portal has what its registry offers and no more: a method that is absent is not to be had there, and the person is
 * shown the page (`RepositoryInfo.pages`) where they do it by hand. Paths are repositories below the host, `acme/shop`.
 * Every method throws `registry-…` errors and, once its signal is aborted, the signal's reason.
 */
export interface Portal {
  readonly kind: RegistryKind
  /** How a repository comes to be that is not there yet, and who sees it when a push makes it. */
  readonly creation:
    | { readonly by: 'push'; readonly visibility: Visibility }
    /** By `create`; a push alone is refused. */
    | { readonly by: 'api' }
    /** On the registry's web, before a push. */
    | { readonly by: 'hand' }
  /** The names this account may push below: its own and its organisations'. */
  namespaces?(signal: AbortSignal): Promise<readonly Namespace[]>
  /** The repositories below a namespace, as they come. */
  repositories?(namespace: string, signal: AbortSignal): AsyncIterable<RepositoryInfo>
  /** One repository; undefined: there is none of this name, as far as this account is told. */
  repository?(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined>
  /** Makes an empty repository. */
  create?(path: string, visibility: 'public' | 'private', signal: AbortSignal): Promise<void>
  setVisibility?(path: string, visibility: 'public' | 'private', signal: AbortSignal): Promise<void>
  describe?(
    path: string,
    texts: { readonly description?: string; readonly readme?: string },
    signal: AbortSignal,
  ): Promise<void>
  /** Removes one tag where the distribution API of this registry does not. */
  deleteTag?(path: string, tag: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}
