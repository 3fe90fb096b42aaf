import type { PullLimit } from '../../shared/contract-get.ts'
import type { Allowance } from '../place/registry/allowance.ts'

interface Told {
  readonly host: string
  readonly account: string | undefined
  readonly limit: PullLimit
}

/** How much each registry last said that it still allows each account. Kept as long as the app runs. */
export class Limits {
  /** The newest last. */
  #told: readonly Told[] = []

  /** `at`: milliseconds since the epoch. */
  note(who: { readonly host: string; readonly account: string | undefined }, said: Allowance, at: number): void {
    const { limit, remaining, window, reset } = said
    const told = {
      ...who,
      limit: {
        limit,
        remaining,
        at,
        ...(window === undefined ? {} : { window }),
        ...(reset === undefined ? {} : { until: at + reset * 1000 }),
      },
    }
    this.#told = [...this.#told.filter((one) => one.host !== who.host || one.account !== who.account), told]
  }

  /** What was told last, as long as it may still be so. Without an account, whoever was asked for last. */
  of(host: string, account: string | undefined, now: number): PullLimit | undefined {
    const told = this.#told.findLast((one) => one.host === host && (account === undefined || one.account === account))
    if (!told) return undefined
    const { until, window, at } = told.limit
    const end = until ?? (window === undefined ? Number.POSITIVE_INFINITY : at + window * 1000)
    return end < now ? undefined : told.limit
  }
}
