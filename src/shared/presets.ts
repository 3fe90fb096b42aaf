import { kindOfHost, type RegistryKind } from './registry-kinds.ts'

/**
 * What a person has to know to sign in at each registry people use: what its address is made of, what is typed, where the
 * token is made and with which rights. Plain data; the words of each preset and of each way to sign in go by their ids.
 */

export const PRESET_IDS = [
  'hub',
  'github',
  'gitlab',
  'gitlabOwn',
  'ecr',
  'ecrPublic',
  'google',
  'azure',
  'harbor',
  'artifactory',
  'quay',
  'gitea',
  'own',
] as const
export type PresetId = (typeof PRESET_IDS)[number]

export const WAY_IDS = [
  'hubToken',
  'hubOrganisation',
  'hubPassword',
  'githubToken',
  'gitlabToken',
  'gitlabDeploy',
  'gitlabPassword',
  'awsKeys',
  'awsPublicKeys',
  'googleKey',
  'googleToken',
  'azureToken',
  'azurePrincipal',
  'azureAdmin',
  'azureEntra',
  'harborRobot',
  'harborUser',
  'artifactoryToken',
  'artifactoryPassword',
  'quayRobot',
  'quayPassword',
  'giteaToken',
  'giteaPassword',
  'password',
  'nobody',
] as const
export type WayId = (typeof WAY_IDS)[number]

/** What a right is for; the word beside its name. */
export type RightUse = 'push' | 'delete' | 'create' | 'look'

/** A right as the registry's own page names it, so that it is found there: never translated. */
export interface Right {
  readonly name: string
  readonly use: RightUse
  /** Only for those who want what it is for. */
  readonly optional?: true
}

/** One way to sign in. */
export interface Way {
  readonly id: WayId
  /** What is sent of it (`TypedSignIn`); `nobody`: nothing. */
  readonly type: 'password' | 'aws' | 'azure' | 'google-key' | 'google-token' | 'nobody'
  /** Where it is made. `{host}` and `{user}` stand for what was typed. */
  readonly link?: string
  readonly rights: readonly Right[]
  /** The command that prints it, for those who have the tool. */
  readonly command?: string
  /** How a user name looks there that is not the person's own. */
  readonly userExample?: string
}

/** How the address comes about. */
export type AddressForm =
  | { readonly type: 'fixed'; readonly host: string }
  /** Typed; `usual`: what most people have there. */
  | { readonly type: 'typed'; readonly example: string; readonly usual?: string }
  /** `<12 digits>.dkr.ecr.<region>.amazonaws.com` */
  | { readonly type: 'aws' }
  /** `<location>-docker.pkg.dev`, or the older `gcr.io`. */
  | { readonly type: 'google' }
  /** `<name>.azurecr.io` */
  | { readonly type: 'azure' }

/** What stands between the host and the image in a name. */
export interface NamespaceRule {
  readonly example: string
  /** It comes with the account: the user name itself, or an organisation's. */
  readonly ofAccount: boolean
  /** It has to be made on the registry's web before the first push; a push never makes it. */
  readonly mustExist: boolean
  readonly required: boolean
}

export interface Preset {
  readonly id: PresetId
  readonly kind: RegistryKind
  /** As it calls itself, in every language; the one of one's own has none. */
  readonly name: string
  /** Other words people look for it by. */
  readonly also: readonly string[]
  readonly address: AddressForm
  /** The recommended one first. */
  readonly ways: readonly [Way, ...Way[]]
  /** Where an account is made. */
  readonly signUp?: string
  readonly namespace: NamespaceRule
  /** An account made with another site's (Google, GitHub …) or with two-factor sign-in has no password that works here. */
  readonly tokenOnly: boolean
  /** Its user names have no “@”: an e-mail address is never right. */
  readonly noEmail: boolean
}

const NOBODY: Way = { id: 'nobody', type: 'nobody', rights: [] }

const GITLAB_RIGHTS: readonly Right[] = [
  { name: 'read_registry', use: 'push' },
  { name: 'write_registry', use: 'push' },
  { name: 'read_api', use: 'look', optional: true },
]

