import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MineEvent } from '../../shared/contract-portal.ts'
import { EmulatedHubWeb } from '../testing/emulated/hub-web.ts'
import { AccountsWorld } from '../testing/emulated/world.ts'
import type { Portal } from './portal.ts'
import { mine, standing } from './standing.ts'

const forever = new AbortController().signal
const PAT = 'dckr_pat_lea_0123456789'
const at = { host: 'docker.io', account: 'lea' }

async function events(portal: Portal): Promise<MineEvent[]> {
  return await Array.fromAsync(mine(portal, forever))
}

describe('Docker Hub beside its registry', () => {
  let world: AccountsWorld
  let hub: EmulatedHubWeb

  beforeEach(async () => {
    world = await AccountsWorld.start()
    hub = new EmulatedHubWeb({
      users: {
        lea: { password: PAT, email: 'lea@example.com', orgs: ['acme'], privates: 1 },
        max: { password: 'max-password', twoFactor: true },
      },
      orgs: { acme: { privates: 5 } },
    })
    hub.add('lea/shop', {
      description: 'A shop',
      pull_count: 42,
      star_count: 3,
      storage_size: 5000,
      last_updated: '2025-02-06T14:30:00Z',
    })
    hub.add('lea/secret', { is_private: true })
    hub.add('acme/api', { is_private: true })
    hub.add('library/nginx', { pull_count: 1e9 })
    hub.add('other/hidden', { is_private: true })
    world.internet.host('hub.docker.com', hub.listener)
    await world.signIn('docker.io', 'lea', PAT)
  })
  afterEach(async () => await world.close())

  it('has the names of an account, what they may still keep private, and their repositories', async () => {
    const told = await events(await world.portals.portalOf(at))
    expect(told[0]).toMatchObject({
      type: 'abilities',
      abilities: {
        kind: 'hub',
        list: true,
        create: ['private', 'public'],
        visibility: true,
        description: { limit: 100 },
      },
    })
    expect(told[1]).toEqual({
      type: 'namespaces',
      namespaces: [
        { name: 'lea', own: true, privates: { used: 1, limit: 1 } },
        { name: 'acme', own: false, privates: { used: 1, limit: 5 } },
      ],
    })
    const rows = told.flatMap((event) => (event.type === 'repositories' ? event.repositories : []))
    expect(rows.map(({ path, visibility }) => `${path} ${visibility}`)).toEqual([
      'lea/shop public',
      'lea/secret private',
      'acme/api private',
    ])
    expect(rows[0]).toEqual({
      path: 'lea/shop',
      visibility: 'public',
      description: 'A shop',
      pulls: 42,
      stars: 3,
      size: 5000,
      pushed: Date.parse('2025-02-06T14:30:00Z'),
      pages: {
        page: 'https://hub.docker.com/r/lea/shop',
        settings: 'https://hub.docker.com/repository/docker/lea/shop/settings',
        members: 'https://hub.docker.com/repository/docker/lea/shop/collaborators',
        webhooks: 'https://hub.docker.com/repository/docker/lea/shop/webhooks',
      },
    })
    expect(rows[2]?.pages.members).toBe('https://hub.docker.com/repository/docker/acme/api/permissions')
  })

  it('gives long lists page by page', async () => {
    for (let n = 0; n < 250; n += 1) hub.add(`acme/many-${n}`)
    const told = await events(await world.portals.portalOf(at))
    const pages = told.filter(({ type }) => type === 'repositories')
    expect(pages.length).toBeGreaterThan(3)
    expect(
      new Set(
        pages.flatMap((event) => (event.type === 'repositories' ? event.repositories : [])).map(({ path }) => path),
      ).size,
    ).toBe(253)
  })

  it('says before a push who would see it, and whether a private one is still to be had', async () => {
    const portal = await world.portals.portalOf(at)
    expect(await standing(portal, 'lea/new', forever)).toMatchObject({
      exists: false,
      creation: { by: 'api', choices: ['private', 'public'], push: 'public' },
      visibility: 'public',
      namespace: 'mine',
      privates: { used: 1, limit: 1 },
    })
    expect(await standing(portal, 'acme/api', forever)).toMatchObject({
      exists: true,
      visibility: 'private',
      namespace: 'mine',
      privates: { used: 1, limit: 5 },
    })
    // Somebody else's private one is not there for this account.
    expect(await standing(portal, 'other/hidden', forever)).toMatchObject({ exists: false, namespace: 'other' })
    expect(await standing(portal, 'nginx', forever)).toMatchObject({ exists: true, visibility: 'public' })
  })

  it('makes repositories, private unless public is said, and refuses a private one too many in its own words', async () => {
    const portal = await world.portals.portalOf(at)
    await portal.create?.('acme/web', 'private', { description: 'The web' }, forever)
    expect(hub.repositories.get('acme/web')).toMatchObject({ is_private: true, description: 'The web' })
    await portal.create?.('lea/open', 'public', {}, forever)
    expect(hub.repositories.get('lea/open')).toMatchObject({ is_private: false })
    const full = portal.create?.('lea/closed', 'private', {}, forever)
    await expect(full).rejects.toMatchObject({ code: 'registry-private-quota', parts: { place: 'docker.io' } })
    await expect(portal.create?.('other/x', 'private', {}, forever)).rejects.toMatchObject({
      code: 'registry-namespace',
    })
    // What was made counts at once.
    expect(await standing(portal, 'acme/next', forever)).toMatchObject({ privates: { used: 2, limit: 5 } })
  })

  it('changes who sees a repository, and its texts; what is not given stays', async () => {
    const portal = await world.portals.portalOf(at)
    await portal.setVisibility?.('lea/secret', 'public', forever)
    expect(hub.repositories.get('lea/secret')?.is_private).toBe(false)
    await portal.describe?.('lea/shop', { readme: '# Shop' }, forever)
    expect(hub.repositories.get('lea/shop')).toMatchObject({ description: 'A shop', full_description: '# Shop' })
    expect(await portal.repository?.('lea/shop', forever)).toMatchObject({ readme: '# Shop' })
    const long = portal.describe?.('lea/shop', { description: 'x'.repeat(101) }, forever)
    await expect(long).rejects.toMatchObject({ code: 'registry-refused' })
  })

  it('removes one tag, and one that is gone already is as good', async () => {
    const shop = hub.repositories.get('lea/shop')
    shop?.tags.add('1.0').add('latest')
    const portal = await world.portals.portalOf(at)
    await portal.deleteTag?.('lea/shop', '1.0', forever)
    await portal.deleteTag?.('lea/shop', '1.0', forever)
    expect([...(shop?.tags ?? [])]).toEqual(['latest'])
  })

  it('knows an account that signs in with its e-mail address by its name', async () => {
    await world.signIn('docker.io', 'lea@example.com', PAT)
    const portal = await world.portals.portalOf({ host: 'docker.io', account: 'lea@example.com' })
    expect((await portal.namespaces?.(forever))?.[0]?.name).toBe('lea')
  })

  it('signs in anew when a token is over, and not for each question', async () => {
    const signIns = (): number => world.internet.asked.filter((line) => line.endsWith('/v2/auth/token')).length
    const portal = await world.portals.portalOf(at)
    await portal.repository?.('lea/a', forever)
    await portal.repository?.('lea/b', forever)
    expect(signIns()).toBe(1)
    hub.expire()
    await portal.namespaces?.(forever)
    expect(signIns()).toBe(2)
  })

  it('says that a password is not enough, and shows no secret', async () => {
    for (const [username, secret, code] of [
      ['max', 'max-password', 'registry-two-factor'],
      ['lea', 'wrong-password', 'registry-credentials'],
    ] as const) {
      await world.signIn('docker.io', username, secret)
      const portal = await world.portals.portalOf({ host: 'docker.io', account: username })
      const error: unknown = await portal.namespaces?.(forever).catch((given: unknown) => given)
      expect(error).toMatchObject({ code })
      expect(JSON.stringify(error)).not.toMatch(/2fa-secret|max-password|wrong-password/)
    }
  })

  it('tells nobody of public repositories only, and offers nothing', async () => {
    await world.registries.signOut('docker.io', 'lea')
    const portal = await world.portals.portalOf({ host: 'docker.io', account: 'lea' })
    expect(await events(portal)).toMatchObject([{ abilities: { list: false, create: [], visibility: false } }])
    expect(await standing(portal, 'lea/shop', forever)).toMatchObject({
      exists: true,
      visibility: 'public',
      namespace: 'unknown',
    })
    expect(await standing(portal, 'lea/secret', forever)).toMatchObject({ exists: 'unknown', visibility: 'public' })
  })

  it('is another one for another account, and forgets its tokens with the account', async () => {
    const portal = await world.portals.portalOf(at)
    expect(await world.portals.portalOf(at)).toBe(portal)
    await portal.namespaces?.(forever)
    await world.registries.signOut('docker.io', 'lea')
    const other = await world.portals.portalOf(at)
    expect(other).not.toBe(portal)
    expect(await other.repository?.('lea/secret', forever)).toBe('unknown')
  })
})
