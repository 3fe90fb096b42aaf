import { describe, expect, it } from 'vitest'
import { ERROR_CODES, type ErrorCode } from '../../shared/errors.ts'
import { leadsToSignIn, registryRemedy } from './registry-remedy.ts'

const about = (code: ErrorCode, place = 'docker.io') => registryRemedy({ code, parts: { place } })

describe('what is done about a refusal', () => {
  it.each<[ErrorCode, string | undefined]>([
    ['registry-unauthorized', 'sign-in'],
    ['registry-credentials', 'sign-in'],
    ['registry-denied', 'sign-in'],
    ['registry-two-factor', 'sign-in'],
    ['registry-namespace', 'sign-in'],
    ['registry-token-rights', 'sign-in'],
    ['registry-token-classic', 'sign-in'],
    ['registry-pull-limit', 'sign-in'],
    ['registry-tls', 'connection'],
    ['registry-plain-http', 'connection'],
    ['registry-create-repository', 'web'],
    ['registry-create-project', 'web'],
    ['registry-email', 'web'],
    ['registry-private-quota', 'web'],
    ['registry-quota', 'web'],
    ['registry-tag-immutable', 'web'],
    ['registry-broken', undefined],
    ['registry-unavailable', undefined],
  ])('%s: %s', (code, type) => {
    expect(about(code)?.type).toBe(type)
    expect(leadsToSignIn({ code, parts: { place: 'docker.io' } })).toBe(type === 'sign-in' || type === 'connection')
  })

  it.each([
    ['docker.io', 'https://hub.docker.com/'],
    ['ghcr.io', 'https://github.com/'],
    ['registry.gitlab.com', 'https://gitlab.com/'],
    ['quay.io', 'https://quay.io/'],
    ['acme.jfrog.io', 'https://acme.jfrog.io/'],
    ['123456789012.dkr.ecr.eu-west-3.amazonaws.com', 'https://console.aws.amazon.com/ecr/'],
    ['europe-west9-docker.pkg.dev', 'https://console.cloud.google.com/artifacts'],
    ['acme.azurecr.io', 'https://portal.azure.com/'],
  ])('leads to the web of %s', (place, page) => {
    expect(about('registry-quota', place)).toEqual({ type: 'web', page })
  })

  it('names no page of a registry that is not known to have one', () => {
    expect(about('registry-quota', 'registry.acme.example:5000')).toBeUndefined()
  })

  it('is nothing where no registry is named', () => {
    for (const code of ERROR_CODES) expect(registryRemedy({ code, parts: {} })).toBeUndefined()
  })
})
