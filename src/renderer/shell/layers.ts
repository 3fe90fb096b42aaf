import { useEffect, useId, useState } from 'react'
import { create } from 'zustand'
import { focusPane } from './panes.ts'

const useLayers = create<{ open: readonly string[] }>(() => ({ open: [] }))

function giveBack(element: Element | null): void {
  // Another sheet may have taken its place meanwhile: the focus is that one's then.
  if (useLayers.getState().open.length > 0 && !element?.closest('[role="dialog"]')) return
  if (element instanceof HTMLElement && element.isConnected && element !== document.body) element.focus()
  else focusPane('images')
}

/**
 * A sheet among those that lie over each other. True for the one in front: only that one closes on Escape.
 * When it goes, the focus goes back to where it was, or to the images when that is gone too.
 */
export function useLayer(): boolean {
  const id = useId()
  const [before] = useState(() => document.activeElement)
  useEffect(() => {
    useLayers.setState(({ open }) => ({ open: [...open, id] }))
    return () => {
      useLayers.setState(({ open }) => ({ open: open.filter((other) => other !== id) }))
      // After the focus trap of the sheet has let go.
      setTimeout(() => giveBack(before))
    }
  }, [id, before])
  return useLayers(({ open }) => open.at(-1) === id)
}
