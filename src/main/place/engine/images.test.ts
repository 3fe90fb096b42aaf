import { beforeAll, describe, expect, it } from 'vitest'
import { clientOf } from '../../testing/copies.ts'
import { type BuiltImage, buildImage, expected } from '../../testing/images.ts'
import { type SharedEngine, sharedEngine } from '../../testing/shared-engine.ts'
import type { EngineClient } from './client.ts'
import {
  giveName,
  imageDetails,
  imageFacts,
  listImages,
  planRemoval,
  removeImage,
  tagImage,
  untagImage,
} from './images.ts'

describe('the images of an engine', () => {
  let engine: SharedEngine
  let client: EngineClient
  let one: BuiltImage
  let two: BuiltImage
  let three: BuiltImage

  beforeAll(async () => {
    engine = await sharedEngine()
    client = await clientOf(engine)
    const made = async (version: string): Promise<BuiltImage> =>
      await buildImage(engine, {
        name: `ops/app:${version}`,
        layers: [{ files: { 'etc/version': version } }],
        env: { WORD: 'two words' },
        labels: { maker: 'tests' },
      })
    one = await made('1.0')
    two = await made('2.0')
    three = await made('3.0')
  })

  it('are listed with their names, the most telling first', async () => {
    engine.docker('tag', 'ops/app:1.0', 'ops/app:latest')
    const row = (await listImages(client)).find(({ id }) => id === one.id)
    expect(row?.names).toEqual(['ops/app:1.0', 'ops/app:latest'])
    engine.docker('rmi', 'ops/app:latest')
  })

  it('tell everything about themselves', async () => {
    const details = await imageDetails(client, one.id)
    expect(details).toMatchObject({
      configDigest: one.configDigest,
      labels: { maker: 'tests' },
      env: expect.arrayContaining(['WORD=two words']) as unknown,
    })
    expect(details.layers.map(({ diffId }) => diffId)).toEqual(one.diffIds)
    expect(details.layers.every(({ command }) => command?.includes('ADD'))).toBe(true)
    expect(details.history.filter(({ empty }) => !empty)).toHaveLength(one.diffIds.length)
    expect(await imageFacts(client, [one.id, `sha256:${'0'.repeat(64)}`])).toEqual([
      { id: one.id, platform: one.platform, containers: [] },
    ])
  })

  it('take a name, and give up another image’s only as it was shown', async () => {
    await tagImage(client, { id: one.id, name: 'ops/app:next', expected: '' })
    await expect(tagImage(client, { id: two.id, name: 'ops/app:next', expected: '' })).rejects.toMatchObject({
      code: 'image-changed',
    })
    await tagImage(client, { id: two.id, name: 'ops/app:next', keepAs: 'ops/app:before', expected: one.id })
    expect(expected(engine, 'ops/app:next').id).toBe(two.id)
    expect(expected(engine, 'ops/app:before').id).toBe(one.id)
    await expect(tagImage(client, { id: two.id, name: 'Not A Name', expected: '' })).rejects.toMatchObject({
      code: 'name-invalid',
    })
    engine.docker('rmi', 'ops/app:before', 'ops/app:next')
  })

  it('never lose a dated name to the next image that gets one in the same minute', async () => {
    engine.docker('tag', one.id, 'ops/app:moving')
    const dated = 'ops/app:moving-20261120-1430'
    expect(await giveName(client, two.id, 'ops/app:moving', dated)).toMatchObject({ former: one.id, keptAs: dated })
    expect(await giveName(client, three.id, 'ops/app:moving', dated)).toMatchObject({
      former: two.id,
      keptAs: `${dated}-2`,
    })
    expect([dated, `${dated}-2`, 'ops/app:moving'].map((name) => expected(engine, name).id)).toEqual([
      one.id,
      two.id,
      three.id,
    ])
    engine.docker('rmi', dated, `${dated}-2`, 'ops/app:moving')
  })

  it('lose a name, never their last one', async () => {
    engine.docker('tag', one.id, 'ops/app:extra')
    await untagImage(client, one.id, 'ops/app:extra')
    expect(expected(engine, one.id).names).toEqual(['ops/app:1.0'])
    await expect(untagImage(client, one.id, 'ops/app:1.0')).rejects.toMatchObject({ code: 'image-changed' })
    await expect(untagImage(client, one.id, 'ops/app:2.0')).rejects.toMatchObject({ code: 'image-changed' })
  })

  it('say what removing them would do, and do that', async () => {
    engine.docker('tag', three.id, 'elsewhere/app:3')
    const container = engine.docker('create', '--network', 'none', '--name', 'ops-user', two.id)
    const plan = await planRemoval(client, [two.id, three.id])
    expect(plan.images).toMatchObject([
      { id: two.id, outcome: 'in-use', containers: ['ops-user'] },
      { id: three.id, outcome: 'remove', names: ['elsewhere/app:3', 'ops/app:3.0'] },
    ])
    // Its own layer is a few bytes; the layer it shares with the others stays.
    expect(plan).toMatchObject({ exact: true, space: 3 })
    await expect(removeImage(client, two.id)).rejects.toMatchObject({ code: 'image-in-use' })
    expect(expected(engine, 'ops/app:2.0').id).toBe(two.id)
    await removeImage(client, three.id)
    await expect(imageDetails(client, three.id)).rejects.toMatchObject({ code: 'image-missing' })
    engine.docker('rm', container)
  })
})
