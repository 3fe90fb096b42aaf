import { collect } from '../place/layout/library.ts'
import { archiveInto, layoutInto } from './layouts.ts'

/**
 * Something done to a layout in a process of its own, so that it can be killed and race others:
 * `copy FROM INTO NAME…`, `archive FILE INTO`, `collect LAYOUT` until its input ends, `die TYPE NUMBER FROM INTO NAME`
 * (kills itself at that report of that type).
 */

const NEVER = new AbortController().signal
const [what, ...args] = process.argv.slice(2)

async function collectOn(layout: string): Promise<void> {
  let ended = false
  process.stdin.on('end', () => {
    ended = true
  })
  process.stdin.resume()
  console.warn('collecting')
  while (!ended) await collect(layout, NEVER, 0)
}

async function die([type, number, from, to, name]: readonly string[]): Promise<void> {
  let seen = 0
  const report = (event: { readonly type: string }): void => {
    if (event.type === type && ++seen === Number(number)) process.kill(process.pid, 'SIGKILL')
  }
  await layoutInto(from ?? '', to ?? '', { report, names: [{ name: name ?? '' }] })
}

if (what === 'copy') {
  const [from, to, ...names] = args
  for (const name of names) await layoutInto(from ?? '', to ?? '', { names: [{ name }] })
} else if (what === 'archive') await archiveInto(args[0] ?? '', args[1] ?? '')
else if (what === 'collect') await collectOn(args[0] ?? '')
else await die(args)
