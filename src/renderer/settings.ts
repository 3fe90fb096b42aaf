import { create } from 'zustand'
import type { Language } from './words/words.ts'

export type LanguageChoice = Language | 'system'
export type ThemeChoice = 'light' | 'dark' | 'system'

interface Settings {
  language: LanguageChoice
  theme: ThemeChoice
}

const KEY = 'caboteur.settings'

function forced(name: string): string | null {
  return new URLSearchParams(location.search).get(name)
}

function languageFrom(value: unknown): LanguageChoice {
  return value === 'fr' || value === 'en' ? value : 'system'
}

function themeFrom(value: unknown): ThemeChoice {
  return value === 'light' || value === 'dark' ? value : 'system'
}

function stored(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** What the person chose, kept in this browser or window; `?lang=` and `?theme=` in the address go before it. */
export const useSettings = create<Settings>(() => {
  const kept = stored()
  return {
    language: languageFrom(forced('lang') ?? kept['language']),
    theme: themeFrom(forced('theme') ?? kept['theme']),
  }
})

export function choose(change: Partial<Settings>): void {
  useSettings.setState(change)
  try {
    localStorage.setItem(KEY, JSON.stringify(useSettings.getState()))
  } catch {
    // Storage may be switched off; the choice then lasts until the window closes.
  }
}

/** The language to show: the chosen one, else the system's. */
export function languageOf(choice: LanguageChoice): Language {
  if (choice !== 'system') return choice
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en'
}
