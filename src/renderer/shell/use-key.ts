import { useEffect, useRef } from 'react'

/** Listens to one key on the whole window; Cmd counts as Ctrl. */
export function useKey(key: string, { ctrl = false }: { ctrl?: boolean }, act: (event: KeyboardEvent) => void): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== key.toLowerCase() || (event.ctrlKey || event.metaKey) !== ctrl) return
      event.preventDefault()
      latest.current(event)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [key, ctrl])
}
