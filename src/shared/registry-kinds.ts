/** The registries people use, as far as they differ for a person: where one signs up, what is typed, what is refused why. */
export const REGISTRY_KINDS = [
  'hub',
  'ghcr',
  'gitlab',
  'ecr',
  'ecr-public',
  'google',
  'azure',
  'harbor',
  'artifactory',
  'quay',
  'gitea',
  /** `registry`, and whatever else speaks the distribution API and nothing more that this app knows. */
  'distribution',
] as const
export type RegistryKind = (typeof REGISTRY_KINDS)[number]

const HOSTS: readonly (readonly [RegistryKind, RegExp])[] = [
  ['hub', /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com)$/],
  ['ghcr', /^ghcr\.io$/],
  ['gitlab', /^registry\.gitlab\.com$/],
  ['ecr', /^\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/],
  ['ecr-public', /^public\.ecr\.aws$/],
  ['google', /^(?:(?:us|eu|asia)\.)?gcr\.io$|-docker\.pkg\.dev$/],
  ['azure', /\.azurecr\.(?:io|cn|us)$/],
  ['artifactory', /\.jfrog\.io$/],
  ['quay', /^quay\.io$/],
]

/** What a host is by its name alone; undefined for one that could be anything. */
export function kindOfHost(host: string): RegistryKind | undefined {
  return HOSTS.find(([, pattern]) => pattern.test(host))?.[0]
}
