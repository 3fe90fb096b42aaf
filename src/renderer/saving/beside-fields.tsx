import { Button, Checkbox, Group, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { groupedFingerprint } from '../../shared/delivery-note.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi, useHost } from '../host.tsx'
import { Copyable } from '../shell/copyable.tsx'
import { useWords } from '../words/use-words.ts'
import { chooseBeside, useBeside } from './beside-choice.ts'

/** This machine's key: made on the first wish for a signature, shown so that it can be told to others. */
function SignerField({ computer }: { computer: string }) {
  const { t } = useWords()
  const { queries } = useApi()
  const cache = useQueryClient()
  const [leaving, setLeaving] = useState(false)
  const signer = useQuery(queries.delivery.signer.queryOptions({ input: {}, staleTime: 0 }))
  const changed = {
    onSuccess: async () => {
      setLeaving(false)
      await cache.invalidateQueries({ queryKey: queries.delivery.signer.key() })
    },
  }
  const make = useMutation(queries.delivery.makeSigner.mutationOptions(changed))
  const forget = useMutation(queries.delivery.forgetSigner.mutationOptions(changed))
  const error = signer.error ?? make.error ?? forget.error
  const own = signer.data?.signer
  return (
    <div className="beside-key">
      {signer.isSuccess && !own && (
        <>
          <p className="small">{t('delivery.noKey')}</p>
          <Button
            variant="default"
            size="compact-sm"
            loading={make.isPending}
            onClick={() => make.mutate({ name: computer })}
          >
            {t('delivery.makeKey')}
          </Button>
        </>
      )}
      {own && (
        <>
          <p className="small">
            {t('delivery.key')}{' '}
            <Copyable what={t('delivery.fingerprint')} value={groupedFingerprint(own.fingerprint)} />
          </p>
          {leaving ? (
            <>
              <p className="small">{t('delivery.forgetKeyText')}</p>
              <Group gap="xs">
                <Button
                  variant="default"
                  size="compact-sm"
                  loading={forget.isPending}
                  onClick={() => forget.mutate({})}
                >
                  {t('delivery.forgetKeyNow')}
                </Button>
                <Button variant="default" size="compact-sm" onClick={() => setLeaving(false)}>
                  {t('common.cancel')}
                </Button>
              </Group>
            </>
          ) : (
            <Button variant="default" size="compact-sm" onClick={() => setLeaving(true)}>
              {t('delivery.forgetKey')}
            </Button>
          )}
        </>
      )}
      {error && <FailureNotice error={asFailure(error)} />}
    </div>
  )
}

/** What is put beside the file; remembered for the next one. */
export function BesideFields() {
  const { t } = useWords()
  const host = useHost()
  const choice = useBeside()
  const tick = (name: 'note' | 'scripts' | 'inspection' | 'sign') => ({
    label: t(`delivery.${name}`),
    description: t(`delivery.${name}Hint`),
    checked: choice[name],
    onChange: (event: { currentTarget: { checked: boolean } }) => chooseBeside({ [name]: event.currentTarget.checked }),
  })
  return (
    <section className="beside" aria-label={t('delivery.beside')}>
      <h3 className="field-title">{t('delivery.beside')}</h3>
      <Checkbox {...tick('note')} />
      {choice.note && (
        <div className="beside-more">
          <TextInput
            label={t('delivery.computer')}
            placeholder={host?.computer ?? ''}
            value={choice.computer}
            maxLength={100}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => chooseBeside({ computer: event.currentTarget.value })}
          />
          <Checkbox {...tick('sign')} />
          {choice.sign && <SignerField computer={choice.computer.trim() || (host?.computer ?? '')} />}
        </div>
      )}
      <Checkbox {...tick('scripts')} />
      <Checkbox {...tick('inspection')} />
    </section>
  )
}
