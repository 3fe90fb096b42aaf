import { create } from 'zustand'
import type { BesideWish } from '../../shared/contract-delivery.ts'
import { DATE_FORMS, type DateForm } from './file-name.ts'

/** What goes beside files, and how the day stands in their names: as the person last chose, kept in this browser or window. */
export interface BesideChoice {
  readonly note: boolean
  /** Empty: the machine's own name. */
  readonly computer: string
  readonly scripts: boolean
  readonly inspection: boolean
  readonly sign: boolean
  readonly date: DateForm
}

const KEY = 'caboteur.beside'
const FIRST: BesideChoice = {
  note: true,
  computer: '',
  scripts: false,
  inspection: false,
  sign: false,
  date: 'dash',
}

function stored(): BesideChoice {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof BesideChoice, unknown>> | null
    const on = (name: 'note' | 'scripts' | 'inspection' | 'sign'): boolean =>
      typeof kept?.[name] === 'boolean' ? kept[name] : FIRST[name]
    return {
      note: on('note'),
      computer: typeof kept?.computer === 'string' ? kept.computer : '',
      scripts: on('scripts'),
      inspection: on('inspection'),
      sign: on('sign'),
      date: DATE_FORMS.find((form) => form === kept?.date) ?? FIRST.date,
    }
  } catch {
    return FIRST
  }
}

export const useBeside = create<BesideChoice>(stored)

export function chooseBeside(change: Partial<BesideChoice>): void {
  useBeside.setState(change)
  try {
    localStorage.setItem(KEY, JSON.stringify(useBeside.getState()))
  } catch {
    // Storage may be switched off; the choice then lasts until the window closes.
  }
}

/** The choice as a save carries it; undefined where nothing is wished for. */
export function besideWish(choice: BesideChoice, language: BesideWish['language']): BesideWish | undefined {
  const { note, scripts, inspection, sign } = choice
  if (!note && !scripts && !inspection) return undefined
  const computer = choice.computer.trim()
  return {
    language,
    note: note ? 'both' : 'none',
    ...(computer === '' ? {} : { computer }),
    scripts,
    inspection,
    sign: note && sign,
  }
}
