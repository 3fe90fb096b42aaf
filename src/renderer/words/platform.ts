import type { Platform } from '../../shared/contract.ts'
import type { Translate } from './use-words.ts'

function architecture({ architecture, variant }: Platform, t: Translate): string | undefined {
  switch (architecture) {
    case 'amd64':
      return t('platform.amd64')
    case 'arm64':
      return t('platform.arm64')
    case '386':
      return t('platform.i386')
    case 'arm':
      return t('platform.arm', { variant: variant ?? 'v7' })
    default:
      return undefined
  }
}

/** `linux/arm/v7`, as docker writes it. */
export function platformCode({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/')
}

/** `linux/arm/v7` read back. */
export function platformOf(code: string): Platform {
  const [os = '', architecture = '', variant] = code.split('/')
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

/** The computer an image is for, in words; docker's own where there are none. */
export function platformWords(platform: Platform, t: Translate): string {
  const machine = architecture(platform, t)
  if (!machine) return platformCode(platform)
  return platform.os === 'linux' ? machine : `${platform.os === 'windows' ? 'Windows' : platform.os}, ${machine}`
}

/** Whether an engine of this platform would choose the image; a missing variant fits any. */
export function fitsPlatform(image: Platform, engine: Platform): boolean {
  return (
    image.os === engine.os &&
    image.architecture === engine.architecture &&
    (!image.variant || !engine.variant || image.variant === engine.variant)
  )
}
