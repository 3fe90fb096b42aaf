import { create } from 'zustand'
import type { ErrorData } from '../../shared/errors.ts'
import { asFailure } from '../errors/failure.ts'

export type Sheet =
  | { readonly type: 'details'; readonly engine: string; readonly id: string }
  | { readonly type: 'save'; readonly engine: string; readonly ids: readonly string[] }
  | { readonly type: 'removal'; readonly engine: string; readonly ids: readonly string[] }
  | { readonly type: 'last-name'; readonly engine: string; readonly id: string }
  | { readonly type: 'choose-files' }
  | { readonly type: 'help' }

interface Ui {
  search: string
  sheet: Sheet | undefined
  /** The last failure of something done on the page itself, until put away. */
  failure: ErrorData | undefined
  /** Said by the live region; a new object each time, so that the same words can be said twice. */
  said: { readonly text: string }
}

export const useUi = create<Ui>(() => ({ search: '', sheet: undefined, failure: undefined, said: { text: '' } }))

export function openSheet(sheet: Sheet): void {
  useUi.setState({ sheet })
}

export function closeSheet(): void {
  useUi.setState({ sheet: undefined })
}

/** Shows a failure on the page; for actions that have no sheet of their own to say it in. */
export function tellFailure(error: unknown): void {
  useUi.setState({ failure: asFailure(error) })
}

export function dismissFailure(): void {
  useUi.setState({ failure: undefined })
}

/** Has the live region say something, once. */
export function announce(text: string): void {
  useUi.setState({ said: { text } })
}
