import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RegistryTest, TypedSignIn } from '../../shared/contract-accounts.ts'
import { sentence } from '../../shared/error-sentences.ts'
import { type AppError, asAppError, type ErrorCode } from '../../shared/errors.ts'
import type { RegistryClient } from '../place/registry/client.ts'
import { startArtifactory } from '../testing/emulated/artifactory.ts'
import { entraToken, startAzure } from '../testing/emulated/azure.ts'
import { AWS_KEYS, AWS_TEMPORARY, startEcr, startEcrPublic } from '../testing/emulated/ecr.ts'
import { startGhcr } from '../testing/emulated/ghcr.ts'
import { startGitea } from '../testing/emulated/gitea.ts'
import { startGitlab } from '../testing/emulated/gitlab.ts'
import { GOOGLE_TOKEN, serviceAccountKey, startGoogle } from '../testing/emulated/google.ts'
import { startHarbor } from '../testing/emulated/harbor.ts'
import { EmulatedHub } from '../testing/emulated/hub.ts'
import { startQuay } from '../testing/emulated/quay.ts'
import { AccountsWorld } from '../testing/emulated/world.ts'
import { removeDir, tempDir } from '../testing/temp.ts'
import { Accounts } from './accounts.ts'

const signal = new AbortController().signal
const OCI = 'application/vnd.oci.image.manifest.v1+json'

