import { en } from '../src/renderer/words/en.ts'
import { fr } from '../src/renderer/words/fr.ts'
import { type Language, typography } from '../src/renderer/words/words.ts'

type Plain<T> = { readonly [K in keyof T]: T[K] extends string ? string : Plain<T[K]> }

/** The words on screen, so that flows press the same buttons in both languages. */
export type Words = Plain<typeof en>
export type { Language }

export const WORDS: Readonly<Record<Language, Words>> = { en, fr: typography(fr) }

/** A sentence with its gaps filled; a count needs no format below a thousand. */
export function fill(text: string, parts: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{\{(\w+)[^}]*\}\}/g, (_, part: string) => String(parts[part] ?? ''))
}
