import type { RegistryForm, TypedSignIn } from '../../shared/contract-accounts.ts'
import {
  awsHost,
  azureHost,
  googleHost,
  linkOf,
  type Preset,
  type PresetId,
  partsOf,
  presetOf,
  presetOfHost,
  type Way,
  type WayId,
} from '../../shared/presets.ts'
import type { RegistryKind } from '../../shared/registry-kinds.ts'
import { hostTyped, isLoopback } from './address.ts'

/** What is typed to add a registry and to sign in there. */
export interface SignInForm {
  readonly preset: PresetId
  readonly way: WayId
  /** The host as typed; what it is made of, where the preset makes it of parts. */
  readonly address: string
  readonly awsAccount: string
  readonly awsRegion: string
  readonly location: string
  readonly azureName: string
  readonly user: string
  readonly secret: string
  /** Of access keys: the id that goes with the secret. */
  readonly keyId: string
  readonly sessionToken: string
  readonly tenant: string
  readonly namespace: string
  /** The person accepted a connection without protection, for the host of that time. */
  readonly plainFor: string | undefined
  readonly ca: string
  /** The certificate the person said is the right one, for the host of that time (`caConsent`). */
  readonly caTrusted: string | undefined
}

export type Field =
  | 'address'
  | 'awsAccount'
  | 'awsRegion'
  | 'location'
  | 'azureName'
  | 'user'
  | 'secret'
  | 'keyId'
  | 'sessionToken'
  | 'ca'

const BLANK = {
  address: '',
  awsAccount: '',
  awsRegion: '',
  location: '',
  azureName: '',
  user: '',
  secret: '',
  keyId: '',
  sessionToken: '',
  tenant: '',
  namespace: '',
  plainFor: undefined,
  ca: '',
  caTrusted: undefined,
} as const

/** A form of a preset, with as much of it filled in as an address tells. */
export function formOf(id: PresetId, host?: string, user = ''): SignInForm {
  const { address, ways } = presetOf(id)
  const usual = address.type === 'typed' ? (address.usual ?? '') : ''
  const form: SignInForm = { ...BLANK, preset: id, way: ways[0].id, address: host ?? usual, user }
  const parts = host === undefined ? undefined : partsOf(host)
  if (parts?.type === 'aws') return { ...form, awsAccount: parts.account, awsRegion: parts.region }
  if (parts?.type === 'google') return { ...form, location: parts.location }
  if (parts?.type === 'azure') return { ...form, azureName: parts.name }
  return form
}

/** The form for an address that was typed: of the preset that knows its host. */
export function formOfHost(host: string, kind?: RegistryKind, user?: string): SignInForm {
  return formOf(presetOfHost(host, kind).id, host, user)
}

export function wayOf({ preset, way }: Pick<SignInForm, 'preset' | 'way'>): Way {
  const { ways } = presetOf(preset)
  return ways.find(({ id }) => id === way) ?? ways[0]
}

/** The address the form began with, where its parts are still the same: there are other forms of it (FIPS). */
function asGiven({ address }: SignInForm, made: string | undefined): string | undefined {
  const given = partsOf(address)
  return made !== undefined && given && isSame(given, partsOf(made)) ? address : made
}

