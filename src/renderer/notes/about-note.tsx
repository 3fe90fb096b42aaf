import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AboutNote as Note } from '../../shared/contract-delivery.ts'
import { groupedFingerprint } from '../../shared/delivery-note.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { Copyable } from '../shell/copyable.tsx'
import { useWords, type Words } from '../words/use-words.ts'

type Signature = Note['signature']

function signatureWords(signature: Signature, { t }: Words): { readonly text: string; readonly hint?: string } {
  switch (signature.type) {
    case 'none':
      return { text: t('delivery.unsigned') }
    case 'own':
      return { text: t('delivery.own') }
    case 'known':
      return { text: t('delivery.known', { name: signature.name }) }
    case 'unknown':
      return { text: t('delivery.unknown'), hint: t('delivery.unknownHint') }
    case 'bad':
      return { text: t('delivery.bad'), hint: t('delivery.badHint') }
  }
}

/** Trusting a machine, and the way back. */
function TrustButton({ path, signature }: { path: string; signature: Signature }) {
  const { t } = useWords()
  const { queries } = useApi()
  const cache = useQueryClient()
  const again = {
    onSettled: async () => await cache.invalidateQueries({ queryKey: queries.delivery.about.key() }),
  }
  const trust = useMutation(queries.delivery.trust.mutationOptions(again))
  const distrust = useMutation(queries.delivery.distrust.mutationOptions(again))
  const error = trust.error ?? distrust.error
  if (signature.type !== 'unknown' && signature.type !== 'known') return null
  const { fingerprint } = signature
  return (
    <>
      {signature.type === 'unknown' ? (
        <Button
          variant="default"
          size="compact-sm"
          loading={trust.isPending}
          onClick={() => trust.mutate({ path, fingerprint })}
        >
          {t('delivery.trust')}
        </Button>
      ) : (
        <Button
          variant="default"
          size="compact-sm"
          loading={distrust.isPending}
          onClick={() => distrust.mutate({ fingerprint })}
        >
          {t('delivery.distrust')}
        </Button>
      )}
      {error && <FailureNotice error={asFailure(error)} />}
    </>
  )
}

function tone({ signature, changed }: Note): string {
  return changed.length > 0 || signature.type === 'bad' ? 'notice notice-bad' : 'notice notice-plain'
}

/** What the delivery note beside an opened file says: who made it, and whether the file is still what it was. */
export function AboutNote({ path }: { path: string }) {
  const words = useWords()
  const { t, date, list } = words
  const { queries } = useApi()
  const about = useQuery(queries.delivery.about.queryOptions({ input: { path }, staleTime: 0 }))
  const note = about.data?.note
  const otherSums = about.data?.otherSums ?? []
  const said = note && signatureWords(note.signature, words)
  return (
    <>
      {note && said && (
        <section className={tone(note)} aria-label={t('delivery.note')}>
          <div className="notice-body about-note">
            <p>
              {t('delivery.from', { computer: note.computer, date: date(note.at) })}{' '}
              {note.changed.length === 0 && t('delivery.matches')}
            </p>
            {note.changed.length > 0 && (
              <p>
                <strong>{t('delivery.changed', { names: list(note.changed) })}</strong> {t('delivery.changedHint')}
              </p>
            )}
            <p>
              {note.signature.type === 'none' ? said.text : <strong>{said.text}</strong>} {said.hint}
            </p>
            {'fingerprint' in note.signature && (
              <p className="small">
                <Copyable what={t('delivery.fingerprint')} value={groupedFingerprint(note.signature.fingerprint)} />
              </p>
            )}
            <TrustButton path={path} signature={note.signature} />
          </div>
        </section>
      )}
      {otherSums.length > 0 && <p className="small muted">{t('delivery.otherSums', { names: list(otherSums) })}</p>}
    </>
  )
}
