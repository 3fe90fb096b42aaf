import { Button, Checkbox, NumberInput, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { OwnRegistry } from '../../shared/contract-own.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { Copyable } from '../shell/copyable.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'

interface OneProps {
  registry: OwnRegistry
}

function refOf({ engine, id }: OwnRegistry): { engine: string; id: string } {
  return { engine, id }
}

/** What it is, whether it runs, and the button that changes that. */
function State({ registry }: OneProps) {
  const { t, size } = useWords()
  const { queries } = useApi()
  const cache = useQueryClient()
  const taken = useQuery(queries.own.size.queryOptions({ input: refOf(registry), staleTime: 30_000 }))
  const renew = { onSettled: async () => await cache.invalidateQueries({ queryKey: ['own of'] }) }
  const start = useMutation(queries.own.start.mutationOptions(renew))
  const stop = useMutation(queries.own.stop.mutationOptions(renew))
  const error = start.error ?? stop.error
  return (
    <>
      <dl className="facts">
        <dt>{t('own.address')}</dt>
        <dd>
          <Copyable what={t('own.address')} value={registry.host} />
        </dd>
        <dt>{t('own.state')}</dt>
        <dd>{registry.problem ?? t(registry.running ? 'own.running' : 'own.stopped')}</dd>
        <dt>{t('own.protection')}</dt>
        <dd>{t(registry.tls ? 'own.protected' : 'own.unprotected')}</dd>
        <dt>{t('own.size')}</dt>
        <dd>{taken.data?.bytes === undefined ? t('own.sizeUnknown') : size(taken.data.bytes)}</dd>
      </dl>
      <div>
        {registry.running ? (
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate(refOf(registry))}>
            {t('own.stop')}
          </Button>
        ) : (
          <Button loading={start.isPending} onClick={() => start.mutate(refOf(registry))}>
            {t('own.start')}
          </Button>
        )}
      </div>
      {error && <FailureNotice error={asFailure(error)} />}
    </>
  )
}

/** Who may sign in: added, given another password, taken away. */
function Users({ registry }: OneProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const cache = useQueryClient()
  const id = useId()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const users = useQuery(queries.own.users.queryOptions({ input: refOf(registry) }))
  const renewed = async (): Promise<void> => {
    await cache.invalidateQueries({ queryKey: queries.own.users.key() })
  }
  const save = useMutation(
    queries.own.setUser.mutationOptions({
      onSuccess: async (_, saved) => {
        announce(t('own.userSaved', { name: saved.name }))
        setName('')
        setPassword('')
        await renewed()
      },
    }),
  )
  const revoke = useMutation(
    queries.own.removeUser.mutationOptions({
      onSuccess: async (_, gone) => {
        announce(t('own.revoked', { name: gone.name }))
        await renewed()
      },
    }),
  )
  const error = save.error ?? revoke.error ?? users.error
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '' && password !== '') save.mutate({ ...refOf(registry), name: name.trim(), password })
  }
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{t('own.users')}</h3>
      {users.data?.names.length === 0 && <p className="notice notice-warn">{t('own.nobody')}</p>}
      <ul className="cards">
        {users.data?.names.map((user) => (
          <li key={user} className="card kept-line">
            <span>{user}</span>
            <span className="spacer" />
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => revoke.mutate({ ...refOf(registry), name: user })}
            >
              {t('own.revoke')} <span className="visually-hidden">{user}</span>
            </Button>
          </li>
        ))}
      </ul>
      <form className="own-user" onSubmit={submit} aria-label={t('own.addUser')}>
        <TextInput
          label={t('own.user')}
          spellCheck={false}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('own.password')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('computer.showPassword'), tabIndex: 0 }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={save.isPending}>
          {t('own.saveUser')}
        </Button>
      </form>
      {error && <FailureNotice error={asFailure(error)} />}
    </section>
  )
}

