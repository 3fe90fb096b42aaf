import type { Language } from '../../shared/error-sentences.ts'

/** The language of the terminal. */
export function language(): Language {
  return (process.env['LC_ALL'] ?? process.env['LC_MESSAGES'] ?? process.env['LANG'] ?? '').startsWith('fr')
    ? 'fr'
    : 'en'
}