function gitlabWays(site: string): readonly [Way, ...Way[]] {
  return [
    {
      id: 'gitlabToken',
      type: 'password',
      link: `${site}/-/user_settings/personal_access_tokens?name=Caboteur&scopes=read_registry,write_registry`,
      rights: GITLAB_RIGHTS,
    },
    {
      id: 'gitlabDeploy',
      type: 'password',
      rights: GITLAB_RIGHTS.slice(0, 2),
      userExample: 'gitlab+deploy-token-1234567',
    },
    { id: 'gitlabPassword', type: 'password', rights: [] },
    NOBODY,
  ]
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'hub',
    kind: 'hub',
    name: 'Docker Hub',
    also: ['docker.io', 'hub.docker.com', 'dockerhub'],
    address: { type: 'fixed', host: 'docker.io' },
    ways: [
      {
        id: 'hubToken',
        type: 'password',
        link: 'https://app.docker.com/settings/personal-access-tokens',
        rights: [
          { name: 'Read & Write', use: 'push' },
          { name: 'Read, Write, Delete', use: 'delete', optional: true },
        ],
      },
      { id: 'hubOrganisation', type: 'password', link: 'https://app.docker.com/', rights: [], userExample: 'acme' },
      { id: 'hubPassword', type: 'password', rights: [] },
      NOBODY,
    ],
    signUp: 'https://app.docker.com/signup',
    namespace: { example: 'lea', ofAccount: true, mustExist: true, required: true },
    tokenOnly: true,
    noEmail: true,
  },
  {
    id: 'github',
    kind: 'ghcr',
    name: 'GitHub',
    also: ['ghcr.io', 'packages', 'github container registry'],
    address: { type: 'fixed', host: 'ghcr.io' },
    ways: [
      {
        id: 'githubToken',
        type: 'password',
        link: 'https://github.com/settings/tokens/new?description=Caboteur&scopes=write:packages',
        rights: [
          { name: 'write:packages', use: 'push' },
          { name: 'delete:packages', use: 'delete', optional: true },
        ],
      },
      NOBODY,
    ],
    signUp: 'https://github.com/signup',
    namespace: { example: 'lea', ofAccount: true, mustExist: true, required: true },
    tokenOnly: true,
    noEmail: true,
  },
  {
    id: 'gitlab',
    kind: 'gitlab',
    name: 'GitLab',
    also: ['gitlab.com', 'registry.gitlab.com'],
    address: { type: 'fixed', host: 'registry.gitlab.com' },
    ways: gitlabWays('https://gitlab.com'),
    signUp: 'https://gitlab.com/users/sign_up',
    namespace: { example: 'lea/shop', ofAccount: false, mustExist: true, required: true },
    tokenOnly: true,
    noEmail: true,
  },
  {
    id: 'gitlabOwn',
    kind: 'gitlab',
    name: 'GitLab',
    also: ['self-managed', 'gitlab.example.com:5050'],
    address: { type: 'typed', example: 'gitlab.example.com:5050' },
    ways: gitlabWays('https://{host}'),
    namespace: { example: 'lea/shop', ofAccount: false, mustExist: true, required: true },
    tokenOnly: true,
    noEmail: true,
  },
  {
    id: 'ecr',
    kind: 'ecr',
    name: 'Amazon ECR',
    also: ['aws', 'elastic container registry', 'amazonaws.com'],
    address: { type: 'aws' },
    ways: [
      {
        id: 'awsKeys',
        type: 'aws',
        link: 'https://console.aws.amazon.com/iam/home#/security_credentials',
        rights: [
          { name: 'AmazonEC2ContainerRegistryPowerUser', use: 'push' },
          { name: 'ecr:CreateRepository', use: 'create', optional: true },
        ],
      },
    ],
    signUp: 'https://portal.aws.amazon.com/billing/signup',
    namespace: { example: 'shop', ofAccount: false, mustExist: true, required: false },
    tokenOnly: false,
    noEmail: false,
  },
  {
    id: 'ecrPublic',
    kind: 'ecr-public',
    name: 'Amazon ECR Public',
    also: ['aws', 'public.ecr.aws', 'gallery'],
    address: { type: 'fixed', host: 'public.ecr.aws' },
    ways: [
      {
        id: 'awsPublicKeys',
        type: 'aws',
        link: 'https://console.aws.amazon.com/iam/home#/security_credentials',
        rights: [
          { name: 'AmazonElasticContainerRegistryPublicPowerUser', use: 'push' },
          { name: 'ecr-public:CreateRepository', use: 'create', optional: true },
        ],
      },
      NOBODY,
    ],
    signUp: 'https://portal.aws.amazon.com/billing/signup',
    namespace: { example: 'acme', ofAccount: true, mustExist: true, required: true },
    tokenOnly: false,
    noEmail: false,
  },
  {
    id: 'google',
    kind: 'google',
    name: 'Google Artifact Registry',
    also: ['gcr.io', 'gcp', 'pkg.dev', 'google cloud', 'container registry'],
    address: { type: 'google' },
    ways: [
      {
        id: 'googleKey',
        type: 'google-key',
        link: 'https://console.cloud.google.com/iam-admin/serviceaccounts',
        rights: [{ name: 'Artifact Registry Writer', use: 'push' }],
      },
      {
        id: 'googleToken',
        type: 'google-token',
        rights: [],
        command: 'gcloud auth print-access-token',
      },
      NOBODY,
    ],
    signUp: 'https://console.cloud.google.com/artifacts',
    namespace: { example: 'my-project/images', ofAccount: false, mustExist: true, required: true },
    tokenOnly: false,
    noEmail: false,
  },
  {
    id: 'azure',
    kind: 'azure',
    name: 'Azure Container Registry',
    also: ['acr', 'azurecr.io', 'microsoft'],
    address: { type: 'azure' },
    ways: [
      {
        id: 'azureToken',
        type: 'password',
        link: 'https://portal.azure.com/#browse/Microsoft.ContainerRegistry%2Fregistries',
        rights: [{ name: '_repositories_push', use: 'push' }],
        userExample: 'caboteur',
      },
      {
        id: 'azurePrincipal',
        type: 'password',
        link: 'https://portal.azure.com/#browse/Microsoft.ContainerRegistry%2Fregistries',
        rights: [
          { name: 'AcrPush', use: 'push' },
          { name: 'AcrDelete', use: 'delete', optional: true },
        ],
        userExample: '8c1f0c5e-4b3a-4a53-9c39-9d6f1d2f7a10',
      },
      {
        id: 'azureAdmin',
        type: 'password',
        link: 'https://portal.azure.com/#browse/Microsoft.ContainerRegistry%2Fregistries',
        rights: [],
      },
      {
        id: 'azureEntra',
        type: 'azure',
        rights: [{ name: 'AcrPush', use: 'push' }],
        command:
          'az account get-access-token --resource https://containerregistry.azure.net --query accessToken --output tsv',
      },
    ],
    signUp: 'https://portal.azure.com/#create/Microsoft.ContainerRegistry',
    namespace: { example: 'team', ofAccount: false, mustExist: false, required: false },
    tokenOnly: false,
    noEmail: false,
  },
  {
    id: 'harbor',
    kind: 'harbor',
    name: 'Harbor',
    also: ['goharbor', 'vmware'],
    address: { type: 'typed', example: 'harbor.example.com' },
    ways: [
      {
        id: 'harborRobot',
        type: 'password',
        link: 'https://{host}/harbor/projects',
        rights: [
          { name: 'Push Repository', use: 'push' },
          { name: 'Pull Repository', use: 'push' },
          { name: 'Delete Artifact', use: 'delete', optional: true },
        ],
        userExample: 'robot$team+caboteur',
      },
      { id: 'harborUser', type: 'password', rights: [] },
      NOBODY,
    ],
    namespace: { example: 'team', ofAccount: false, mustExist: true, required: true },
    tokenOnly: false,
    noEmail: false,
  },
  {
    id: 'artifactory',
    kind: 'artifactory',
    name: 'JFrog Artifactory',
    also: ['jfrog.io'],
    address: { type: 'typed', example: 'acme.jfrog.io' },
    ways: [
      { id: 'artifactoryToken', type: 'password', link: 'https://{host}/ui/user_profile', rights: [] },
      { id: 'artifactoryPassword', type: 'password', rights: [] },
      NOBODY,
    ],
    signUp: 'https://jfrog.com/start-free/',
    namespace: { example: 'docker-local', ofAccount: false, mustExist: true, required: true },
    tokenOnly: false,
    noEmail: false,
  },
  {
    id: 'quay',
    kind: 'quay',
    name: 'Quay',
    also: ['quay.io', 'red hat', 'redhat'],
    address: { type: 'typed', example: 'quay.io', usual: 'quay.io' },
    ways: [
      {
        id: 'quayRobot',
        type: 'password',
        link: 'https://{host}/user/{user}?tab=robots',
        rights: [{ name: 'Write', use: 'push' }],
        userExample: 'lea+caboteur',
      },
      { id: 'quayPassword', type: 'password', link: 'https://{host}/user/{user}?tab=settings', rights: [] },
      NOBODY,
    ],
    signUp: 'https://quay.io/signin/',
    namespace: { example: 'lea', ofAccount: true, mustExist: true, required: true },
    tokenOnly: true,
    noEmail: true,
  },
  {
    id: 'gitea',
    kind: 'gitea',
    name: 'Gitea, Forgejo',
    also: ['gitea', 'forgejo', 'codeberg.org', 'gitea.com'],
    address: { type: 'typed', example: 'codeberg.org' },
    ways: [
      {
        id: 'giteaToken',
        type: 'password',
        link: 'https://{host}/user/settings/applications',
        rights: [{ name: 'package: Read and Write', use: 'push' }],
      },
      { id: 'giteaPassword', type: 'password', rights: [] },
      NOBODY,
    ],
    namespace: { example: 'lea', ofAccount: true, mustExist: true, required: true },
    tokenOnly: true,
    noEmail: true,
  },
  {
    id: 'own',
    kind: 'distribution',
    name: '',
    also: ['registry', 'distribution', 'localhost:5000', 'self-hosted', 'zot', 'nexus'],
    address: { type: 'typed', example: 'registry.example.com:5000' },
    ways: [{ id: 'password', type: 'password', rights: [] }, NOBODY],
    namespace: { example: 'team', ofAccount: false, mustExist: false, required: false },
    tokenOnly: false,
    noEmail: false,
  },
]

