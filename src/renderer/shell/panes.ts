const PANES = ['places', 'images', 'transfers'] as const

function paneElement(name: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-pane="${name}"]`)
}

function stopIn(pane: HTMLElement): HTMLElement | null {
  return (
    pane.querySelector<HTMLElement>('tr[tabindex="0"]') ??
    pane.querySelector<HTMLElement>('button:not([tabindex="-1"]):not([disabled]), [tabindex="0"]')
  )
}

/** Moves the focus to a pane's own tab stop; false when it has none. */
export function focusPane(name: (typeof PANES)[number]): boolean {
  const pane = paneElement(name)
  const stop = pane && stopIn(pane)
  stop?.focus()
  return Boolean(stop)
}

/** F6 and Shift+F6: from places to images to transfers and round again, to each pane's own tab stop. */
export function focusNextPane(backwards: boolean): void {
  const at = PANES.findIndex((name) => paneElement(name)?.contains(document.activeElement))
  const step = backwards ? PANES.length - 1 : 1
  for (let tried = 1; tried <= PANES.length; tried += 1) {
    const name = PANES[(Math.max(at, backwards ? 0 : -1) + step * tried + PANES.length) % PANES.length]
    if (name !== undefined && focusPane(name)) return
  }
}
