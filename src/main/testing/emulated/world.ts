import { join } from 'node:path'
import type { RegistryKind } from '../../../shared/registry-kinds.ts'
import { Keychain } from '../../accounts/keychain.ts'
import { Portals } from '../../portal/portals.ts'
import { Registries } from '../../registries.ts'
import { State } from '../../state.ts'
import { Internet } from '../internet.ts'
import { removeDir, tempDir } from '../temp.ts'

/** Accounts in a small internet, without a keychain: secrets last as long as this does. */
export class AccountsWorld {
  readonly internet: Internet
  readonly registries: Registries
  readonly portals: Portals
  readonly #dir = tempDir()
  readonly #state: State
  readonly #leave: () => void

  private constructor(internet: Internet) {
    this.internet = internet
    this.#leave = internet.enter()
    this.#state = new State(join(this.#dir, 'state.db'))
    this.registries = new Registries(this.#state, new Keychain(0))
    this.portals = new Portals(this.registries)
  }

  static async start(): Promise<AccountsWorld> {
    return new AccountsWorld(await Internet.start())
  }

  async signIn(host: string, username: string, secret: string, kind?: RegistryKind): Promise<void> {
    await this.registries.keep({ host, plain: false, ...(kind === undefined ? {} : { kind }) })
    await this.registries.signIn({ host, name: username, signIn: { type: 'password', username } }, secret)
  }

  async close(): Promise<void> {
    await this.portals.close()
    await this.registries.close()
    this.#state.close()
    this.#leave()
    await this.internet.close()
    removeDir(this.#dir)
  }
}
