import { Button, NativeSelect, Skeleton } from '@mantine/core'
import { skipToken, useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { EngineInfo } from '../../shared/contract.ts'
import type { OwnImage } from '../../shared/contract-own.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { askForFiles } from '../files/ask-files.ts'
import { useApi, useHost } from '../host.tsx'
import { engineTitle, isReady, useEngines } from '../places/engines.ts'
import { showPlace } from '../places/other-places.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { OwnFields } from './own-fields.tsx'
import { begun, formOf, type OwnTyped, problemOf } from './own-form.ts'

/** Images come and go by other hands: a load from a file, a copy. Milliseconds. */
const AGAIN = 2000

interface NoImageProps {
  engine: string
  /** The Library's, where it has one. */
  kept: OwnImage | undefined
}

/** The image that is needed is not there: the ways to it. */
function NoImage({ engine, kept }: NoImageProps) {
  const { t } = useWords()
  const { client, queries } = useApi()
  const host = useHost()
  const copy = useMutation(queries.copies.start.mutationOptions())
  return (
    <div className="notice notice-plain">
      <div className="notice-body">
        <p>
          <strong>{t('own.imageNone')}</strong>
        </p>
        <p>{t('own.imageHint')}</p>
        <div className="kept-buttons">
          {kept && (
            <Button
              loading={copy.isPending}
              onClick={() =>
                copy.mutate({
                  from: kept.place,
                  to: { type: 'engine', engine },
                  images: [{ id: kept.id, names: kept.names.map((name) => ({ name })) }],
                })
              }
            >
              {t('own.imageLibrary')}
            </Button>
          )}
          <Button variant="default" onClick={() => askForFiles(client, host)}>
            {t('own.imageFile')}
          </Button>
        </div>
        {copy.error && <FailureNotice error={asFailure(copy.error)} />}
      </div>
    </div>
  )
}

interface StepsProps {
  engines: readonly EngineInfo[]
  onClose: () => void
}

function Steps({ engines, onClose }: StepsProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const id = useId()
  const [engine, setEngine] = useState(engines[0]?.id ?? '')
  const [changed, setChanged] = useState<OwnTyped>()
  const [chosen, setChosen] = useState<string>()
  const [corrected, setCorrected] = useState(false)
  const suggested = useQuery(queries.own.suggest.queryOptions({ input: { engine }, staleTime: 60_000 }))
  const images = useQuery(queries.own.images.queryOptions({ input: { engine }, refetchInterval: AGAIN }))
  const listed = useQuery(queries.own.list.queryOptions({ input: { engine } }))
  const here = images.data?.filter(({ place }) => place.type === 'engine') ?? []
  const image = here.find((one) => one.id === chosen) ?? here[0]
  const typed = changed ?? (suggested.data && begun(suggested.data.port, suggested.data.addresses))
  const problem = typed && corrected ? problemOf(typed) : undefined
  const make = useMutation(
    queries.own.create.mutationOptions({
      onSuccess: ({ place, remembered }) => {
        const host = place.type === 'registry' ? place.host : ''
        announce(`${t('own.made', { host })}${remembered ? '' : ` ${t('own.notKept')}`}`)
        showPlace(place)
        onClose()
      },
    }),
  )
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setCorrected(true)
    if (!typed || !image || problemOf(typed)) return
    make.mutate(formOf(typed, engine, image.id))
  }
  const error = make.error ?? suggested.error ?? images.error
  return (
    <SheetFrame
      wide
      title={t('own.title')}
      about={t('own.about')}
      onClose={onClose}
      summary={error ? <FailureNotice error={asFailure(error)} /> : undefined}
      footer={
        <>
          <p role="status" className="hint">
            {make.isPending && t('own.making')}
          </p>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" form={id} disabled={!image || !typed} loading={make.isPending}>
            {t('own.make')}
          </Button>
        </>
      }
    >
      {engines.length > 1 && (
        <NativeSelect
          label={t('own.on')}
          value={engine}
          data={engines.map((one) => ({ value: one.id, label: engineTitle(one, t) }))}
          onChange={(event) => {
            setEngine(event.currentTarget.value)
            setChanged(undefined)
          }}
        />
      )}
      {images.data && here.length === 0 && (
        <NoImage engine={engine} kept={images.data.find(({ place }) => place.type === 'layout')} />
      )}
      {here.length > 1 && (
        <NativeSelect
          label={t('own.image')}
          value={image?.id ?? ''}
          data={here.map(({ id: value, names }) => ({ value, label: names[0] ?? value.slice(7, 19) }))}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      {!typed && !suggested.error && <Skeleton height={240} role="status" aria-label={t('common.loading')} />}
      {typed && (
        <form id={id} className="computer-form" noValidate onSubmit={submit}>
          <OwnFields
            typed={typed}
            problem={problem}
            kept={listed.data?.kept.includes(typed.name.trim().toLowerCase()) ?? false}
            onTyped={(next) => {
              setChanged(next)
              make.reset()
            }}
          />
        </form>
      )}
    </SheetFrame>
  )
}

/** Makes a registry of one's own in a Docker that is there, and adds it to the places. */
export function OwnSheet({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const engines = useEngines((state) => state.engines)?.filter(isReady) ?? []
  if (engines.length > 0) return <Steps engines={engines} onClose={onClose} />
  return (
    <SheetFrame title={t('own.title')} about={t('own.about')} onClose={onClose}>
      <p className="notice notice-warn">{t('own.noDocker')}</p>
    </SheetFrame>
  )
}

/** The registry of one's own behind a registry's place, where an engine that is there runs it. */
export function useOwnRegistry(host: string | undefined) {
  const { client } = useApi()
  const engines = useEngines((state) => state.engines)?.filter(isReady) ?? []
  const ids = engines.map(({ id }) => id)
  const found = useQuery({
    queryKey: ['own of', host, ids],
    queryFn:
      host === undefined
        ? skipToken
        : async () => {
            for (const engine of ids) {
              const { registries } = await client.own.list({ engine })
              const one = registries.find((registry) => registry.host === host)
              if (one) return one
            }
            return null
          },
  })
  return found.data ?? undefined
}
