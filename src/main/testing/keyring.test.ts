import { expect, it } from 'vitest'
import { withKeyring } from './keyring.ts'

it('keytar, without its install script, keeps a secret in a real keyring and forgets it', () => {
  const printed = withKeyring(`
    import { createRequire } from 'node:module'
    const keytar = createRequire('${import.meta.url}')('keytar')
    await keytar.setPassword('caboteur-test', 'registry.example', 'jeton é')
    const kept = await keytar.getPassword('caboteur-test', 'registry.example')
    const gone = await keytar.deletePassword('caboteur-test', 'registry.example')
    console.log(JSON.stringify([kept, gone, await keytar.getPassword('caboteur-test', 'registry.example')]))
  `)
  expect(JSON.parse(printed)).toEqual(['jeton é', true, null])
})
