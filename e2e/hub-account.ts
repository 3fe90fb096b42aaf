import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Keychain } from '../src/main/accounts/keychain.ts'
import { Registries } from '../src/main/registries.ts'
import { State } from '../src/main/state.ts'
import { EmulatedHub } from '../src/main/testing/emulated/hub.ts'
import { EmulatedHubWeb } from '../src/main/testing/emulated/hub-web.ts'
import { jsonListener } from '../src/main/testing/emulated/json-routes.ts'
import { Internet } from '../src/main/testing/internet.ts'
import { test } from './fixtures.ts'
import { stateFolder } from './hosts/headless.ts'

const PAT = 'dckr_pat_lea_0123456789'

/** An internet with Docker Hub in it: its web, and a registry that has no image yet. */
export interface HubWorld {
  readonly internet: Internet
  readonly hub: EmulatedHubWeb
}

async function hubWorld(): Promise<HubWorld> {
  const internet = await Internet.start()
  const hub = new EmulatedHubWeb({
    users: { lea: { password: PAT, orgs: ['acme'], privates: 1 } },
    orgs: { acme: { privates: 5 } },
  })
  internet.host('hub.docker.com', hub.listener)
  internet.host(
    'registry-1.docker.io',
    jsonListener([
      ['GET', /^\/v2\/$/, () => ({ value: {} })],
      ['GET', /^\/v2\/(.+)\/tags\/list$/, ({ parts: [name = ''] }) => ({ value: { name, tags: null } })],
    ]),
  )
  return { internet, hub }
}

/** A home whose docker is signed in to Docker Hub, and whose app has Docker Hub among its places. */
export async function signedInToHub(home: string, username = 'lea', token = PAT): Promise<void> {
  mkdirSync(join(home, '.docker'), { recursive: true })
  const auth = Buffer.from(`${username}:${token}`).toString('base64')
  writeFileSync(
    join(home, '.docker', 'config.json'),
    JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }),
  )
  mkdirSync(stateFolder(home), { recursive: true, mode: 0o700 })
  const state = new State(join(stateFolder(home), 'state.db'))
  const registries = new Registries(state, new Keychain(0))
  await registries.keep({ host: 'docker.io', plain: false })
  await registries.signIn({ host: 'docker.io', name: username, signIn: { type: 'docker', username } }, undefined)
  state.close()
}

/** A test whose app knows Docker Hub and is signed in there, without Docker. */
export const hubTest = test.extend<{ world: HubWorld }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  world: async ({}, use) => {
    const world = await hubWorld()
    await use(world)
    await world.internet.close()
  },
  environment: async ({ world, home }, use) => {
    await signedInToHub(home)
    await use(world.internet.env)
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  dockerHost: async ({}, use) => await use('unix:///nowhere/docker.sock'),
})

/** A test in an internet with the whole of Docker Hub, its registry too, where nobody has published anything. */
export const emptyHubTest = test.extend<{ internet: Internet; hub: EmulatedHub }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright insists on the object pattern.
  internet: async ({}, use) => {
    const internet = await Internet.start()
    await use(internet)
    await internet.close()
  },
  hub: async ({ internet }, use) => {
    const hub = await EmulatedHub.start(internet)
    await use(hub)
    await hub.close()
  },
  environment: async ({ internet }, use) => await use(internet.env),
})