export function presetOf(id: PresetId): Preset {
  const preset = PRESETS.find((one) => one.id === id)
  if (!preset) throw new TypeError(id)
  return preset
}

const OF_KIND: Readonly<Record<RegistryKind, PresetId>> = {
  hub: 'hub',
  ghcr: 'github',
  gitlab: 'gitlabOwn',
  ecr: 'ecr',
  'ecr-public': 'ecrPublic',
  google: 'google',
  azure: 'azure',
  harbor: 'harbor',
  artifactory: 'artifactory',
  quay: 'quay',
  gitea: 'gitea',
  distribution: 'own',
}

/** The preset that knows most of a host. `kind`: what is known of it beyond its name. */
export function presetOfHost(host: string, kind?: RegistryKind): Preset {
  const fixed = PRESETS.find(({ address }) => address.type === 'fixed' && address.host === host)
  return fixed ?? presetOf(OF_KIND[kindOfHost(host) ?? kind ?? 'distribution'])
}

// ---- addresses made of parts ----------------------------------------------------------------------------------------

const AWS_HOST = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/
const GOOGLE_HOST = /^([a-z0-9-]+)-docker\.pkg\.dev$/
const AZURE_HOST = /^([a-z0-9-]+)\.azurecr\.(?:io|cn|us)$/

