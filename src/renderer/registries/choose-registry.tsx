import { Button, TextInput } from '@mantine/core'
import { IconArrowRight, IconHelpHexagon, IconServerCog } from '@tabler/icons-react'
import { type FormEvent, useId, useRef, useState } from 'react'
import { type Preset, presetOfHost } from '../../shared/presets.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { moveAmongCards } from './card-keys.ts'
import { presetsFor, type Typed, typedAddress } from './find-preset.ts'
import { KnownSignIns } from './known-sign-ins.tsx'
import { PRESET_ICONS } from './preset-icons.ts'
import { formOf, formOfHost, type SignInForm } from './sign-in-form.ts'

interface ChooseProps {
  onChoose: (form: SignInForm) => void
  onClose: () => void
}

function Address({ typed, onChoose }: { typed: Typed; onChoose: () => void }) {
  const { t } = useWords()
  const preset = presetOfHost(typed.host)
  const own = preset.id === 'own'
  return (
    <button type="button" className="preset-card preset-address" onClick={onChoose}>
      <IconArrowRight size={20} aria-hidden />
      <span>
        <span className="preset-name">{t('accounts.useAddress', { host: typed.host })}</span>
        <span className="preset-about">
          {own ? t('accounts.useAddressOwn') : t('accounts.useAddressKind', { name: t(`presets.name.${preset.id}`) })}
        </span>
      </span>
    </button>
  )
}

interface CardsProps {
  presets: readonly Preset[]
  onChoose: (preset: Preset) => void
}

function Cards({ presets, onChoose }: CardsProps) {
  const { t } = useWords()
  const [stop, setStop] = useState<string>()
  const tabbed = presets.some(({ id }) => id === stop) ? stop : presets[0]?.id
  return (
    <ul className="preset-cards" aria-label={t('accounts.presets')} onKeyDown={moveAmongCards}>
      {presets.map((preset) => {
        const Icon = PRESET_ICONS[preset.id]
        return (
          <li key={preset.id}>
            <button
              type="button"
              className="preset-card"
              tabIndex={preset.id === tabbed ? 0 : -1}
              onFocus={() => setStop(preset.id)}
              onClick={() => onChoose(preset)}
            >
              <Icon size={22} stroke={1.6} aria-hidden />
              <span>
                <span className="preset-name">{t(`presets.name.${preset.id}`)}</span>
                <span className="preset-about">{t(`presets.about.${preset.id}`)}</span>
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** The first step of adding a registry: what docker has already, an address, one of those people use, or a guide. */
export function ChooseRegistry({ onChoose, onClose }: ChooseProps) {
  const { t } = useWords()
  const id = useId()
  const cards = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const typed = typedAddress(text)
  const presets = presetsFor(
    typed ? '' : text,
    ({ id: of }) => `${t(`presets.name.${of}`)} ${t(`presets.about.${of}`)}`,
  )
  const goTo = ({ host, user, secret }: Typed): void => {
    const form = formOfHost(host, undefined, user)
    onChoose(secret === undefined ? form : { ...form, secret })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (typed) goTo(typed)
    else if (text.trim() !== '' && presets[0]) onChoose(formOf(presets[0].id))
  }
  return (
    <SheetFrame
      wide
      title={t('accounts.addTitle')}
      about={t('accounts.chooseAbout')}
      onClose={onClose}
      footer={
        <>
          <Button
            variant="default"
            leftSection={<IconHelpHexagon size={18} aria-hidden />}
            onClick={() => openSheet({ type: 'which-registry' })}
          >
            {t('accounts.which')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconServerCog size={18} aria-hidden />}
            onClick={() => openSheet({ type: 'own' })}
          >
            {t('accounts.make')}
          </Button>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
        </>
      }
    >
      <KnownSignIns onClose={onClose} />
      <form id={id} onSubmit={submit}>
        <TextInput
          data-autofocus
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          label={t('accounts.search')}
          description={t('accounts.searchHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return
            event.preventDefault()
            cards.current?.querySelector<HTMLElement>('button')?.focus()
          }}
        />
      </form>
      <div ref={cards} className="presets">
        {typed && <Address typed={typed} onChoose={() => goTo(typed)} />}
        {presets.length > 0 ? (
          <Cards presets={presets} onChoose={(preset) => onChoose(formOf(preset.id))} />
        ) : (
          <p role="status" className="muted">
            {t('accounts.noPreset')}
          </p>
        )}
      </div>
    </SheetFrame>
  )
}
