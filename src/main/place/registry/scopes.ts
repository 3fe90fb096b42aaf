/**
 * What a token is asked for: `type:name:action[,action]` (distribution, docs/content/spec/auth/scope.md). A name may hold a
 * colon, so the actions are what follows the last one.
 */
export type Scope = string

export const pulling = (repository: string): Scope => `repository:${repository}:pull`
/** Registries demand both for anything written. */
export const pushing = (repository: string): Scope => `repository:${repository}:pull,push`
/** Docker Hub asks for all three. */
export const deleting = (repository: string): Scope => `repository:${repository}:delete,pull,push`
/** Whether something is to be written, not only deleted. */
export const isPushing = (scope: Scope): boolean => scope.endsWith(':pull,push') && !scope.endsWith(':delete,pull,push')
export const CATALOG: Scope = 'registry:catalog:*'

function split(scope: Scope): { resource: string; actions: string[] } {
  const colon = scope.lastIndexOf(':')
  // ECR Public's only scope is the word `aws`.
  if (colon < 0) return { resource: scope, actions: [] }
  return {
    resource: scope.slice(0, colon),
    actions: scope
      .slice(colon + 1)
      .split(',')
      .filter(Boolean),
  }
}

function actionsOf(scopes: readonly Scope[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>()
  for (const scope of scopes) {
    const { resource, actions } = split(scope)
    const had = all.get(resource) ?? new Set()
    for (const action of actions) had.add(action)
    all.set(resource, had)
  }
  return all
}

/** The same rights, a resource once, sorted: the same wish is always the same text. */
export function joinScopes(scopes: readonly Scope[]): readonly Scope[] {
  return [...actionsOf(scopes)]
    .map(([resource, actions]) => (actions.size === 0 ? resource : `${resource}:${[...actions].sort().join(',')}`))
    .sort()
}

/** Whether who was asked for `held` was asked for all of `wanted`. */
export function covers(held: readonly Scope[], wanted: readonly Scope[]): boolean {
  const had = actionsOf(held)
  return [...actionsOf(wanted)].every(([resource, actions]) => {
    const there = had.get(resource)
    return there !== undefined && [...actions].every((action) => there.has(action))
  })
}