function isSame(left: object, right: object | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** The host that is meant; undefined while what is typed is none. */
export function hostOf(form: SignInForm): string | undefined {
  const { address } = presetOf(form.preset)
  switch (address.type) {
    case 'fixed':
      return address.host
    case 'typed':
      return hostTyped(form.address)
    case 'aws':
      return asGiven(form, awsHost(form.awsAccount, form.awsRegion))
    case 'google':
      return googleHost(form.location)
    case 'azure':
      return azureHost(form.azureName)
  }
}

/** Whether the connection may go without protection: by consent, given for this very host. */
export function mayGoPlain(form: SignInForm): boolean {
  const host = hostOf(form)
  return host !== undefined && form.plainFor === host && !isLoopback(host)
}

/** What is consented to about a certificate: this one, for this host. */
export function caConsent(form: SignInForm): string {
  return `${hostOf(form) ?? ''} ${form.ca.trim()}`
}

/** A form whose connection was consented to before. */
export function consented(form: SignInForm, plain: boolean): SignInForm {
  return {
    ...form,
    ...(plain ? { plainFor: hostOf(form) } : {}),
    ...(form.ca.trim() === '' ? {} : { caTrusted: caConsent(form) }),
  }
}

/** Whose images: what was typed, else where an account's own are. Undefined: nothing to ask about. */
export function namespaceOf(form: SignInForm): string | undefined {
  const { namespace } = presetOf(form.preset)
  const typed = form.namespace.trim().replace(/^\/+|\/+$/g, '')
  if (typed !== '') return typed
  if (!namespace.ofAccount || wayOf(form).type !== 'password') return undefined
  // A robot's name begins with the one it works for.
  const own = form.user.trim().replace(/\+.*$/s, '').toLowerCase()
  // What is no name (an e-mail address, a quay user such as $app) has no images of its own.
  return /^[a-z0-9][a-z0-9._-]*$/.test(own) ? own : undefined
}

function registryOf(form: SignInForm): RegistryForm {
  const preset = presetOf(form.preset)
  const ca = form.ca.trim()
  return {
    host: hostOf(form) ?? '',
    plain: mayGoPlain(form),
    ...(kindSaid(preset) ? { kind: preset.kind } : {}),
    ...(ca === '' ? {} : { ca }),
  }
}

/** A registry at an address of its own may be anything: what it is, it says itself. */
function kindSaid({ kind }: Preset): boolean {
  return kind !== 'distribution'
}

function signInOf(form: SignInForm): TypedSignIn | undefined {
  const { user, secret, keyId, sessionToken, tenant } = form
  if (secret === '') return undefined
  switch (wayOf(form).type) {
    case 'nobody':
      return undefined
    case 'password':
      return { type: 'password', username: user.trim(), password: secret }
    case 'aws':
      return {
        type: 'aws',
        accessKeyId: keyId.trim(),
        secretAccessKey: secret.trim(),
        ...(sessionToken.trim() === '' ? {} : { sessionToken: sessionToken.trim() }),
      }
    case 'azure':
      return {
        type: 'azure',
        accessToken: secret.trim(),
        ...(tenant.trim() === '' ? {} : { tenant: tenant.trim() }),
      }
    case 'google-key':
      return { type: 'google-key', json: secret.trim() }
    case 'google-token':
      return { type: 'google-token', token: secret.trim() }
  }
}

/** The form as it is asked for. */
export function askedOf(form: SignInForm): { registry: RegistryForm; signIn?: TypedSignIn; namespace?: string } {
  const signIn = signInOf(form)
  const namespace = namespaceOf(form)
  return {
    registry: registryOf(form),
    ...(signIn === undefined ? {} : { signIn }),
    ...(namespace === undefined ? {} : { namespace }),
  }
}

/** The account a JSON key is of, as it says itself; undefined for what is no such key. */
export function serviceKey(json: string): { readonly email: string; readonly project: string } | undefined {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null) return undefined
    const { type, client_email: email, project_id: project, private_key: key } = value as Record<string, unknown>
    if (type !== 'service_account' || typeof email !== 'string' || typeof key !== 'string') return undefined
    return { email, project: typeof project === 'string' ? project : '' }
  } catch {
    return undefined
  }
}

export function isServiceKey(json: string): boolean {
  return serviceKey(json) !== undefined
}

/** The page where what is typed is made; undefined where there is none, or it cannot be told yet. */
export function linkedPage(form: SignInForm): string | undefined {
  const { link } = wayOf(form)
  const { kind } = presetOf(form.preset)
  return link === undefined ? undefined : linkOf(link, { kind, host: hostOf(form) ?? '', user: form.user })
}
