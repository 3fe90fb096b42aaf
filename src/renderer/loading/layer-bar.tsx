import { useWords, type Words } from '../words/use-words.ts'
import type { PlannedImage } from './load-choices.ts'

interface Weight {
  readonly total: number
  readonly move: number
}

export function weigh({ layers }: Pick<PlannedImage, 'layers'>): Weight {
  const sum = (sizes: readonly (number | undefined)[]): number =>
    sizes.reduce<number>((total, size) => total + (size ?? 0), 0)
  return {
    total: sum(layers.map(({ size }) => size)),
    move: sum(layers.filter(({ move }) => move).map(({ size }) => size)),
  }
}

/** What loading an image would copy, in one line. */
export function weightWords(planned: PlannedImage, exact: boolean, { t, size }: Words): string {
  const names = planned.names.some(({ same }) => !same)
  if (planned.present) return names ? t('load.onlyNames') : t('load.same')
  const { total, move } = weigh(planned)
  const parts = { size: size(total), move: size(move) }
  if (move === 0) return t('load.nothingToMove', parts)
  const text =
    move === total ? t('load.allToMove', parts) : t(move * 3 < total ? 'load.mostThere' : 'load.someToMove', parts)
  return exact ? text : t('load.atMost', { text })
}

/** The layers of an image, each as wide as it is large: grey is there already, blue will be copied. */
export function LayerBar({ planned }: { planned: PlannedImage }) {
  const { t, size } = useWords()
  const { total, move } = weigh(planned)
  if (total === 0) return null
  return (
    <div
      className="layer-bar"
      role="img"
      aria-label={t('load.sizeOfPart', { there: size(total - move), move: size(move) })}
    >
      {planned.layers.map((layer, index) =>
        layer.size ? (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: the same layer may be there twice; its place is what names it.
            key={index}
            className={layer.move ? 'layer-move' : 'layer-there'}
            style={{ flexGrow: layer.size }}
          />
        ) : null,
      )}
    </div>
  )
}
