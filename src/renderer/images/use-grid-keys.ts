import type { KeyboardEvent } from 'react'

/** A line of a grid; those of the kind `group` are passed over. */
export interface GridLine {
  readonly kind: string
}

const PAGE = 10
export const HEADER = -1

export interface GridMoves {
  /** Index of the active line; HEADER for the column headers. */
  active: number
  lines: readonly GridLine[]
  move: (index: number) => void
  toggle: (index: number) => void
  chooseAll: () => void
  details: (index: number) => void
  menu: (index: number) => void
  remove: (index: number) => void
}

function stopsOf(lines: readonly GridLine[]): number[] {
  return lines.flatMap((line, index) => (line.kind === 'group' ? [] : [index]))
}

/** Where a key leads from the active line: another image, or the headers above the first. */
export function targetOf(key: string, active: number, lines: readonly GridLine[]): number | undefined {
  const indexes = stopsOf(lines)
  const last = indexes.length - 1
  const at = indexes.indexOf(active)
  const to = (position: number): number | undefined => indexes[Math.min(last, Math.max(0, position))]
  switch (key) {
    case 'ArrowDown':
      return to(at + 1)
    case 'ArrowUp':
      return at <= 0 ? HEADER : to(at - 1)
    case 'PageDown':
      return to(at + PAGE)
    case 'PageUp':
      return to(at - PAGE)
    case 'Home':
      return to(0)
    case 'End':
      return to(last)
    default:
      return undefined
  }
}

function controlsOf(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>('button, input')].filter((control) => !control.hasAttribute('disabled'))
}

/** Left and right walk through the controls of a row; left of the first is the row itself. */
function walk(row: HTMLElement, key: string): void {
  const stops = row.tabIndex === -1 && row.dataset['index'] === undefined ? controlsOf(row) : [row, ...controlsOf(row)]
  const at = stops.findIndex((stop) => stop.matches(':focus'))
  stops[Math.min(stops.length - 1, Math.max(0, at + (key === 'ArrowRight' ? 1 : -1)))]?.focus()
}

function onRow(event: KeyboardEvent, moves: GridMoves): boolean {
  switch (event.key) {
    case ' ':
      moves.toggle(moves.active)
      return true
    case 'Enter':
      moves.details(moves.active)
      return true
    case 'Delete':
      moves.remove(moves.active)
      return true
    default:
      return false
  }
}

function asksForMenu(event: KeyboardEvent): boolean {
  return event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)
}

/** The keys of the grid; returns whether the key was one of them. */
export function handleGridKey(event: KeyboardEvent, moves: GridMoves): boolean {
  const target = event.target as HTMLElement
  const row = target.closest('tr')
  if (!row || target.closest('form')) return false
  if (asksForMenu(event)) {
    if (moves.active !== HEADER) moves.menu(moves.active)
    return true
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
    moves.chooseAll()
    return true
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
    walk(row, event.key)
    return true
  }
  const next = targetOf(event.key, moves.active, moves.lines)
  if (next !== undefined) {
    moves.move(next)
    return true
  }
  return target === row && moves.active !== HEADER && onRow(event, moves)
}
