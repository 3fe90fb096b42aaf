import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useId, useState } from 'react'
import { exampleName, presetOf, registryName } from '../../shared/presets.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { showPlace } from '../places/other-places.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { WebLink } from '../shell/web-link.tsx'
import { useWords } from '../words/use-words.ts'
import { AddressFields } from './address-fields.tsx'
import { ConnectionFields, type Needed } from './connection-fields.tsx'
import { ORDER, PLAIN } from './field-manner.ts'
import { NotKept } from './not-kept.tsx'
import type { Fields } from './remark-of.tsx'
import { SecretFields } from './secret-fields.tsx'
import { type Field, hostOf, namespaceOf, type SignInForm, wayOf } from './sign-in-form.ts'
import { isUntouched, type Remark, remarksOn } from './sign-in-remarks.ts'
import { TestLines } from './test-lines.tsx'
import { type SignInTasks, useSignIn } from './use-sign-in.ts'
import { WayGuide } from './way-guide.tsx'

interface SignInSheetProps {
  begun: SignInForm
  /** `new`: from the first step; `account`: another one at a registry of the list; `change`: what is kept of one. */
  purpose: 'new' | 'account' | 'change'
  /** The account that is changed. */
  account?: string | undefined
  /** What is to be known of it. */
  note?: string | undefined
  /** Back to the first step. */
  onBack?: (() => void) | undefined
  /** What is on screen stays: the registry is not shown once it is signed in to. */
  stay?: boolean
  onClose: () => void
}

const NEEDED: Readonly<Record<string, Needed>> = { 'registry-plain-http': 'plain', 'registry-tls': 'ca' }

function WaySelect({ form, onForm }: Fields) {
  const { t } = useWords()
  const { ways } = presetOf(form.preset)
  if (ways.length < 2) return null
  return (
    <NativeSelect
      label={t('accounts.way')}
      value={form.way}
      data={ways.map(({ id, type }, at) => ({
        value: id,
        label:
          at === 0 && type !== 'nobody' && ways.filter((way) => way.type !== 'nobody').length > 1
            ? `${t(`presets.ways.${id}.label`)} (${t('accounts.recommended')})`
            : t(`presets.ways.${id}.label`),
      }))}
      onChange={(event) => {
        const way = ways.find(({ id }) => id === event.currentTarget.value)
        if (way) onForm({ way: way.id })
      }}
    />
  )
}

/** Where images will go, what they will be called, and what the chosen name means. */
function Namespace({ form, onForm }: Fields) {
  const { t } = useWords()
  const preset = presetOf(form.preset)
  const host = hostOf(form)
  const own = namespaceOf({ ...form, namespace: '' })
  const shown = namespaceOf(form) ?? ''
  return (
    <>
      <TextInput
        {...PLAIN}
        label={t('accounts.namespaceOptional')}
        placeholder={own ?? preset.namespace.example}
        description={own === undefined ? t('accounts.namespaceHint') : t('accounts.namespaceOwn', { user: own })}
        inputWrapperOrder={ORDER}
        value={form.namespace}
        onChange={(event) => onForm({ namespace: event.currentTarget.value })}
      />
      <div className="name-rule">
        {host !== undefined && (
          <p>
            {t('accounts.nameBecomes', { name: '' })}
            <code>{exampleName(preset, host, shown)}</code>
          </p>
        )}
        <p className="muted">{t(`presets.names.${preset.id}`)}</p>
      </div>
    </>
  )
}

function SignUp({ form }: { form: SignInForm }) {
  const { t } = useWords()
  const { signUp, id } = presetOf(form.preset)
  if (signUp === undefined) return null
  return (
    <p>
      {t('accounts.noAccount')}{' '}
      <WebLink href={signUp}>{t('accounts.signUp', { name: t(`presets.name.${id}`) })}</WebLink>
    </p>
  )
}

function useTitle(form: SignInForm, { purpose, account }: SignInSheetProps): string {
  const { t } = useWords()
  const { id, address } = presetOf(form.preset)
  const host = hostOf(form)
  const known = id === 'own' || (purpose !== 'new' && address.type !== 'fixed')
  const name = known && host !== undefined ? registryName(host) : t(`presets.name.${id}`)
  if (purpose === 'account') return t('accounts.anotherTitle', { name })
  if (purpose === 'change' && account !== undefined)
    return t('accounts.changeTitle', { name: t('accounts.withAccount', { name, user: account }) })
  return t(id === 'own' && purpose === 'new' ? 'accounts.addNamed' : 'accounts.signInTitle', { name })
}

