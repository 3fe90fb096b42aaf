import type { KeyboardEvent } from 'react'

const STEPS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
}

/** The nearest card in a row below or above; the next in order where cards stand one below the other. */
function inNextRow(cards: readonly HTMLElement[], at: number, down: number): HTMLElement | undefined {
  const from = cards[at]
  if (!from) return undefined
  const further = down > 0 ? cards.slice(at + 1) : cards.slice(0, at).toReversed()
  const row = further.find(({ offsetTop }) => offsetTop !== from.offsetTop)
  if (!row) return from.offsetTop === 0 ? further[0] : undefined
  const inRow = further.filter(({ offsetTop }) => offsetTop === row.offsetTop)
  return inRow.toSorted(
    (left, right) => Math.abs(left.offsetLeft - from.offsetLeft) - Math.abs(right.offsetLeft - from.offsetLeft),
  )[0]
}

/** Arrow keys go from card to card of a list whose only tab stop is one of them. */
export function moveAmongCards(event: KeyboardEvent<HTMLElement>): void {
  const [across, down] = STEPS[event.key] ?? []
  if (across === undefined || down === undefined) return
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
  const at = cards.indexOf(event.target as HTMLElement)
  const next = down === 0 ? cards[at + across] : inNextRow(cards, at, down)
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
}
