import { type PresetId, presetOf } from '../../shared/presets.ts'
import type { accountsEn } from '../words/accounts.ts'
import { loginLine } from './docker-login.ts'
import { caConsent, type Field, hostOf, isServiceKey, type SignInForm, wayOf } from './sign-in-form.ts'

/** What can be said about what is typed, in plain words, and often mended with a button. */
export interface Remark {
  readonly field: Field
  readonly word: keyof typeof accountsEn.remark
  readonly params?: Readonly<Record<string, string>>
  /** Nothing is asked of the registry before it is corrected. */
  readonly wrong: boolean
  /** When it is said: at once; when the field is left, because it is true of everything half typed; when the registry is to be asked. */
  readonly when: 'typing' | 'leaving' | 'asking'
  readonly fix?: Fix
}

export interface Fix {
  readonly word: keyof typeof accountsEn.fix
  readonly change: Partial<SignInForm>
}

type Said = Omit<Remark, 'field'>

const wrong = (word: Remark['word'], more: Partial<Said> = {}): Said => ({
  word,
  wrong: true,
  when: 'leaving',
  ...more,
})
const look = (word: Remark['word'], more: Partial<Said> = {}): Said => ({
  word,
  wrong: false,
  when: 'leaving',
  ...more,
})

/** A field that was only passed through is not wrong yet. */
const EMPTY = wrong('secretEmpty', { when: 'asking' })

/** How tokens begin, and whose they are. */
const TOKENS: readonly (readonly [start: RegExp, presets: readonly PresetId[], name: string])[] = [
  [/^dckr_(?:pat|oat)_/, ['hub'], 'Docker Hub'],
  [/^(?:gh[poursa]_|github_pat_)/, ['github'], 'GitHub'],
  [/^(?:glpat|gldt|glcbt)-/, ['gitlab', 'gitlabOwn'], 'GitLab'],
  [/^(?:AKIA|ASIA)[A-Z0-9]{16}$/, ['ecr', 'ecrPublic'], 'Amazon'],
  [/^ya29\./, ['google'], 'Google'],
]

/** A registry of whatever kind may sit behind an address of its own, and take tokens of another. */
const ANY_TOKEN: readonly PresetId[] = ['own', 'artifactory', 'harbor']

function ownerOf(token: string): (typeof TOKENS)[number] | undefined {
  return TOKENS.find(([start]) => start.test(token))
}

// ---- the address

const ADDRESS_FIELD = { typed: 'address', google: 'location', azure: 'azureName' } as const
const ADDRESS_WRONG = { typed: 'addressWrong', google: 'googleLocationWrong', azure: 'azureNameWrong' } as const

function addressRemarks(form: SignInForm): Remark[] {
  const { address } = presetOf(form.preset)
  if (address.type === 'fixed' || hostOf(form) !== undefined) return []
  if (address.type === 'aws')
    return [
      ...(/^\d{12}$/.test(form.awsAccount.replaceAll(/[\s-]/g, ''))
        ? []
        : [{ field: 'awsAccount' as const, ...wrong('awsAccountWrong') }]),
      ...(/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(form.awsRegion.trim().toLowerCase())
        ? []
        : [{ field: 'awsRegion' as const, ...wrong('awsRegionWrong') }]),
    ]
  const field = ADDRESS_FIELD[address.type]
  const empty = address.type === 'typed' && form.address.trim() === ''
  return [{ field, ...wrong(empty ? 'addressEmpty' : ADDRESS_WRONG[address.type]) }]
}

// ---- who

function userRemark(form: SignInForm): Said | undefined {
  const { preset, secret } = form
  const user = form.user.trim()
  const { noEmail } = presetOf(preset)
  const line = loginLine(form.user)
  if (line?.secret !== undefined) return lineRemark(form.user)
  if (user === '') return wrong('userEmpty', { when: 'asking' })
  if (ownerOf(user))
    return wrong('userToken', {
      when: 'typing',
      ...(secret === '' ? { fix: { word: 'userToken' as const, change: { user: '', secret: user } } } : {}),
    })
  if (noEmail && user.includes('@')) return wrong(preset === 'hub' ? 'userEmailHub' : 'userEmail', { when: 'typing' })
  if (/\s/.test(user)) return wrong('userSpaces', { when: 'typing' })
  return robotRemark(form, user)
}

const ROBOT_MARKS: Partial<Record<SignInForm['way'], string>> = { harborRobot: '$', quayRobot: '+' }

function robotRemark(form: SignInForm, user: string): Said | undefined {
  const { id, userExample } = wayOf(form)
  const mark = ROBOT_MARKS[id]
  // The prefix can be changed by whoever runs it.
  return mark === undefined || user.includes(mark)
    ? undefined
    : look('robotName', { params: { mark, example: userExample ?? '' } })
}

// ---- the secret

function lineRemark(text: string): Said | undefined {
  const line = loginLine(text)
  if (!line) return undefined
  const { secret, user } = line
  if (secret === undefined) return wrong('secretLine', { when: 'typing' })
  const change = { secret, ...(user === undefined ? {} : { user }) }
  return wrong('secretLine', { when: 'typing', fix: { word: 'secretLine', change } })
}

