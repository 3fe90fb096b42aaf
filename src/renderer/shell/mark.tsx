const PATHS = {
  cross: 'M18 6 6 18M6 6l12 12',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
} as const

/** A small sign of a row; its strokes are in the style sheet, so that drawing it is cheap. */
export function Mark({ sign }: { sign: keyof typeof PATHS }) {
  return (
    <svg className={`mark mark-${sign}`} viewBox="0 0 24 24" aria-hidden>
      <path d={PATHS[sign]} />
    </svg>
  )
}
