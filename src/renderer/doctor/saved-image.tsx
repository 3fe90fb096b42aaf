import { Checkbox } from '@mantine/core'
import type { SavedImage, SavedLayer } from '../../shared/contract-doctor.ts'
import { shortId } from '../words/format.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import { useWords, type Words } from '../words/use-words.ts'

const PILLS: Record<SavedImage['state'], string> = {
  whole: 'pill pill-good',
  reparable: 'pill pill-warn',
  broken: 'pill pill-bad',
}

export function savedTitle({ names, id }: SavedImage): string {
  return names[0] ?? shortId(id)
}

function isGood({ state }: SavedLayer): boolean {
  return state === 'whole' || state === 'elsewhere' || state === 'unproven'
}

/** The layers, each as wide as it is large: what is there, and what is not. */
function StateBar({ layers }: Pick<SavedImage, 'layers'>) {
  const { t, size } = useWords()
  const sum = (some: readonly SavedLayer[]): number => some.reduce((total, layer) => total + (layer.size ?? 0), 0)
  if (sum(layers) === 0) return null
  const good = layers.filter(isGood)
  return (
    <div
      className="layer-bar"
      role="img"
      aria-label={t('doctor.bar', { good: size(sum(good)), bad: size(sum(layers) - sum(good)) })}
    >
      {layers.map((layer, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the same layer may be there twice; its place is what names it.
          key={index}
          className={isGood(layer) ? 'layer-good' : 'layer-bad'}
          style={{ flexGrow: layer.size ?? 1 }}
        />
      ))}
    </div>
  )
}

function layerWords(layer: SavedLayer, number: number, all: number, { t, size }: Words): string {
  const parts = {
    number,
    all,
    size: layer.size === undefined ? t('doctor.unknownSize') : size(layer.size),
    from: layer.from ?? '',
  }
  return layer.state === 'whole' ? t('doctor.layer.copy', parts) : t(`doctor.layer.${layer.state}`, parts)
}

/** Layers of which there is something to say: what is wrong, what it was made by. */
function LayerList({ layers }: Pick<SavedImage, 'layers'>) {
  const words = useWords()
  const { t } = words
  const told = layers
    .map((layer, index) => ({ layer, number: index + 1 }))
    .filter(({ layer }) => layer.state !== 'whole' || layer.from !== undefined)
  if (told.length === 0) return null
  return (
    <ul className="saved-layers">
      {told.map(({ layer, number }) => (
        <li key={number}>
          {layerWords(layer, number, layers.length, words)}
          {layer.command && (
            <span className="muted small">
              {t('doctor.madeBy')} <code>{layer.command}</code>
            </span>
          )}
          {!isGood(layer) && (layer.diffId ?? layer.digest) && (
            <span className="muted small">
              {t('doctor.fingerprint')} <code>{layer.diffId ?? layer.digest}</code>
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

interface SavedImageCardProps {
  image: SavedImage
  ticked: boolean
  onTick: (on: boolean) => void
}

/** One image of a damaged file: whether it can be had, what was made good, which of its layers are not there. */
export function SavedImageCard({ image, ticked, onTick }: SavedImageCardProps) {
  const words = useWords()
  const { t, size } = words
  const { names, state, rebuilt, layers } = image
  const title = savedTitle(image)
  const about = [platformWords(image.platform, t), size(image.size)].filter(Boolean).join(' · ')
  return (
    <li className={ticked ? 'card card-on' : 'card'} title={platformCode(image.platform)}>
      <Checkbox
        aria-label={t('doctor.take', { image: title })}
        disabled={state === 'broken'}
        checked={ticked}
        onChange={(event) => onTick(event.currentTarget.checked)}
      />
      <div className="card-body">
        <div className="card-names">
          <strong className="card-title">{names.length > 0 ? names.join(', ') : title}</strong>
          {names.length === 0 && <span className="muted">{t('doctor.unnamed')}</span>}
          <span className={PILLS[state]}>{t(`doctor.state.${state}`)}</span>
          <span className="muted small">{about}</span>
        </div>
        <StateBar layers={layers} />
        {rebuilt.map((what) => (
          <p key={what} className="small">
            {t(`doctor.rebuilt.${what}`)}
          </p>
        ))}
        <LayerList layers={layers} />
      </div>
    </li>
  )
}
