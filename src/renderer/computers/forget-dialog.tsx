import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { engineName, shortAddress, useEngines } from '../places/engines.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

/** Says what goes and what stays before an added computer leaves the list. */
export function ForgetDialog({ engine, onClose }: { engine: string; onClose: () => void }) {
  const { t } = useWords()
  const { queries } = useApi()
  const info = useEngines((state) => state.engines?.find(({ id }) => id === engine))
  const name = info ? engineName(info, t) : engine
  const forget = useMutation(
    queries.engines.forget.mutationOptions({
      onSuccess: () => {
        announce(t('computer.forgotten', { name }))
        onClose()
      },
    }),
  )
  return (
    <SheetFrame
      title={t('computer.forgetTitle', { name })}
      about={info && shortAddress(info)}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button className="button-bad" loading={forget.isPending} onClick={() => forget.mutate({ engine })}>
            {t('computer.forget')}
          </Button>
        </>
      }
    >
      <p>{t('computer.forgetGoes')}</p>
      <p>{t('computer.forgetStays')}</p>
      {forget.error && <FailureNotice error={asFailure(forget.error)} />}
    </SheetFrame>
  )
}
