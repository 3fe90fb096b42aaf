import type { Abilities, Creation, Namespace, RepositoryInfo, VisibilityChoice } from '../../shared/contract-portal.ts'

/** Texts of a repository that may be changed. */
export interface Texts {
  readonly description?: string | undefined
  /** Markdown. */
  readonly readme?: string | undefined
}

/**
 * The web of a registry, beside the distribution API: what Docker Hub, GitLab, Harbor … each have an API of their own for.
 * A portal has what its registry offers and no more: a method that is absent is not to be had there, and the person is
 * shown the page (`abilities.pages`, `RepositoryInfo.pages`) where they do it by hand. Paths are repositories below the
 * host, `acme/shop`. Every method throws `registry-…` errors and, once its signal is aborted, the signal's reason.
 */
export interface Portal {
  readonly abilities: Abilities
  /** How a repository of this name comes to be, if there is none yet. */
  creation(path: string, signal: AbortSignal): Promise<Creation>
  /** The names this account may push below: its own and its organisations'; '' where names are free. */
  namespaces?(signal: AbortSignal): Promise<readonly Namespace[]>
  /** The repositories below a namespace, a page at a time. */
  repositories?(namespace: string, signal: AbortSignal): AsyncIterable<readonly RepositoryInfo[]>
  /** One repository; undefined: there is none of this name. `unknown`: the registry does not tell this account. */
  repository?(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined | 'unknown'>
  /** Makes an empty repository. */
  create?(path: string, visibility: VisibilityChoice, texts: Texts, signal: AbortSignal): Promise<void>
  setVisibility?(path: string, visibility: VisibilityChoice, signal: AbortSignal): Promise<void>
  describe?(path: string, texts: Texts, signal: AbortSignal): Promise<void>
  /** Removes one tag where the distribution API of this registry does not. */
  deleteTag?(path: string, tag: string, signal: AbortSignal): Promise<void>
}