/** The host of an AWS account in a region; undefined while one of them is none. Digits may be grouped, as the console shows them. */
export function awsHost(account: string, region: string): string | undefined {
  const digits = account.replaceAll(/[\s-]/g, '')
  const zone = region.trim().toLowerCase()
  if (!/^\d{12}$/.test(digits) || !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(zone)) return undefined
  return `${digits}.dkr.ecr.${zone}.amazonaws.com${zone.startsWith('cn-') ? '.cn' : ''}`
}

/** `europe-west1`, `europe` → its host; `gcr.io` and its like are hosts themselves. */
export function googleHost(location: string): string | undefined {
  const typed = location.trim().toLowerCase()
  if (kindOfHost(typed) === 'google') return typed
  return /^(?:us|europe|asia|[a-z]+-[a-z]+\d+)$/.test(typed) ? `${typed}-docker.pkg.dev` : undefined
}

/** The name of an Azure registry (5 to 50 letters and digits), or its host → its host. */
export function azureHost(name: string): string | undefined {
  const typed = name.trim().toLowerCase()
  if (kindOfHost(typed) === 'azure') return typed
  return /^[a-z0-9]{5,50}$/.test(typed) ? `${typed}.azurecr.io` : undefined
}

/** What a host made of parts is made of; undefined for any other. */
export function partsOf(
  host: string,
):
  | { readonly type: 'aws'; readonly account: string; readonly region: string }
  | { readonly type: 'google'; readonly location: string }
  | { readonly type: 'azure'; readonly name: string }
  | undefined {
  const [, account, region] = AWS_HOST.exec(host) ?? []
  if (account !== undefined && region !== undefined) return { type: 'aws', account, region }
  if (kindOfHost(host) === 'google') return { type: 'google', location: GOOGLE_HOST.exec(host)?.[1] ?? host }
  const name = AZURE_HOST.exec(host)?.[1]
  if (name === undefined) return undefined
  // Of another cloud, or with a mark after its name: only the whole host says it.
  return { type: 'azure', name: azureHost(name) === host ? name : host }
}