/** The newest versions stay, the others go, after a look at which. */
function Room({ registry }: OneProps) {
  const { t, size, list } = useWords()
  const { queries, client } = useApi()
  const cache = useQueryClient()
  const id = useId()
  const [keep, setKeep] = useState(5)
  const look = useMutation({ mutationFn: async () => await client.own.cleanup({ ...refOf(registry), keep }) })
  const clean = useMutation(
    queries.own.clean.mutationOptions({
      onSuccess: async ({ removed, won }) => {
        const words = [
          t('own.cleaned', { count: removed }),
          ...(won === undefined ? [] : [t('own.won', { size: size(won) })]),
        ]
        announce(words.join(' · '))
        look.reset()
        await cache.invalidateQueries({ queryKey: queries.own.size.key() })
      },
    }),
  )
  const error = look.error ?? clean.error
  const goes = look.data?.repositories
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{t('own.clean')}</h3>
      <div className="folder-field">
        <NumberInput
          label={t('own.keep')}
          min={1}
          max={1000}
          allowDecimal={false}
          value={keep}
          onChange={(value) => {
            setKeep(Math.max(1, Number(value) || 1))
            look.reset()
          }}
        />
        <Button variant="default" disabled={!registry.running} loading={look.isPending} onClick={() => look.mutate()}>
          {t('own.cleanLook')}
        </Button>
      </div>
      <div role="status">
        {goes?.length === 0 && <p>{t('own.cleanNothing')}</p>}
        {goes && goes.length > 0 && (
          <ul className="names">
            {goes.map(({ name, goes: tags }) => (
              <li key={name}>{t('own.cleanGoes', { name, tags: list(tags) })}</li>
            ))}
          </ul>
        )}
        {clean.data && !goes && (
          <p className="good">
            {t('own.cleaned', { count: clean.data.removed })}
            {clean.data.won !== undefined && ` · ${t('own.won', { size: size(clean.data.won) })}`}
          </p>
        )}
      </div>
      {goes && goes.length > 0 && (
        <>
          <p className="small muted">{t('own.cleanStill')}</p>
          <Button
            className="button-bad"
            loading={clean.isPending}
            onClick={() => clean.mutate({ ...refOf(registry), keep })}
          >
            {t('own.cleanDo')}
          </Button>
        </>
      )}
      {error && <FailureNotice error={asFailure(error)} />}
    </section>
  )
}

/** Saves a text the browser's way: the desktop window asks where, a browser puts it among the downloads. */
function saveText(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // After the click has been taken up.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

function OtherComputers({ registry }: OneProps) {
  const { t, language } = useWords()
  const { client } = useApi()
  const id = useId()
  const kit = useMutation({
    mutationFn: async () => await client.own.kit({ ...refOf(registry), language }),
    onSuccess: ({ name, html }) => saveText(name, html),
  })
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{t('own.other')}</h3>
      <p className="small muted">{t('own.kitHint')}</p>
      <Button variant="default" loading={kit.isPending} onClick={() => kit.mutate()}>
        {t('own.kit')}
      </Button>
      {kit.error && <FailureNotice error={asFailure(kit.error)} />}
    </section>
  )
}

interface RemovalProps extends OneProps {
  onGone: () => void
  onClose: () => void
}

function Removal({ registry, onGone, onClose }: RemovalProps) {
  const { t } = useWords()
  const { queries } = useApi()
  const [data, setData] = useState(false)
  const { name } = registry
  const remove = useMutation(
    queries.own.remove.mutationOptions({
      onSuccess: () => {
        announce(t('own.removed', { name }))
        onGone()
      },
    }),
  )
  return (
    <SheetFrame
      title={t('own.removeTitle', { name })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            className="button-bad"
            loading={remove.isPending}
            onClick={() => remove.mutate({ ...refOf(registry), data })}
          >
            {t('own.removeDo')}
          </Button>
        </>
      }
    >
      <p>{t('own.removeText')}</p>
      <Checkbox label={t('own.removeData')} checked={data} onChange={(event) => setData(event.currentTarget.checked)} />
      {!data && <p className="small muted">{t('own.removeKeep')}</p>}
      {remove.error && <FailureNotice error={asFailure(remove.error)} />}
    </SheetFrame>
  )
}

interface ManageSheetProps {
  registry: OwnRegistry
  onClose: () => void
}

/** A registry of one's own: state, users, room, other computers, end. */
export function ManageSheet({ registry, onClose }: ManageSheetProps) {
  const { t } = useWords()
  const [removing, setRemoving] = useState(false)
  return (
    <SheetFrame
      wide
      title={t('own.manageTitle', { name: registry.name })}
      about={registry.host}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={() => setRemoving(true)}>
            {t('own.remove')}
          </Button>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <State registry={registry} />
      <Users registry={registry} />
      {registry.mode === 'store' && <Room registry={registry} />}
      <OtherComputers registry={registry} />
      {removing && <Removal registry={registry} onGone={onClose} onClose={() => setRemoving(false)} />}
    </SheetFrame>
  )
}
