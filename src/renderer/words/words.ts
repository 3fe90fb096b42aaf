import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en.ts'
import { fr } from './fr.ts'

export type Language = 'fr' | 'en'

type Tree = { readonly [key: string]: string | Tree }

/** French puts a no-break space before high punctuation and inside guillemets; the sources are written with plain ones. */
export function typography<T extends Tree>(tree: T): T
export function typography(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      typeof value === 'string'
        ? value.replace(/ (?=[:;!?»])/g, '\u00a0').replace(/« /g, '«\u00a0')
        : typography(value),
    ]),
  )
}

/** Readies both languages; call once before rendering. */
export async function startWords(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { en: { translation: en }, fr: { translation: typography(fr) } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
}

export async function changeLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language)
}
