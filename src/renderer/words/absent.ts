import type { Absent } from '../../shared/contract.ts'
import { platformCode, platformOf, platformWords } from './platform.ts'
import type { Words } from './use-words.ts'

const NAMED = 3

/** `64-bit ARM (linux/arm64)`. */
export function namedPlatform(code: string, { t }: Words): string {
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
  key: 'absent.save' | 'absent.saved' | 'absent.loaded' | 'absent.copy' | 'absent.copied',
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
      platforms: words.list(codes.split(' ').map((code) => namedPlatform(code, words))),
    }),
  )
}