/** Each kind of registry as it is signed in to, pushed to, listed and pulled from; and what it refuses, in words. */
describe('accounts at registries people use', () => {
  let world: AccountsWorld
  let accounts: Accounts
  const ends: (() => Promise<void>)[] = []

  beforeEach(async () => {
    world = await AccountsWorld.start()
    accounts = new Accounts({ admit: async () => undefined }, world.registries, async () => undefined)
  })
  afterEach(async () => {
    vi.useRealTimers()
    for (const end of ends.splice(0)) await end()
    await world.close()
  })

  async function started<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const emulated = await starting
    ends.push(async () => await emulated.close())
    return emulated
  }

  function password(username: string, secret: string): TypedSignIn {
    return { type: 'password', username, password: secret }
  }

  async function test(host: string, signIn: TypedSignIn | undefined, namespace?: string): Promise<RegistryTest> {
    return await accounts.test({ registry: { host, plain: false }, signIn, namespace }, signal)
  }

  async function client(host: string, signIn: TypedSignIn): Promise<RegistryClient> {
    const { place } = await accounts.add({ host, plain: false }, signIn, signal)
    if (place.type !== 'registry') throw new Error('a registry was added')
    return await world.registries.client(host, place.account)
  }

  async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes
  }

  async function push(to: RegistryClient, path: string, tag: string): Promise<Buffer> {
    const layer = Buffer.from(`layer of ${path}`)
    const config = Buffer.from(
      JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
    )
    const [sentLayer, sentConfig] = [
      await to.upload(path, once(layer), {}, signal),
      await to.upload(path, once(config), {}, signal),
    ]
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI,
        config: {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          digest: sentConfig.digest,
          size: config.length,
        },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sentLayer.digest, size: layer.length }],
      }),
    )
    await to.putManifest(path, tag, manifest, OCI, signal)
    return manifest
  }

  /** Sends, lists and fetches what was sent. */
  async function goesRound(to: RegistryClient, path: string): Promise<void> {
    const manifest = await push(to, path, '1.0')
    expect(await Array.fromAsync(to.tags(path, signal))).toEqual(['1.0'])
    const back = await to.manifest(path, '1.0', signal)
    expect(Buffer.from(back.bytes).equals(manifest)).toBe(true)
    const { layers } = JSON.parse(manifest.toString()) as { layers: { digest: `sha256:${string}`; size: number }[] }
    const [layer] = layers
    if (!layer) throw new Error('a layer was sent')
    const bytes = await Array.fromAsync(to.blob(path, layer, signal))
    expect(Buffer.concat(bytes).toString()).toBe(`layer of ${path}`)
  }

  async function refused(doing: Promise<unknown>, code: ErrorCode): Promise<AppError> {
    const error = asAppError(
      await doing.then(
        () => new Error('it was not refused'),
        (reason: unknown) => reason,
      ),
    )
    expect(error.code, error.raw).toBe(code)
    for (const language of ['en', 'fr'] as const) {
      const { what, next } = sentence(error.data, language)
      expect(`${what} ${next}`).not.toMatch(/[?{}[\]]/)
    }
    return error
  }

  describe('Docker Hub', () => {
    beforeEach(async () => {
      await started(EmulatedHub.start(world.internet))
    })

    it('takes a password or a token, and makes a repository by the first push', async () => {
      const tested = await test('docker.io', password('alice', 'dckr_pat_alice_write'), 'alice')
      expect(tested).toEqual({
        kind: 'hub',
        encrypted: true,
        auth: 'bearer',
        signedIn: { type: 'yes', name: 'alice' },
        push: { type: 'yes' },
        pull: { type: 'yes' },
      })
      expect(await test('docker.io', password('alice', 'alice-password'), 'acme')).toMatchObject({
        push: { type: 'yes' },
      })
      await goesRound(await client('docker.io', password('alice', 'dckr_pat_alice_write')), 'alice/shop')
    })

    it('says who may not sign in, and why', async () => {
      const wrong = await test('docker.io', password('alice', 'wrong'), 'alice')
      expect(wrong).toMatchObject({
        signedIn: { type: 'no', error: { code: 'registry-credentials' } },
        push: { type: 'no' },
      })
      const second = await test('docker.io', password('bruno', 'bruno-password'), 'bruno')
      expect(second.signedIn).toMatchObject({ type: 'no', error: { code: 'registry-two-factor' } })
      expect((await test('docker.io', password('bruno', 'dckr_pat_bruno'), 'bruno')).push).toEqual({ type: 'yes' })
      expect(JSON.stringify([wrong, second])).not.toMatch(/wrong"|bruno-password/)
    })

    it('tells a name of somebody else from a token that may only read, before anything is sent', async () => {
      const other = await test('docker.io', password('alice', 'alice-password'), 'nobody')
      expect(other.push).toMatchObject({
        type: 'no',
        error: { code: 'registry-namespace', parts: { name: 'nobody', user: 'alice' } },
      })
      const reads = await test('docker.io', password('alice', 'dckr_pat_alice_read'), 'alice')
      expect(reads).toMatchObject({
        push: { type: 'no', error: { code: 'registry-token-rights' } },
        pull: { type: 'yes' },
      })
      expect((await test('docker.io', undefined, 'alice')).push).toMatchObject({
        type: 'no',
        error: { code: 'registry-unauthorized' },
      })
    })

    it('refuses pushes in words', async () => {
      const alice = await client('docker.io', password('alice', 'alice-password'))
      await refused(push(alice, 'nobody/shop', '1'), 'registry-namespace')
      await refused(push(alice, 'shop', '1'), 'registry-namespace')
      const reader = await client('docker.io', password('alice', 'dckr_pat_alice_read'))
      await refused(push(reader, 'alice/shop', '1'), 'registry-token-rights')
      const carla = await client('docker.io', password('carla', 'carla-password'))
      await refused(push(carla, 'carla/shop', '1'), 'registry-email')
    })

    it('lets no more be pulled when the limit is reached', async () => {
      const hub = await started(EmulatedHub.start(world.internet))
      const alice = await client('docker.io', password('alice', 'alice-password'))
      await push(alice, 'alice/shop', '1')
      hub.pulls.left = 1
      await alice.manifest('alice/shop', '1', signal)
      const error = await refused(alice.manifest('alice/shop', '1', signal), 'registry-pull-limit')
      expect(sentence(error.data, 'en').what).toBe(
        'Docker Hub lets you get no more images for the moment: no more than 100 downloads are allowed in 6 hours.',
      )
    })
  })

  describe('GitHub', () => {
    beforeEach(async () => {
      await started(startGhcr(world.internet))
    })

    it('takes a classic token', async () => {
      const signIn = password('octo', 'ghp_octo_write')
      expect(await test('ghcr.io', signIn, 'octo')).toMatchObject({
        kind: 'ghcr',
        signedIn: { type: 'yes' },
        push: { type: 'yes' },
      })
      await goesRound(await client('ghcr.io', signIn), 'octo/shop/api')
    })

    it('refuses in words: a token that may not write or is fine-grained, an owner one does not belong to', async () => {
      expect((await test('ghcr.io', password('octo', 'nonsense'), 'octo')).signedIn).toMatchObject({
        type: 'no',
        error: { code: 'registry-credentials' },
      })
      for (const token of ['ghp_octo_read', 'github_pat_fine']) {
        const { push: may } = await test('ghcr.io', password('octo', token), 'octo')
        expect(may, token).toMatchObject({ type: 'no', error: { code: 'registry-token-classic' } })
      }
      const octo = await client('ghcr.io', password('octo', 'ghp_octo_write'))
      await refused(push(octo, 'somebody/shop', '1'), 'registry-namespace')
      await refused(Array.fromAsync(octo.catalog(signal)), 'registry-unsupported')
    })
  })

  describe('GitLab', () => {
    beforeEach(async () => {
      await started(startGitlab(world.internet))
    })

    it('takes a personal access token, below a project', async () => {
      const signIn = password('lea', 'glpat_lea_write')
      expect(await test('registry.gitlab.com', signIn, 'group/shop')).toMatchObject({
        kind: 'gitlab',
        signedIn: { type: 'yes' },
        push: { type: 'yes' },
      })
      await goesRound(await client('registry.gitlab.com', signIn), 'group/shop/api')
    })

    it('refuses in words: a password with a second factor, a path without a project', async () => {
      expect((await test('registry.gitlab.com', password('lea', 'lea-password'))).signedIn).toMatchObject({
        type: 'no',
        error: { code: 'registry-two-factor' },
      })
      const lea = await client('registry.gitlab.com', password('lea', 'glpat_lea_write'))
      await refused(push(lea, 'group/none', '1'), 'registry-create-project')
      await refused(push(lea, 'group/shop/a/b/c', '1'), 'registry-create-project')
    })
  })

  describe('Amazon ECR', () => {
    const keys: TypedSignIn = {
      type: 'aws',
      accessKeyId: 'AKIAEMULATEDWRITE',
      secretAccessKey: AWS_KEYS.AKIAEMULATEDWRITE,
    }

    it('gives a password for access keys, once for all who ask, and takes a push to a repository that was made', async () => {
      const ecr = await started(startEcr(world.internet))
      ecr.repositories.set('shop/api', { immutable: false })
      expect(await test(ecr.host, keys, 'shop/api')).toMatchObject({
        kind: 'ecr',
        auth: 'basic',
        signedIn: { type: 'yes', name: 'AKIAEMULATEDWRITE' },
        push: { type: 'yes' },
      })
      const to = await client(ecr.host, keys)
      ecr.operations.length = 0
      await Promise.all([goesRound(to, 'shop/api'), world.registries.credentials(ecr.host)])
      expect(ecr.operations).toEqual(['GetAuthorizationToken'])
    })

    it('is asked for a new password well before the end of the last, in a client that is in use, too', async () => {
      const ecr = await started(startEcr(world.internet))
      ecr.repositories.set('shop/api', { immutable: false })
      const to = await client(ecr.host, keys)
      await push(to, 'shop/api', '1')
      const first = await world.registries.credentials(ecr.host)
      // The clock alone: what waits goes on waiting in earnest.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10.9 * 3600_000 })
      await push(to, 'shop/api', '2')
      expect(await world.registries.credentials(ecr.host)).toEqual(first)
      vi.setSystemTime(Date.now() + 0.2 * 3600_000)
      ecr.forgetPasswords()
      await push(to, 'shop/api', '3')
      expect(await world.registries.credentials(ecr.host)).not.toEqual(first)
      expect(ecr.operations).toEqual(['GetAuthorizationToken', 'GetAuthorizationToken'])
    })

    it('tells wrong keys, missing rights, keys that are over and a wrong clock apart', async () => {
      const ecr = await started(startEcr(world.internet))
      const why = async (signIn: TypedSignIn): Promise<unknown> => {
        const { signedIn } = await test(ecr.host, signIn)
        return signedIn.type === 'no' ? signedIn.error : signedIn
      }
      expect(await why({ type: 'aws', accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' })).toMatchObject({
        code: 'aws-keys',
      })
      expect(await why({ ...keys, secretAccessKey: 'wrong' })).toMatchObject({ code: 'aws-keys' })
      const none = { type: 'aws', accessKeyId: 'AKIAEMULATEDNONE', secretAccessKey: AWS_KEYS.AKIAEMULATEDNONE } as const
      expect(await why(none)).toMatchObject({ code: 'aws-denied', parts: { action: 'ecr:GetAuthorizationToken' } })
      expect(await why({ type: 'aws', ...AWS_TEMPORARY })).toMatchObject({ type: 'yes' })
      ecr.expired = true
      expect(await why({ type: 'aws', ...AWS_TEMPORARY })).toMatchObject({ code: 'aws-expired' })
      ecr.skew = 3_600_000
      expect(await why(keys)).toMatchObject({ code: 'clock-wrong', parts: { minutes: 60 } })
    })

    it('wants a repository to be made first, and keeps tags that may not be replaced', async () => {
      const ecr = await started(startEcr(world.internet))
      const to = await client(ecr.host, keys)
      await refused(push(to, 'shop/api', '1'), 'registry-create-repository')
      expect((await test(ecr.host, keys, 'shop/api')).push).toEqual({ type: 'unknown' })
      const api = await world.registries.ecr({ host: ecr.host })
      const made = { repositoryName: 'shop/api', imageTagMutability: 'IMMUTABLE' }
      await api?.call('CreateRepository', made, signal)
      await refused(api?.call('CreateRepository', made, signal) ?? Promise.resolve(), 'registry-refused')
      await api?.call('CreateRepository', made, signal, { fine: ['RepositoryAlreadyExistsException'] })
      const bad =
        api?.call('CreateRepository', { repositoryName: 'Shop' }, signal, { name: 'Shop' }) ?? Promise.resolve()
      await refused(bad, 'registry-name')
      await api?.close()
      await push(to, 'shop/api', '1')
      await refused(push(to, 'shop/api', '1'), 'registry-tag-immutable')
    })

    it('keeps the secret key out of everything but the keychain', async () => {
      const ecr = await started(startEcr(world.internet))
      await client(ecr.host, keys)
      await world.registries.credentials(ecr.host)
      const kept = JSON.stringify([await accounts.list(undefined), await world.registries.accounts()])
      expect(kept).toContain('AKIAEMULATEDWRITE')
      expect(kept).not.toContain(AWS_KEYS.AKIAEMULATEDWRITE)
    })

    it('is public, too: with keys for pushing, to anybody for pulling', async () => {
      const ecr = await started(startEcrPublic(world.internet))
      ecr.repositories.set('shop', { immutable: false })
      expect(await test('public.ecr.aws', keys, 'a1b2c3d4/shop')).toMatchObject({
        kind: 'ecr-public',
        auth: 'bearer',
        signedIn: { type: 'yes' },
        push: { type: 'yes' },
      })
      await goesRound(await client('public.ecr.aws', keys), 'a1b2c3d4/shop')
      const anybody = await world.registries.connect({ host: 'public.ecr.aws', plain: false }, async () => undefined)
      expect((await anybody.manifest('a1b2c3d4/shop', '1.0', signal)).mediaType).toBe(OCI)
      await refused(push(anybody, 'a1b2c3d4/shop', '2'), 'registry-denied')
      await anybody.close()
    })
  })

  describe('Azure', () => {
    it('gives a token of its own for one of Entra, which is not kept', async () => {
      const azure = await started(startAzure(world.internet))
      const accessToken = entraToken('lea@acme.example')
      const signIn: TypedSignIn = { type: 'azure', accessToken, tenant: 'acme' }
      expect(await test(azure.host, signIn, 'team')).toMatchObject({
        kind: 'azure',
        signedIn: { type: 'yes', name: 'lea@acme.example' },
        push: { type: 'yes' },
      })
      await goesRound(await client(azure.host, signIn), 'team/shop')
      expect(azure.exchanged[0]?.get('tenant')).toBe('acme')
      const [account] = await accounts.list(azure.host)
      expect(account).toMatchObject({ name: 'lea@acme.example', type: 'azure' })
      expect(account?.until).toBeGreaterThan(Date.now())
      const shown = await world.registries.credentials(azure.host)
      expect(shown).toMatchObject({ type: 'identity-token' })
      expect(JSON.stringify(shown)).not.toContain(accessToken)
    })

    it('takes the admin user and service principals, and refuses in words', async () => {
      const azure = await started(startAzure(world.internet))
      await goesRound(await client(azure.host, password('acme', 'admin-password')), 'shop')
      expect((await test(azure.host, password('acme', 'wrong'))).signedIn).toMatchObject({
        error: { code: 'registry-credentials' },
      })
      await refused(test(azure.host, { type: 'azure', accessToken: 'nonsense' }), 'registry-unauthorized')
      const reader = await client(azure.host, password('reader', 'reader-password'))
      await refused(push(reader, 'shop', '2'), 'registry-token-rights')
    })

    it('names a firewall', async () => {
      const azure = await started(startAzure(world.internet, { firewall: true }))
      const to = await client(azure.host, password('acme', 'admin-password'))
      await refused(push(to, 'shop', '1'), 'registry-ip-blocked')
    })
  })

  describe('Google', () => {
    const key = serviceAccountKey()

    it('takes the key of a service account, pasted or from its file, and a token of gcloud', async () => {
      const google = await started(startGoogle(world.internet, key))
      const dir = tempDir()
      const path = join(dir, 'key.json')
      writeFileSync(path, key)
      expect(await accounts.googleKey({ path })).toEqual({
        email: 'ci@acme-prod.iam.gserviceaccount.com',
        project: 'acme-prod',
      })
      for (const signIn of [
        { type: 'google-key', json: key },
        { type: 'google-key-file', path },
        { type: 'google-token', token: GOOGLE_TOKEN },
        password('_json_key', key),
      ] satisfies TypedSignIn[])
        expect(await test(google.host, signIn, 'acme-prod/apps'), signIn.type).toMatchObject({
          kind: 'google',
          signedIn: { type: 'yes' },
          push: { type: 'yes' },
        })
      removeDir(dir)
      await goesRound(await client(google.host, { type: 'google-key', json: key }), 'acme-prod/apps/shop')
      expect(await accounts.list(google.host)).toMatchObject([
        { name: 'ci@acme-prod.iam.gserviceaccount.com', type: 'google-key', about: 'acme-prod' },
      ])
    })

    it('knows a key from something else, without a word of it in the error', async () => {
      const without = JSON.stringify({ ...(JSON.parse(key) as object), private_key: 'secret-that-is-none' })
      const bad = await refused(accounts.googleKey({ json: without }), 'google-key-invalid')
      expect(bad.parts).toEqual({ missing: 'private_key' })
      expect(JSON.stringify(bad)).not.toContain('secret-that-is-none')
      await refused(accounts.googleKey({ json: '{"installed": {}}' }), 'google-key-invalid')
      await refused(accounts.googleKey({ json: 'ya29.token' }), 'google-key-invalid')
      await refused(accounts.googleKey({ path: '/nowhere/key.json' }), 'file-missing')
    })

    it('refuses in words: no such repository, an API that is off, names of two parts', async () => {
      const google = await started(startGoogle(world.internet, key))
      const to = await client(google.host, { type: 'google-key', json: key })
      await refused(push(to, 'acme-prod/other/shop', '1'), 'registry-create-writer')
      await refused(push(to, 'acme-old/apps/shop', '1'), 'registry-api-disabled')
      await refused(push(to, 'acme-prod/apps', '1'), 'registry-name')
    })
  })

  describe('Harbor', () => {
    beforeEach(async () => {
      await started(startHarbor(world.internet))
    })

    it('is found out by what it says of itself, and takes users and robots', async () => {
      const tested = await test('harbor.example', password('robot$library+ci', 'robot-secret'), 'library')
      expect(tested).toMatchObject({
        kind: 'harbor',
        version: '2.12.1',
        signedIn: { type: 'yes' },
        push: { type: 'yes' },
      })
      const to = await client('harbor.example', password('lea', 'Harbor12345'))
      await goesRound(to, 'library/shop')
      expect(await Array.fromAsync(to.catalog(signal))).toEqual(['library/shop'])
    })

    it('refuses in words', async () => {
      await accounts.add(
        { host: 'harbor.example', plain: false, kind: 'harbor' },
        password('lea', 'Harbor12345'),
        signal,
      )
      const lea = await world.registries.client('harbor.example', 'lea')
      await refused(push(lea, 'nothing/shop', '1'), 'registry-create-project')
      await refused(push(lea, 'full/shop', '1'), 'registry-quota')
      await refused(push(lea, 'closed/shop', '1'), 'registry-read-only')
      const policy = await refused(push(lea, 'signed/shop', '1'), 'registry-policy')
      expect(sentence(policy.data, 'en').what).toContain('The image is not signed by cosign')
      await push(lea, 'fixed/shop', '1')
      await refused(push(lea, 'fixed/shop', '1'), 'registry-tag-immutable')
      const guest = await test('harbor.example', password('max', 'Harbor67890'), 'library')
      expect(guest.push).toMatchObject({ type: 'no', error: { code: 'registry-create-project' } })
    })
  })

  describe('Quay', () => {
    beforeEach(async () => {
      await started(startQuay(world.internet))
    })

    it('takes users and robots', async () => {
      const robot = password('crew+writer', 'ROBOTWRITES')
      expect(await test('quay.io', robot, 'crew')).toMatchObject({ kind: 'quay', push: { type: 'yes' } })
      await goesRound(await client('quay.io', robot), 'crew/shop')
    })

    it('refuses in words', async () => {
      const lea = await client('quay.io', password('lea', 'quay-password'))
      await refused(push(lea, 'nobody/shop', '1'), 'registry-namespace')
      const deep = await refused(push(lea, 'lea/shop/api', '1'), 'registry-name')
      expect(sentence(deep.data, 'en').next).toContain('two parts')
      await refused(push(lea, 'full/shop', '1'), 'registry-quota')
      await push(lea, 'lea/shop', 'fixed')
      await refused(push(lea, 'lea/shop', 'fixed'), 'registry-tag-immutable')
      const reader = await client('quay.io', password('crew+reader', 'ROBOTREADS'))
      await refused(push(reader, 'crew/shop', '1'), 'registry-token-rights')
    })
  })

  describe('Artifactory', () => {
    beforeEach(async () => {
      await started(startArtifactory(world.internet, { host: 'art.example' }))
    })

    it('is known by its header, although it lets in everybody, and takes a push below a key', async () => {
      const signIn = password('lea', 'artifactory-password')
      expect(await test('art.example', signIn, 'docker-local')).toMatchObject({
        kind: 'artifactory',
        version: '7.98.9',
        signedIn: { type: 'unknown', name: 'lea' },
      })
      await goesRound(await client('art.example', signIn), 'docker-local/shop')
    })

    it('refuses in words', async () => {
      const registry = { host: 'art.example', plain: false, kind: 'artifactory' } as const
      await accounts.add(registry, password('max', 'artifactory-reader'), signal)
      const max = await world.registries.client('art.example', 'max')
      await refused(push(max, 'docker-local/shop', '1'), 'registry-token-rights')
      await refused(push(max, 'no-such-key/shop', '1'), 'registry-create-key')
    })
  })

  describe('Gitea', () => {
    beforeEach(async () => {
      await started(startGitea(world.internet))
    })

    it('is found out by what it says of itself, and takes tokens', async () => {
      const signIn = password('lea', 'gitea_token_write')
      expect(await test('gitea.example', signIn, 'lea')).toMatchObject({
        kind: 'gitea',
        version: '1.22.3',
        signedIn: { type: 'yes' },
        push: { type: 'yes' },
      })
      await goesRound(await client('gitea.example', signIn), 'lea/shop')
    })

    it('refuses in words', async () => {
      await accounts.add(
        { host: 'gitea.example', plain: false, kind: 'gitea' },
        password('lea', 'gitea-password'),
        signal,
      )
      const lea = await world.registries.client('gitea.example', 'lea')
      await refused(push(lea, 'nobody/shop', '1'), 'registry-namespace')
      await refused(push(lea, 'lea/a__b', '1'), 'registry-name')
      const reads = await test('gitea.example', password('lea', 'gitea_token_read'), 'lea')
      expect(reads.push).toMatchObject({ type: 'no', error: { code: 'registry-token-rights' } })
    })
  })

  it('keeps what a test found out of a registry that is kept', async () => {
    await started(startGitea(world.internet))
    await accounts.add({ host: 'gitea.example', plain: false }, password('lea', 'gitea-password'), signal)
    await accounts.test({ registry: { host: 'gitea.example', plain: false }, account: 'lea' }, signal)
    expect(await world.registries.list()).toEqual([{ host: 'gitea.example', plain: false, kind: 'gitea' }])
    // Changed without saying what it is: that stays known.
    await accounts.add({ host: 'gitea.example', plain: false }, undefined, signal)
    expect(await accounts.registry('gitea.example')).toEqual({
      registry: { host: 'gitea.example', plain: false, kind: 'gitea' },
    })
  })

  it('signs several people in to one registry, and each out by himself', async () => {
    await started(startGitea(world.internet))
    const to = await client('gitea.example', password('lea', 'gitea-password'))
    await accounts.add({ host: 'gitea.example', plain: false }, password('ci', 'gitea-password'), signal)
    expect(await accounts.list('gitea.example')).toMatchObject([
      { name: 'lea', type: 'password', remembered: false },
      { name: 'ci', type: 'password', remembered: false },
    ])
    await accounts.signOut('gitea.example', 'ci')
    expect((await accounts.list(undefined)).map(({ name }) => name)).toEqual(['lea'])
    expect(await world.registries.credentials('gitea.example', 'ci')).toBeUndefined()
    // What the other one has under way goes on.
    expect(await world.registries.client('gitea.example', 'lea')).toBe(to)
    await goesRound(to, 'lea/shop')
  })
})
