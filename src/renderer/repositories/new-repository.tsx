import { Button, NativeSelect, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { Namespace, VisibilityChoice } from '../../shared/contract-portal.ts'
import { asFailure } from '../errors/failure.ts'
import { FailureNotice } from '../errors/failure-notice.tsx'
import { useApi } from '../host.tsx'
import { showPlace } from '../places/other-places.ts'
import type { RegistryPlace } from '../places/place-ref.ts'
import { SheetFrame } from '../shell/sheet.tsx'
import { announce } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { useMine } from './mine-store.ts'
import { repositoryTyped } from './repository-typed.ts'
import { about, useChanged } from './use-standing.ts'

function pathOf(namespace: string, name: string): string {
  return namespace === '' ? name.trim() : `${namespace}/${name.trim()}`
}

interface ChoiceProps {
  choices: readonly VisibilityChoice[]
  owner: Namespace | undefined
  chosen: VisibilityChoice | undefined
  onChoose: (choice: VisibilityChoice) => void
}

function isFull(owner: Namespace | undefined): boolean {
  return owner?.privates !== undefined && owner.privates.used >= owner.privates.limit
}

/** Private stands chosen; public only where a person says it. */
function WhoWillSee({ choices, owner, chosen, onChoose }: ChoiceProps) {
  const { t } = useWords()
  const full = isFull(owner)
  return (
    <Radio.Group
      label={t('repositories.whoSees')}
      value={chosen ?? null}
      onChange={(value) => onChoose(value === 'public' ? 'public' : 'private')}
    >
      <Stack gap="xs" mt="xs">
        {choices.map((choice) => (
          <Radio
            key={choice}
            value={choice}
            label={t(`repositories.${choice}`)}
            description={
              choice === 'private' && full
                ? t('repositories.newPrivateFull', { name: owner?.name ?? '' })
                : t(`repositories.${choice}About`)
            }
            disabled={choice === 'private' && full}
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}

/** An empty repository, so that the first push finds it, seen by whom it is meant for. */
export function NewRepository({ place, onClose }: { place: RegistryPlace; onClose: () => void }) {
  const { t } = useWords()
  const { queries } = useApi()
  const id = useId()
  const changed = useChanged(place)
  const { abilities, namespaces = [], repositories } = useMine()
  const [namespace, setNamespace] = useState(namespaces[0]?.name ?? '')
  const [name, setName] = useState('')
  const [said, setSaid] = useState<VisibilityChoice>()
  const [description, setDescription] = useState('')
  const path = pathOf(namespace, name)
  const owner = namespaces.find((one) => one.name === namespace)
  const choices = abilities?.create ?? []
  const proposed = choices.find((choice) => choice !== 'public' || choices.length === 1)
  // A private one that is not to be had is not proposed, and a public one never is by itself.
  const visibility = said === 'private' && isFull(owner) ? undefined : (said ?? (isFull(owner) ? undefined : proposed))
  const wrong = name.trim() !== '' && repositoryTyped(path, place.host) !== path
  const taken = repositories.some((one) => one.path === path)
  const limit = abilities?.description?.limit
  const make = useMutation(
    queries.portal.create.mutationOptions({
      onSuccess: async () => {
        await changed(path).catch(() => undefined)
        announce(t('repositories.made', { path }))
        onClose()
        showPlace({ ...place, repository: path })
      },
    }),
  )
  const ready = name.trim() !== '' && !wrong && !taken && visibility !== undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!ready) return
    const texts = description.trim() === '' ? {} : { description: description.trim() }
    make.mutate({ ...about(place, path), visibility, ...texts })
  }
  const problem = (wrong && t('repositories.newNameWrong')) || (taken && t('repositories.newTaken'))
  return (
    <SheetFrame
      title={t('repositories.newTitle')}
      about={t('repositories.newAbout', { place: place.host })}
      onClose={onClose}
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" form={id} disabled={!ready} loading={make.isPending}>
            {t('repositories.makeIt')}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="computer-form" noValidate>
        {(namespaces.length > 1 || (namespaces[0]?.name ?? '') !== '') && (
          <NativeSelect
            label={t('repositories.owner')}
            value={namespace}
            onChange={(event) => setNamespace(event.currentTarget.value)}
            data={namespaces.map((one) => one.name)}
          />
        )}
        <TextInput
          label={t('repositories.newName')}
          description={name.trim() !== '' && !wrong && t('repositories.newNameHint', { path: `${place.host}/${path}` })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          data-autofocus
          value={name}
          error={problem}
          onChange={(event) => {
            setName(event.currentTarget.value)
            make.reset()
          }}
        />
        <WhoWillSee choices={choices} owner={owner} chosen={visibility} onChoose={setSaid} />
        {abilities?.description && (
          <TextInput
            label={t('repositories.description')}
            description={t('repositories.descriptionHint')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={description}
            {...(limit === undefined ? {} : { maxLength: limit })}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
        )}
      </form>
      {make.error && <FailureNotice error={asFailure(make.error)} />}
    </SheetFrame>
  )
}