/** What a host that all people share is called; undefined for one that is somebody's own. */
export function siteName(host: string): string | undefined {
  return PRESETS.find(({ address }) => host === (address.type === 'fixed' ? address.host : sharedHost(address)))?.name
}

function sharedHost(address: AddressForm): string | undefined {
  return address.type === 'typed' ? address.usual : undefined
}

/** What a registry is called in a list: by its name where its host is known to all, else by what tells it from others. */
export function registryName(host: string): string {
  const site = siteName(host)
  if (site !== undefined) return site
  const preset = presetOfHost(host)
  const parts = partsOf(host)
  switch (parts?.type) {
    case 'aws':
      return `${preset.name} ${parts.account} (${parts.region})`
    case 'google':
      return `Google (${parts.location})`
    case 'azure':
      return `Azure (${parts.name})`
    case undefined:
      return host
  }
}

// ---- addresses on the web -------------------------------------------------------------------------------------------

/** Where people go in a browser for a registry of this host: GitLab answers on another port there. */
function webHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, '')
  // registry.example.com belongs to a GitLab whose own name cannot be told from it.
  return name.startsWith('registry.') || name.startsWith('[') ? undefined : name
}

/** The page of a link; undefined while what it needs is not typed or cannot be told. */
export function linkOf(
  template: string,
  typed: { readonly kind: RegistryKind; readonly host: string; readonly user: string },
): string | undefined {
  const host = typed.kind === 'gitlab' ? webHost(typed.host) : typed.host
  const user = typed.user.trim().replace(/\+.*$/s, '')
  if (template.includes('{host}') && (host === undefined || host === '')) return undefined
  if (template.includes('{user}') && user === '') return undefined
  return template.replace('{host}', host ?? '').replace('{user}', encodeURIComponent(user))
}

/** An image as it would be called there, for showing what an address and a namespace become. */
export function exampleName({ id, namespace }: Preset, host: string, typed: string): string {
  const middle = typed.trim().toLowerCase() || namespace.example
  // In Amazon's private registries what is asked for is the repository itself.
  return id === 'ecr' ? `${host}/${middle}` : `${host}/${middle}/shop`
}
