import type { Absent, Platform } from '../../shared/contract.ts'
import { platformCode, platformWords } from './platform.ts'
import type { Words } from './use-words.ts'

const NAMED = 3

function platformOf(code: string): Platform {
  const [os = '', architecture = '', variant] = code.split('/')
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

function named(code: string, { t }: Words): string {
  const platform = platformOf(code)
  const words = platformWords(platform, t)
  return words === platformCode(platform) ? words : `${words} (${code})`
}

function names(all: readonly string[], { t, list }: Words): string {
  const more = all.length - NAMED
  return list([...all.slice(0, NAMED), ...(more > 0 ? [t('absent.more', { count: more })] : [])])
}

/** Parts of images that a copy lacks, a sentence for each set of platforms. */
export function absentWords(
  absent: readonly Absent[],
  key: 'absent.save' | 'absent.saved' | 'absent.loaded',
  words: Words,
): string[] {
  const platforms = Map.groupBy(absent, ({ name }) => name)
  const sets = Map.groupBy(platforms, ([, parts]) => [...new Set(parts.map(({ platform }) => platform))].join(' '))
  return [...sets].map(([codes, images]) =>
    words.t(key, {
      names: names(
        images.map(([name]) => name),
        words,
      ),
      platforms: words.list(codes.split(' ').map((code) => named(code, words))),
    }),
  )
}