/** What was found, spoken as it comes; the region is there before there is anything to say. */
function Found({ form, tasks: { tested, testing, error } }: { form: SignInForm; tasks: SignInTasks }) {
  const { t } = useWords()
  const host = hostOf(form) ?? ''
  return (
    <div role="status" className="found">
      {testing && <p>{t('accounts.testing', { host: registryName(host) })}</p>}
      {tested && <TestLines host={host} tested={tested} namespace={namespaceOf(form)} />}
      {error && <FailureNotice error={error} spoken={false} />}
    </div>
  )
}

/** Who one is at a registry: tried, then kept. */
export function SignInSheet(props: SignInSheetProps) {
  const { begun, purpose, account, note, onBack, stay = false, onClose } = props
  const { t } = useWords()
  const id = useId()
  const [form, setForm] = useState(begun)
  const [left, setLeft] = useState<ReadonlySet<Field>>(new Set())
  const [corrected, setCorrected] = useState(false)
  const [unkept, setUnkept] = useState<string>()
  /** Without a new secret the one that is kept stays. */
  const kept = account !== undefined
  const tasks = useSignIn(form, account, ({ place, remembered }) => {
    if (place.type !== 'registry') return
    const name = registryName(place.host)
    if (!stay) showPlace(place.account === undefined && account !== undefined ? { ...place, account } : place)
    announce(
      place.account === undefined
        ? t('accounts.added', { name })
        : t('accounts.addedAs', { name, user: place.account }),
    )
    if (remembered) onClose()
    else setUnkept(name)
  })
  const all = remarksOn(form, kept)
  const isShown = ({ field, when }: Remark): boolean =>
    corrected || when === 'typing' || (when === 'leaving' && left.has(field) && form[field] !== '')
  const remarks = all.filter(isShown)
  const wrong = all.some((remark) => remark.wrong)
  const fields: Fields = {
    form,
    remarks,
    onForm: (change) => {
      setForm((now) => ({ ...now, ...change }))
      tasks.reset()
    },
    onLeave: (field) => setLeft((now) => new Set([...now, field])),
  }
  const corrects = (then: () => void) => (): void => {
    setCorrected(true)
    if (!wrong) then()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    corrects(tasks.signIn)()
  }
  const title = useTitle(form, props)
  const nobody = wayOf(form).type === 'nobody'
  const own = presetOf(form.preset).id === 'own'
  if (unkept !== undefined) return <NotKept onClose={onClose} />
  return (
    <SheetFrame
      wide
      title={title}
      about={t(purpose === 'new' ? 'accounts.signInAbout' : 'accounts.changeAbout')}
      onClose={onClose}
      summary={<Found form={form} tasks={tasks} />}
      footer={
        <>
          <Button variant="default" loading={tasks.testing} onClick={corrects(tasks.test)}>
            {t('accounts.test')}
          </Button>
          <span className="spacer" />
          {onBack && (
            <Button variant="default" onClick={onBack}>
              {t('common.back')}
            </Button>
          )}
          {tasks.blocked && !wrong && (
            <Button variant="default" loading={tasks.adding} onClick={tasks.addAnyway}>
              {t('accounts.addAllTheSame')}
            </Button>
          )}
          <Button type="submit" form={id} loading={tasks.adding}>
            {submitWord()}
          </Button>
        </>
      }
    >
      <form id={id} className="computer-form" onSubmit={submit} noValidate>
        {note !== undefined && <p className="notice notice-warn">{note}</p>}
        {purpose === 'new' && <AddressFields {...fields} />}
        {purpose === 'new' && !nobody && <SignUp form={form} />}
        <WaySelect {...fields} />
        <WayGuide {...fields} />
        <SecretFields {...fields} kept={kept} />
        {!nobody && <Namespace {...fields} />}
        <ConnectionFields {...fields} needed={tasks.error && NEEDED[tasks.error.code]} />
      </form>
    </SheetFrame>
  )

  function submitWord(): string {
    if (kept && isUntouched(form)) return t('accounts.change')
    return nobody || (own && purpose === 'new') ? t('accounts.add') : t('accounts.signIn')
  }
}
