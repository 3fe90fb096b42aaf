import { PRESETS, type Preset } from '../../shared/presets.ts'
import { hostTyped } from './address.ts'
import { loginLine } from './docker-login.ts'

/** What was typed into the first step: an address, with what a pasted command line says beside it. */
export interface Typed {
  readonly host: string
  readonly user?: string
  readonly secret?: string
}

/** The address that was typed or pasted; undefined for a name. */
export function typedAddress(text: string): Typed | undefined {
  const line = loginLine(text)
  if (line) {
    const { host, user, secret } = line
    return host === undefined
      ? undefined
      : { host, ...(user === undefined ? {} : { user }), ...(secret === undefined ? {} : { secret }) }
  }
  const host = hostTyped(text)
  return host === undefined ? undefined : { host }
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** The presets that a text may mean, by name, other names and what is said about them; all of them for none. */
export function presetsFor(text: string, wordsOf: (preset: Preset) => string): readonly Preset[] {
  const parts = plain(text).split(/\s+/).filter(Boolean)
  return PRESETS.filter((preset) => {
    const all = plain([preset.name, ...preset.also, wordsOf(preset)].join(' '))
    return parts.every((part) => all.includes(part))
  })
}
