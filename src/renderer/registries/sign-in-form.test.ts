import { describe, expect, it } from 'vitest'
import { PRESETS, type PresetId, type WayId } from '../../shared/presets.ts'
import {
  askedOf,
  caConsent,
  consented,
  formOf,
  formOfHost,
  hostOf,
  linkedPage,
  mayGoPlain,
  namespaceOf,
  type SignInForm,
  serviceKey,
} from './sign-in-form.ts'
import { type Remark, remarksOn } from './sign-in-remarks.ts'

const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const KEY = JSON.stringify({
  type: 'service_account',
  project_id: 'shop-1',
  client_email: 'ci@shop-1.iam.gserviceaccount.com',
  private_key: '-----BEGIN PRIVATE KEY-----',
})
const AWS_SECRET = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx'

function form(preset: PresetId, more: Partial<SignInForm> = {}): SignInForm {
  return { ...formOf(preset), ...more }
}

function said(given: SignInForm, field: Remark['field']): Remark | undefined {
  return remarksOn(given).find((remark) => remark.field === field)
}

/** What is typed after the button below a field was pressed. */
function fixed(given: SignInForm, field: Remark['field']): SignInForm {
  return { ...given, ...said(given, field)?.fix?.change }
}

describe('the host', () => {
  it.each<[PresetId, Partial<SignInForm>, string | undefined]>([
    ['hub', {}, 'docker.io'],
    ['ecr', { awsAccount: '1234-5678 9012', awsRegion: 'EU-west-3' }, '123456789012.dkr.ecr.eu-west-3.amazonaws.com'],
    [
      'ecr',
      { awsAccount: '123456789012', awsRegion: 'cn-north-1' },
      '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    ],
    ['ecr', { awsAccount: '123', awsRegion: 'eu-west-3' }, undefined],
    ['google', { location: 'europe-west1' }, 'europe-west1-docker.pkg.dev'],
    ['google', { location: 'eu.gcr.io' }, 'eu.gcr.io'],
    ['google', { location: 'Paris' }, undefined],
    ['azure', { azureName: 'Acme1' }, 'acme1.azurecr.io'],
    ['azure', { azureName: 'acme.azurecr.cn' }, 'acme.azurecr.cn'],
    ['azure', { azureName: 'a-b' }, undefined],
    ['quay', {}, 'quay.io'],
    ['own', { address: 'registry' }, undefined],
  ])('of %s %o is %s', (preset, more, host) => expect(hostOf(form(preset, more))).toBe(host))

  it('leads back to the form it came from', () => {
    for (const host of [
      'docker.io',
      'ghcr.io',
      '123456789012.dkr.ecr.eu-west-3.amazonaws.com',
      'public.ecr.aws',
      'us-docker.pkg.dev',
      'gcr.io',
      'acme1.azurecr.io',
      'acme1.azurecr.cn',
      'acme1-d4f5.azurecr.io',
      '123456789012.dkr.ecr-fips.us-east-1.amazonaws.com',
      'quay.io',
      'registry.gitlab.com',
      'acme.jfrog.io',
      'registry.example:5000',
    ])
      expect(hostOf(formOfHost(host)), host).toBe(host)
    expect(formOfHost('harbor.example', 'harbor').preset).toBe('harbor')
  })
})

describe('what is asked for', () => {
  it('has what was typed and nothing else', () => {
    expect(askedOf(form('hub', { user: ' Lea ', secret: ' x ' }))).toEqual({
      registry: { host: 'docker.io', plain: false, kind: 'hub' },
      signIn: { type: 'password', username: 'Lea', password: ' x ' },
      namespace: 'lea',
    })
    expect(askedOf(form('own', { address: 'registry.example', way: 'nobody', user: 'lea', secret: 'x' }))).toEqual({
      registry: { host: 'registry.example', plain: false },
    })
    expect(
      askedOf(form('ecr', { awsAccount: '123456789012', awsRegion: 'eu-west-3', keyId: ' AKIA ', secret: ' s ' })),
    ).toMatchObject({ signIn: { type: 'aws', accessKeyId: 'AKIA', secretAccessKey: 's' } })
  })

  it('asks about where images will go', () => {
    expect(namespaceOf(form('quay', { user: 'acme+ci' }))).toBe('acme')
    expect(namespaceOf(form('hub', { user: 'lea@example.com' }))).toBeUndefined()
    expect(namespaceOf(form('harbor', { user: 'robot$team+ci' }))).toBeUndefined()
    expect(namespaceOf(form('harbor', { namespace: ' /team/ ' }))).toBe('team')
  })

  it('goes unprotected by consent for this very host, and never on this computer', () => {
    const given = form('own', { address: 'registry.example', plainFor: 'registry.example' })
    expect(mayGoPlain(given)).toBe(true)
    expect(mayGoPlain({ ...given, address: 'other.example' })).toBe(false)
    expect(mayGoPlain({ ...given, address: 'localhost:5000', plainFor: 'localhost:5000' })).toBe(false)
  })

  it('trusts a certificate by consent for this very host and certificate', () => {
    const given = form('own', { address: 'registry.example', way: 'nobody', ca: CA })
    expect(said(given, 'ca')?.word).toBe('caConsentMissing')
    const trusted = { ...given, caTrusted: caConsent(given) }
    expect(said(trusted, 'ca')).toBeUndefined()
    expect(said({ ...trusted, address: 'other.example' }, 'ca')?.word).toBe('caConsentMissing')
    expect(said({ ...trusted, ca: CA.replace('MIIB', 'MIIC') }, 'ca')?.word).toBe('caConsentMissing')
    expect(said(form('own', { ca: 'hello' }), 'ca')?.word).toBe('caWrong')
    expect(remarksOn(consented({ ...given, caTrusted: undefined }, true))).toEqual([])
  })
})

describe('what is said of what is typed', () => {
  const hub = form('hub', { user: 'lea', secret: 'dckr_pat_1' })

  it('is nothing when all is well', () => {
    expect(remarksOn(hub)).toEqual([])
    expect(
      remarksOn(
        form('ecr', {
          awsAccount: '123456789012',
          awsRegion: 'eu-west-3',
          keyId: 'AKIAIOSFODNN7EXAMPLE',
          secret: AWS_SECRET,
        }),
      ),
    ).toEqual([])
    expect(remarksOn(form('google', { location: 'europe', secret: KEY }))).toEqual([])
  })

  it('answers an “@” at once where names have none, and lets it be where they may', () => {
    const remark = said({ ...hub, user: 'lea@example.com' }, 'user')
    expect(remark).toMatchObject({ word: 'userEmailHub', when: 'typing', wrong: true })
    expect(said(form('github', { user: 'lea@', secret: 'x' }), 'user')?.word).toBe('userEmail')
    expect(
      said(form('artifactory', { address: 'acme.jfrog.io', user: 'lea@example.com', secret: 'x' }), 'user'),
    ).toBeUndefined()
  })

  it('mends what was pasted', () => {
    expect(fixed({ ...hub, secret: ' dckr_pat_1\n' }, 'secret').secret).toBe('dckr_pat_1')
    expect(fixed({ ...hub, user: '', secret: 'docker login -u leo -p dckr_pat_2' }, 'secret')).toMatchObject({
      user: 'leo',
      secret: 'dckr_pat_2',
    })
    expect(fixed({ ...hub, user: 'dckr_pat_1', secret: '' }, 'user')).toMatchObject({ user: '', secret: 'dckr_pat_1' })
    expect(fixed({ ...hub, secret: 'dckr_oat_1' }, 'secret').way).toBe('hubOrganisation')
    expect(fixed(form('gitlab', { user: 'lea', secret: 'gldt-1' }), 'secret').way).toBe('gitlabDeploy')
    const google = form('google', { location: 'europe', way: 'googleToken' as WayId })
    expect(fixed({ ...google, secret: KEY }, 'secret').way).toBe('googleKey')
    const azure = form('azure', { azureName: 'acme1', way: 'azureEntra' as WayId })
    expect(fixed({ ...azure, secret: '{"accessToken":"eyJ0","expiresOn":"…"}' }, 'secret').secret).toBe('eyJ0')
  })

  it('knows whose token it is', () => {
    expect(said(form('github', { user: 'lea', secret: 'github_pat_1' }), 'secret')).toMatchObject({
      word: 'secretFineGrained',
      wrong: true,
    })
    expect(said({ ...hub, secret: 'ghp_1' }, 'secret')).toMatchObject({
      word: 'secretElsewhere',
      wrong: false,
      params: { other: 'GitHub', name: 'Docker Hub' },
    })
    // Behind an address of one's own may be anything.
    expect(said(form('own', { address: 'registry.example', user: 'lea', secret: 'ghp_1' }), 'secret')).toBeUndefined()
  })

  it('knows the shape of access keys', () => {
    const ecr = form('ecr', { awsAccount: '123456789012', awsRegion: 'eu-west-3', secret: AWS_SECRET })
    expect(said({ ...ecr, keyId: 'AKIA' }, 'keyId')).toMatchObject({ word: 'keyIdWrong', when: 'leaving' })
    expect(fixed({ ...ecr, keyId: AWS_SECRET, secret: '' }, 'keyId')).toMatchObject({ keyId: '', secret: AWS_SECRET })
    expect(said({ ...ecr, keyId: 'ASIAIOSFODNN7EXAMPLE' }, 'sessionToken')?.word).toBe('keySessionMissing')
    expect(said({ ...ecr, keyId: 'AKIAIOSFODNN7EXAMPLE', secret: 'short' }, 'secret')).toMatchObject({ wrong: false })
  })

  it('tells a key from other JSON, and from what is none', () => {
    const google = form('google', { location: 'europe' })
    expect(said({ ...google, secret: '{"installed":{}}' }, 'secret')?.word).toBe('jsonOther')
    expect(said({ ...google, secret: '{"type":' }, 'secret')?.word).toBe('jsonNot')
    expect(serviceKey(KEY)).toEqual({ email: 'ci@shop-1.iam.gserviceaccount.com', project: 'shop-1' })
  })

  it('asks for a robot’s whole name, and believes whoever renamed them', () => {
    expect(said(form('harbor', { address: 'h.example', user: 'ci', secret: 'x' }), 'user')).toMatchObject({
      word: 'robotName',
      wrong: false,
    })
  })

  it('lets a kept secret stay', () => {
    expect(remarksOn(form('hub', { user: 'lea' }), true)).toEqual([])
    expect(remarksOn(form('hub', { user: 'lea' })).map(({ word }) => word)).toEqual(['secretEmpty'])
  })
})

describe('the presets', () => {
  it('link to pages over https, and only once what they need is known', () => {
    for (const { id, ways, signUp } of PRESETS)
      for (const { id: way, link } of ways) {
        const page = linkedPage(form(id, { way, address: 'git.example:8443', user: 'lea+ci' }))
        expect(page ?? 'https://none', way).toMatch(/^https:\/\/[a-z0-9.-]+/)
        expect(page ?? '', way).not.toMatch(/[{}]/)
        if (link !== undefined && !link.includes('{')) expect(page).toBe(link)
        if (signUp !== undefined) expect(signUp).toMatch(/^https:\/\//)
      }
    expect(linkedPage(form('harbor'))).toBeUndefined()
    expect(linkedPage(form('quay'))).toBeUndefined()
    expect(linkedPage(form('quay', { user: 'acme+ci' }))).toBe('https://quay.io/user/acme?tab=robots')
    expect(linkedPage(form('gitlabOwn', { address: 'gitlab.example:5050' }))).toMatch(/^https:\/\/gitlab\.example\//)
    // Its page cannot be told from the address of its registry.
    expect(linkedPage(form('gitlabOwn', { address: 'registry.example' }))).toBeUndefined()
  })

  it('are each one of a kind', () => {
    expect(new Set(PRESETS.map(({ id }) => id)).size).toBe(PRESETS.length)
    for (const { ways } of PRESETS) expect(new Set(ways.map(({ id }) => id)).size).toBe(ways.length)
  })
})
