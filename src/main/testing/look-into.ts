import { readFileSync, writeFileSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { checkArchive, openArchive } from '../place/archive/open.ts'

/**
 * Looks into files and checks them, one after the other, in a process of its own, so that its memory can be measured:
 * `node --expose-gc look-into.ts FILE…`. A line of JSON a file.
 */

export interface Looked {
  readonly path: string
  /** An error's code, or what checking said. */
  readonly outcome: string
  readonly kind?: string
  readonly images: number
  readonly names: readonly string[]
  /** Codes of the problems that checking found. */
  readonly problems: readonly string[]
  /** All that a person would read of it. */
  readonly said: string
  readonly seconds: number
  /** Of the whole process while it was at this file, in MiB. */
  readonly peak: number
}

const NEVER = new AbortController().signal

/** Largest resident set since `forgetPeak`, in MiB; proc(5). */
function peak(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN) / 1024
}

function forgetPeak(): void {
  ;(globalThis as { gc?: () => void }).gc?.()
  writeFileSync('/proc/self/clear_refs', '5')
}

async function look(path: string): Promise<Omit<Looked, 'seconds' | 'peak' | 'path'>> {
  try {
    const { checked, problems, contents } = await checkArchive(await openArchive(path, NEVER), NEVER)
    const names = contents.images.flatMap(({ image }) => image.names)
    const outcome = contents.format === 'rootfs' ? 'rootfs' : checked
    const said = JSON.stringify(problems)
    return {
      outcome,
      images: contents.images.length,
      names: names.slice(0, 20),
      problems: problems.map(({ code }) => code).slice(0, 20),
      said: said.slice(0, 5000),
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { kind } = error.parts
    return {
      outcome: error.code,
      ...(typeof kind === 'string' ? { kind } : {}),
      images: 0,
      names: [],
      problems: [],
      said: JSON.stringify(error.parts),
    }
  }
}

if (import.meta.main) {
  for (const path of process.argv.slice(2)) {
    forgetPeak()
    const start = performance.now()
    const looked = await look(path)
    const seconds = (performance.now() - start) / 1000
    process.stdout.write(`${JSON.stringify({ path, ...looked, seconds, peak: peak() } satisfies Looked)}\n`)
  }
}