function passwordRemark(form: SignInForm): Said | undefined {
  const { secret, preset, way } = form
  const bare = secret.trim()
  if (secret === '') return EMPTY
  const line = lineRemark(secret)
  if (line) return line
  if (bare !== secret)
    return look('secretSpaces', { when: 'typing', fix: { word: 'secretSpaces', change: { secret: bare } } })
  const { name } = presetOf(preset)
  if (preset === 'github' && bare.startsWith('github_pat_'))
    return wrong('secretFineGrained', { when: 'typing', params: { name } })
  if (way === 'hubToken' && bare.startsWith('dckr_oat_'))
    return look('secretOrganisation', {
      when: 'typing',
      fix: { word: 'secretOrganisation', change: { way: 'hubOrganisation', user: '' } },
    })
  if (way === 'gitlabToken' && bare.startsWith('gldt-') && !form.user.includes('deploy-token'))
    return look('secretDeploy', { when: 'typing', fix: { word: 'secretDeploy', change: { way: 'gitlabDeploy' } } })
  const [, owners, other] = ownerOf(bare) ?? []
  if (owners && other !== undefined && !owners.includes(preset) && !ANY_TOKEN.includes(preset))
    return look('secretElsewhere', { when: 'typing', params: { other, name } })
  return undefined
}

function keyIdRemark({ keyId, secret }: SignInForm): Said | undefined {
  const bare = keyId.trim()
  if (bare === '') return EMPTY
  if (/^[A-Za-z0-9/+=]{40}$/.test(bare))
    return wrong('keyIdSecret', {
      when: 'typing',
      ...(secret === '' ? { fix: { word: 'userToken' as const, change: { keyId: '', secret: bare } } } : {}),
    })
  return /^(?:AKIA|ASIA)[A-Z0-9]{16}$/.test(bare) ? undefined : wrong('keyIdWrong')
}

function keySecretRemark({ secret }: SignInForm): Said | undefined {
  if (secret.trim() === '') return EMPTY
  return /^[A-Za-z0-9/+=]{40}$/.test(secret.trim()) ? undefined : look('keySecretWrong')
}

function jsonRemark({ secret }: SignInForm): Said | undefined {
  if (secret.trim() === '') return EMPTY
  if (isServiceKey(secret)) return undefined
  return wrong(isJson(secret) ? 'jsonOther' : 'jsonNot', { when: isJson(secret) ? 'typing' : 'leaving' })
}

/** An access token alone; out of the answer of a command that was pasted whole, or of what is something else. */
function tokenRemark({ secret }: SignInForm): Said | undefined {
  const bare = secret.trim()
  if (bare === '') return EMPTY
  if (isServiceKey(bare))
    return wrong('jsonInToken', { when: 'typing', fix: { word: 'jsonInToken', change: { way: 'googleKey' } } })
  const token = tokenIn(bare)
  return token === undefined
    ? undefined
    : wrong('tokenAnswer', { when: 'typing', fix: { word: 'tokenAnswer', change: { secret: token } } })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  const value = parsed(text)
  return typeof value === 'object' && value !== null
}

/** The token in `az account get-access-token`'s answer. */
function tokenIn(text: string): string | undefined {
  const value = parsed(text)
  return typeof value === 'object' && value !== null && 'accessToken' in value && typeof value.accessToken === 'string'
    ? value.accessToken
    : undefined
}

function signInRemarks(form: SignInForm): Remark[] {
  const at = (field: Field, said: Said | undefined): Remark[] => (said ? [{ field, ...said }] : [])
  switch (wayOf(form).type) {
    case 'nobody':
      return []
    case 'password':
      return [...at('user', userRemark(form)), ...at('secret', passwordRemark(form))]
    case 'aws': {
      const temporary = form.keyId.trim().startsWith('ASIA') && form.sessionToken.trim() === ''
      return [
        ...at('keyId', keyIdRemark(form)),
        ...at('secret', keySecretRemark(form)),
        ...at('sessionToken', temporary ? wrong('keySessionMissing') : undefined),
      ]
    }
    case 'google-key':
      return at('secret', jsonRemark(form))
    case 'azure':
    case 'google-token':
      return at('secret', tokenRemark(form))
  }
}

function caRemarks(form: SignInForm): Remark[] {
  const { ca, caTrusted } = form
  if (ca.trim() === '') return []
  if (!/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(ca))
    return [{ field: 'ca', ...wrong('caWrong') }]
  return caTrusted === caConsent(form) ? [] : [{ field: 'ca', ...wrong('caConsentMissing', { when: 'asking' }) }]
}

/**
 * All there is to say, one remark a field, in the order of the fields. `kept`: an account is there already, whose secret
 * stays unless one is typed.
 */
export function remarksOn(form: SignInForm, kept = false): readonly Remark[] {
  const all = [...addressRemarks(form), ...signInRemarks(form), ...caRemarks(form)]
  return kept && isUntouched(form) ? all.filter(({ field }) => !SIGN_IN.includes(field)) : all
}

const SIGN_IN: readonly Field[] = ['user', 'secret', 'keyId', 'sessionToken']

/** Nothing was typed to sign in with. */
export function isUntouched({ secret, keyId, sessionToken }: SignInForm): boolean {
  return secret === '' && keyId === '' && sessionToken === ''
}
