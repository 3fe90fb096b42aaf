import { Drawer, Skeleton, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ImageDetails, PlaceRef } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { AlsoIn } from '../finding/also-in.tsx'
import { FingerprintField } from '../finding/fingerprint-field.tsx'
import { Copyable } from '../shell/copyable.tsx'
import { useLayer } from '../shell/layers.ts'
import { shortId } from '../words/format.ts'
import { platformCode, platformWords } from '../words/platform.ts'
import { useWords } from '../words/use-words.ts'

type Fact = readonly [label: string, value: ReactNode]

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Codes({ values }: { values: readonly string[] }) {
  return (
    <ul className="codes">
      {values.map((value) => (
        <li key={value}>
          <code>{value}</code>
        </li>
      ))}
    </ul>
  )
}

function Layers({ layers }: { layers: ImageDetails['layers'] }) {
  const { t, size } = useWords()
  return (
    <section>
      <h3>{t('details.layers', { count: layers.length })}</h3>
      <ol className="layers">
        {layers.map((layer, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same layer may be there twice; its place is what names it.
          <li key={index}>
            <span className="layer-head">
              <span className="muted">{t('details.layer', { number: index + 1 })}</span>
              <span>{layer.size === undefined ? t('details.unknownSize') : size(layer.size)}</span>
            </span>
            <code>{layer.command ?? t('details.noStep')}</code>
            {layer.diffId && <Copyable what={t('details.layer', { number: index + 1 })} value={layer.diffId} />}
          </li>
        ))}
      </ol>
    </section>
  )
}

function History({ history }: { history: ImageDetails['history'] }) {
  const { t, size } = useWords()
  return (
    <details className="fold">
      <summary>{t('details.history')}</summary>
      <ol className="layers">
        {history.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no name of their own.
          <li key={index}>
            <code>{step.command || step.comment || t('details.noStep')}</code>
            <span className="muted small">
              {step.empty || step.size === undefined ? t('details.emptyStep') : size(step.size)}
            </span>
          </li>
        ))}
      </ol>
    </details>
  )
}

function Configuration({ details }: { details: ImageDetails }) {
  const { t } = useWords()
  const text = (values: readonly string[]): ReactNode =>
    values.length === 0 ? <span className="muted">{t('common.none')}</span> : <code>{values.join(' ')}</code>
  const labels = Object.entries(details.labels).map(([key, value]) => `${key}=${value}`)
  return (
    <section>
      <h3>{t('details.configuration')}</h3>
      <Facts
        facts={[
          [t('details.entrypoint'), text(details.entrypoint)],
          [t('details.command'), text(details.command)],
          [t('details.user'), text(details.user ? [details.user] : [])],
          [t('details.workingDir'), text(details.workingDir ? [details.workingDir] : [])],
          [t('details.ports'), text(details.ports)],
          [t('details.volumes'), text(details.volumes)],
        ]}
      />
      {details.env.length > 0 && (
        <>
          <h4>{t('details.env')}</h4>
          <Codes values={details.env} />
        </>
      )}
      {labels.length > 0 && (
        <>
          <h4>{t('details.labels')}</h4>
          <Codes values={labels} />
        </>
      )}
    </section>
  )
}

/** Everything known about an image, from an engine or from a file. */
export function DetailsBody({ details, place }: { details: ImageDetails; place: PlaceRef }) {
  const { t, size, date } = useWords()
  const containers = details.containers.map(
    ({ name, running }) => `${name} (${running ? t('details.running') : t('details.notRunning')})`,
  )
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          [
            t('details.names'),
            details.names.length === 0 ? (
              t('images.untagged')
            ) : (
              <span key="names" className="names">
                {details.names.map((name) => (
                  <span key={name} className="chip">
                    {name}
                  </span>
                ))}
              </span>
            ),
          ],
          [t('details.platform'), `${platformWords(details.platform, t)} (${platformCode(details.platform)})`],
          [t('details.created'), details.created > 0 ? date(details.created) : t('images.noDate')],
          [t('details.size'), size(details.size)],
          ...(details.author ? [[t('details.author'), details.author] as const] : []),
          ...(containers.length > 0 ? [[t('details.containers'), containers.join(', ')] as const] : []),
        ]}
      />
      <AlsoIn details={details} place={place} />
      <Layers layers={details.layers} />
      <Configuration details={details} />
      {details.history.length > 0 && <History history={details.history} />}
      <section>
        <h3>{t('details.ids')}</h3>
        <Facts
          facts={[
            [t('details.id'), <Copyable key="id" what={t('details.id')} value={details.id} />],
            ...(details.configDigest && details.configDigest !== details.id
              ? [
                  [
                    t('details.configDigest'),
                    <Copyable key="config" what={t('details.configDigest')} value={details.configDigest} />,
                  ] as const,
                ]
              : []),
          ]}
        />
        <FingerprintField details={details} />
      </section>
    </Stack>
  )
}

interface DetailsDrawerProps {
  place: PlaceRef
  id: string
  details: ImageDetails | undefined
  error: ErrorData | undefined
  onClose: () => void
}

export function DetailsDrawer({ place, id, details, error, onClose }: DetailsDrawerProps) {
  const { t } = useWords()
  const front = useLayer()
  return (
    <Drawer.Root
      opened
      closeOnEscape={front}
      position="right"
      size={560}
      onClose={onClose}
      classNames={{ content: 'sheet' }}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        <div className="sheet-head">
          <Drawer.Title className="sheet-title sheet-heading">
            {t('details.title', { image: details?.names[0] ?? shortId(id) })}
          </Drawer.Title>
          <Drawer.CloseButton aria-label={t('common.close')} />
        </div>
        <Drawer.Body className="sheet-body" tabIndex={0}>
          {error && <FailureNotice error={error} />}
          {!details && !error && (
            <Stack role="status" aria-label={t('common.loading')}>
              <Skeleton height={24} />
              <Skeleton height={24} />
              <Skeleton height={160} />
            </Stack>
          )}
          {details && <DetailsBody details={details} place={place} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
