import { Button, Checkbox, NativeSelect, Radio } from '@mantine/core'
import type { PlaceRef } from '../../shared/contract.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useHost } from '../host.tsx'
import { imageTitle } from '../images/lines.ts'
import { engineTitle, useEngines } from '../places/engines.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { absentWords } from '../words/absent.ts'
import { baseName } from '../words/format.ts'
import { useWords } from '../words/use-words.ts'
import { DateField } from './beside-date.tsx'
import { BesideFields } from './beside-fields.tsx'
import { FileFields } from './file-fields.tsx'
import type { SaveMethod } from './file-name.ts'
import { PasswordFields, useNewPassword } from './password-fields.tsx'
import { SaveImage } from './save-image.tsx'
import { type Level, type Save, type SavedRow, SPLITS, useSave } from './use-save.ts'

const METHODS: readonly SaveMethod[] = ['zstd', 'gzip', 'none', 'bzip2']
const LEVELS: readonly Level[] = ['fast', 'normal', 'small']

function CompressionFields({ save }: { save: Save }) {
  const { t } = useWords()
  const { method, level } = save
  return (
    <div className="fields-two">
      <NativeSelect
        label={t('save.compression')}
        description={t(`save.methodHint.${method}`)}
        inputWrapperOrder={['label', 'input', 'description']}
        value={method}
        onChange={(event) => save.chooseMethod(METHODS.find((value) => value === event.currentTarget.value) ?? 'zstd')}
        data={METHODS.map((value) => ({ value, label: t(`save.method.${value}`) }))}
      />
      <NativeSelect
        label={t('save.level')}
        disabled={method === 'none'}
        value={level}
        onChange={(event) => save.setLevel(LEVELS.find((value) => value === event.currentTarget.value) ?? 'normal')}
        data={LEVELS.map((value) => ({ value, label: t(`save.levels.${value}`) }))}
      />
    </div>
  )
}

/** One file, or parts that a stick takes. */
function PartsField({ save }: { save: Save }) {
  const { t, size } = useWords()
  if (save.target.way === 'download') return null
  return (
    <NativeSelect
      label={t('save.split')}
      description={save.largest === undefined ? t('save.splitHint') : t('save.splitFat', { size: size(save.largest) })}
      inputWrapperOrder={['label', 'input', 'description']}
      value={String(save.split)}
      onChange={(event) => save.setSplit(Number(event.currentTarget.value))}
      data={SPLITS.map((value) => ({
        value: String(value),
        label: value === 0 ? t('save.splitNone') : t('save.splitBy', { size: size(value) }),
      }))}
    />
  )
}

function WhereFields({ save }: { save: Save }) {
  const { t } = useWords()
  const host = useHost()
  const { target } = save
  if (target.way === 'dialog') return null
  return (
    <>
      {target.browse && (
        <Radio.Group
          label={t('save.where')}
          value={target.way}
          onChange={(value) => target.setDownload(value === 'download')}
        >
          <div className="radios">
            <Radio value="folder" label={t('save.host', { computer: host?.computer ?? '' })} />
            <Radio value="download" label={t('save.download')} />
          </div>
        </Radio.Group>
      )}
      <FileFields
        file={target.file}
        folder={target.folder}
        problem={target.problem}
        choosesFolder={target.way === 'folder'}
        onFile={target.setFile}
        onFolder={target.setFolder}
      />
    </>
  )
}

function Warnings({ save }: { save: Save }) {
  const words = useWords()
  const { t, size } = words
  const { target, free, most } = save
  const there = target.there?.size
  return (
    <>
      {save.exists && (
        <div className="notice notice-warn">
          <p>{there === undefined ? t('save.existsNoSize') : t('save.exists', { size: size(there) })}</p>
          <Checkbox
            label={t('save.replace')}
            checked={save.replaces}
            onChange={(event) => save.setReplaces(event.currentTarget.checked)}
          />
        </div>
      )}
      {absentWords(save.absent, 'absent.save', words).map((text) => (
        <p key={text} className="notice notice-warn" role="status">
          {text}
        </p>
      ))}
      {free !== undefined && free < most && (
        <p className="notice notice-warn" role="status">
          {t('save.noRoom', { free: size(free), size: size(most) })}
        </p>
      )}
    </>
  )
}

interface SaveSheetProps {
  place: PlaceRef
  /** Where the file is to go, unless the person says otherwise. */
  folder?: string | undefined
  rows: readonly SavedRow[]
  /** The save was begun; without it the sheet closes as ever. */
  onStarted?: () => void
  onClose: () => void
}

/** Chosen images into one file: which names, how it is called, where to, how small. */
export function SaveSheet({ place, folder, rows, onStarted, onClose }: SaveSheetProps) {
  const { t, size } = useWords()
  const nameOf = usePlacePhrase()
  const engine = useEngines((state) => place.type === 'engine' && state.engines?.find(({ id }) => id === place.engine))
  const save = useSave(place, rows, onStarted ?? onClose, folder)
  const typed = useNewPassword()
  const { target, free, most } = save
  const error = target.error ?? save.save.error
  return (
    <SheetFrame
      wide
      title={t('save.title', { count: rows.length, image: rows[0] ? imageTitle(rows[0]) : '' })}
      about={t('save.from', { place: engine ? engineTitle(engine, t) : nameOf(place) })}
      onClose={onClose}
      summary={
        <>
          <Warnings save={save} />
          <p className="summary" aria-live="polite">
            <strong>{t('save.summary', { count: rows.length, file: baseName(target.path), size: size(most) })}</strong>
            {free !== undefined && free >= most && ` ${t('save.room', { free: size(free) })}`}
          </p>
          {place.type === 'registry' && <p className="small muted">{t('transfers.digestLost')}</p>}
          {error && <FailureNotice error={asFailure(error)} />}
        </>
      }
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            disabled={!save.canSave || (save.protects && !typed.secret)}
            loading={save.save.isPending}
            onClick={() => save.save.mutate(save.protects ? typed.secret : undefined)}
          >
            {target.way === 'dialog' && !save.tight ? t('save.saveAs') : t('save.save')}
          </Button>
        </>
      }
    >
      <h3 className="field-title">{t('save.names')}</h3>
      <ul className="cards">
        {rows.map((row) => (
          <SaveImage key={row.id} row={row} off={save.off} onOff={save.setOff} />
        ))}
      </ul>
      <WhereFields save={save} />
      <DateField />
      <CompressionFields save={save} />
      <PartsField save={save} />
      <PasswordFields on={save.protects} onOn={save.setProtects} typed={typed} />
      {target.way !== 'download' && <BesideFields />}
    </SheetFrame>
  )
}
