import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { showPlace } from '../places/other-places.ts'
import { Copyable } from '../shell/copyable.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce, openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { fingerprint, type Kit, readKit } from './kit.ts'

interface JoinProps {
  kit: Kit
  file: string
  onClose: () => void
}

function Join({ kit, file, onClose }: JoinProps) {
  const { t } = useWords()
  const { client } = useApi()
  const { host, plain, ca, users } = kit
  const print = useQuery({ queryKey: ['fingerprint', ca], queryFn: async () => await fingerprint(ca ?? '') })
  const add = useMutation({
    mutationFn: async () =>
      await client.accounts.add({ registry: { host, plain, ...(ca === undefined ? {} : { ca }) } }),
    onSuccess: ({ place }) => {
      announce(t('computer.added', { name: host }))
      showPlace(place)
      if (users) openSheet({ type: 'registry', place })
      else onClose()
    },
  })
  return (
    <SheetFrame
      title={t('own.joinTitle', { host })}
      about={t('own.joinAbout', { file })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button loading={add.isPending} onClick={() => add.mutate()}>
            {t('own.joinDo')}
          </Button>
        </>
      }
    >
      {plain ? <p className="notice notice-warn">{t('own.joinPlain')}</p> : <p>{t('own.joinTrust')}</p>}
      {print.data && (
        <dl className="facts">
          <dt>{t('own.joinPrint')}</dt>
          <dd>
            <Copyable what={t('own.joinPrint')} value={print.data} />
          </dd>
        </dl>
      )}
      {users && <p className="muted">{t('own.joinSign')}</p>}
      {add.error && <FailureNotice error={asFailure(add.error)} />}
    </SheetFrame>
  )
}

interface JoinSheetProps {
  file: File
  onClose: () => void
}

/** A file that prepares this computer for somebody's registry: what it would add, and the consent for it. */
export function JoinSheet({ file, onClose }: JoinSheetProps) {
  const { t } = useWords()
  const kit = useQuery({ queryKey: ['kit', file], queryFn: async () => (await readKit(file)) ?? null, gcTime: 0 })
  if (kit.data) return <Join kit={kit.data} file={file.name} onClose={onClose} />
  return (
    <SheetFrame title={file.name} onClose={onClose}>
      {!kit.isPending && <p className="notice notice-warn">{t('own.joinWrong')}</p>}
    </SheetFrame>
  )
}
