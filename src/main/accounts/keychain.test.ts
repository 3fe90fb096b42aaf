import { expect, it } from 'vitest'
import { withKeyring } from '../testing/keyring.ts'
import { Keychain } from './keychain.ts'

const module_ = new URL('./keychain.ts', import.meta.url).href

it('keeps, replaces and forgets secrets of any length in a real keyring, cut where Windows would not hold them whole', () => {
  const printed = withKeyring(`
    import { createRequire } from 'node:module'
    import { Keychain } from '${module_}'
    const keytar = createRequire('${module_}')('keytar')
    const count = async () => (await keytar.findCredentials('Caboteur')).length
    const said = []
    const long = 'é"\\\\ '.repeat(1500)
    said.push(await new Keychain().set('a', long), await count(), (await new Keychain().get('a')) === long)
    said.push(await new Keychain().set('a', 'short'), await count(), await new Keychain().get('a'))
    said.push(await new Keychain().set('b', 'caboteur-parts:9;x'), await new Keychain().get('b'))
    await new Keychain().delete('a')
    await new Keychain().delete('b')
    said.push((await new Keychain().get('a')) ?? 'none', await count())
    console.log(JSON.stringify(said))
  `)
  expect(JSON.parse(printed)).toEqual([true, 8, true, true, 1, 'short', true, 'caboteur-parts:9;x', 'none', 0])
})

it('keeps a secret for the run where no keychain takes it in time, and says so', async () => {
  const keychain = new Keychain(1)
  expect(await keychain.set('a', 'for this run')).toBe(false)
  expect(await keychain.get('a')).toBe('for this run')
  await keychain.delete('a')
  expect(await keychain.get('a')).toBeUndefined()
})
