import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Comparison, PlaceRef, Spot } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { usePlaceName } from '../places/place-names.ts'
import { Copyable } from '../shell/copyable.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { shortId } from '../words/format.ts'
import { platformOf, platformWords } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'

type Side = Comparison['left']

function Layers({ side, heading }: { side: Side; heading: string }) {
  const { t, size } = useWords()
  return (
    <section>
      <h4>{heading}</h4>
      <ol className="compare-layers" aria-label={heading}>
        {side.layers.map((layer, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same layer may be there twice; its place is what names it.
          <li key={index} className={layer.shared ? 'compare-shared' : 'compare-own'}>
            <code>{shortId(layer.diffId ?? '')}</code>
            <span>{layer.size === undefined ? t('details.unknownSize') : size(layer.size)}</span>
            <span className="small">{t(layer.shared ? 'compare.shared' : 'compare.own')}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Sides({ comparison, places }: { comparison: Comparison; places: readonly [PlaceRef, PlaceRef] }) {
  const { t, size, date } = useWords()
  const nameOf = usePlaceName()
  const { left, right } = comparison
  const title = ({ names, digest, configDigest }: Side): string => names[0] ?? shortId(digest ?? configDigest ?? '')
  const digest = (what: string, value: string | undefined) =>
    value === undefined ? <span className="muted">{t('compare.unknown')}</span> : <Copyable what={what} value={value} />
  const rows = [
    [t('compare.place'), nameOf(places[0]), nameOf(places[1])],
    [
      t('details.platform'),
      ...[left, right].map(({ platform }) => (platform === '' ? '' : platformWords(platformOf(platform), t))),
    ],
    [t('details.created'), ...[left, right].map(({ created }) => (created > 0 ? date(created) : t('images.noDate')))],
    [t('details.size'), size(left.size), size(right.size)],
    [t('compare.config'), ...[left, right].map((side) => digest(t('compare.config'), side.configDigest))],
    [t('compare.manifest'), ...[left, right].map((side) => digest(t('compare.manifest'), side.digest))],
  ]
  return (
    <>
      <table className="compare">
        <thead>
          <tr>
            <td />
            <th scope="col">{title(left)}</th>
            <th scope="col">{title(right)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, one, other]) => (
            <tr key={String(label)}>
              <th scope="row">{label}</th>
              <td>{one}</td>
              <td>{other}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{t('compare.layers')}</h3>
      <div className="fields-two">
        <Layers side={left} heading={title(left)} />
        <Layers side={right} heading={title(right)} />
      </div>
    </>
  )
}

interface CompareSheetProps {
  left: Spot
  right: Spot
  onClose: () => void
}

/** Two images of any places side by side: the same or not, in words first. */
export function CompareSheet({ left, right, onClose }: CompareSheetProps) {
  const { t, size } = useWords()
  const { queries } = useApi()
  const compared = useQuery(queries.compare.queryOptions({ input: { left, right }, staleTime: 0, gcTime: 0 }))
  const shared = compared.data?.left.layers.filter((layer) => layer.shared) ?? []
  const bytes = shared.reduce((sum, layer) => sum + (layer.size ?? 0), 0)
  return (
    <SheetFrame
      wide
      reading
      title={t('compare.title')}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      {compared.isPending && <Skeleton height={200} aria-label={t('common.loading')} />}
      {compared.error && <FailureNotice error={asFailure(compared.error)} onRetry={() => void compared.refetch()} />}
      {compared.data && (
        <>
          <p className="summary">
            <strong>{t(`compare.same.${compared.data.same}`)}</strong>{' '}
            {compared.data.same !== 'manifest' &&
              (shared.length > 0
                ? t('compare.sharedLayers', { count: shared.length, size: size(bytes) })
                : t('compare.noShared'))}
          </p>
          <Sides comparison={compared.data} places={[left.place, right.place]} />
        </>
      )}
    </SheetFrame>
  )
}
