import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Formats, formats } from './format.ts'
import type { Language } from './words.ts'

export type Translate = TFunction<'translation'>

export interface Words extends Formats {
  readonly t: Translate
  readonly language: Language
}

/** The words and formats of the language on screen. */
export function useWords(): Words {
  const { t, i18n } = useTranslation()
  const language = i18n.language === 'fr' ? 'fr' : 'en'
  return useMemo(() => ({ t, language, ...formats(language) }), [t, language])
}
