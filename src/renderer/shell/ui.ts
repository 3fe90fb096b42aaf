import { create } from 'zustand'

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
  /** Said by the live region; a new object each time, so that the same words can be said twice. */
  said: { readonly text: string }
}

export const useUi = create<Ui>(() => ({ search: '', sheet: undefined, said: { text: '' } }))

export function openSheet(sheet: Sheet): void {
  useUi.setState({ sheet })
}

export function closeSheet(): void {
  useUi.setState({ sheet: undefined })
}

/** Has the live region say something, once. */
export function announce(text: string): void {
  useUi.setState({ said: { text } })
}
