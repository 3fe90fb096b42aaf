import { Button, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { PlaceRef } from '../../shared/contract.ts'
import type { RepositoryRef } from '../../shared/contract-get.ts'
import { familiar, isProblem, parseReference, type Reference } from '../../shared/reference.ts'
import { type Meant, readWanted } from '../../shared/wanted.ts'
import { useFound } from '../finding/use-found.ts'
import { usePlacePhrase } from '../places/place-names.ts'
import { SaveSheet } from '../saving/save-sheet.tsx'
import { SheetFrame } from '../shell/sheet.tsx'
import { useWords } from '../words/use-words.ts'
import { GetCopy } from './get-copy.tsx'
import { GetList } from './get-list.tsx'
import type { Got, GotRow } from './got.ts'
import { problemWords } from './meant-words.ts'
import { type Asked, RepositoryView } from './repository-view.tsx'
import { SearchResults } from './search-results.tsx'

type Step =
  | { readonly type: 'find' }
  | { readonly type: 'list' }
  | { readonly type: 'repository'; readonly at: RepositoryRef; readonly asked: Asked }
  | { readonly type: 'copy'; readonly got: Got; readonly back: Step }
  | { readonly type: 'save'; readonly rows: readonly GotRow[] }

function repositoryOf({ domain, path }: Reference): RepositoryRef {
  return { host: domain, repository: path }
}

function stepOf({ reference, platform }: Extract<Meant, { type: 'image' }>): Step {
  const { tag, digest } = reference
  return { type: 'repository', at: repositoryOf(reference), asked: { tag, digest, platform } }
}

/** Where a text leads at once: a name to its repository, several to a list; words and what is unclear stay. */
function firstStep(text: string): Step {
  const [only, ...others] = readWanted(text)
  if (others.length > 0) return { type: 'list' }
  return only?.meant.type === 'image' ? stepOf(only.meant) : { type: 'find' }
}

interface FieldProps {
  text: string
  onText: (text: string) => void
  onSubmit: () => void
}

/** The one field for everything. Enter looks; a pasted list has lines of its own, and the button. */
function Field({ text, onText, onSubmit }: FieldProps) {
  const { t } = useWords()
  const words = readWanted(text).every(({ meant }) => meant.type === 'words')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form className="folder-field get-field" onSubmit={submit}>
      <Textarea
        data-autofocus
        autosize
        minRows={1}
        maxRows={8}
        label={t('getting.field')}
        description={t('getting.hint')}
        inputWrapperOrder={['label', 'input', 'description']}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          onSubmit()
        }}
      />
      <Button type="submit" disabled={text.trim() === ''}>
        {t(words ? 'getting.search' : 'getting.read')}
      </Button>
    </form>
  )
}

/** A digest without a repository: where it is already, and the field for what is missing. */
function OfWhat({ digest, onOpen }: { digest: string; onOpen: (text: string) => void }) {
  const { t, list } = useWords()
  const nameOf = usePlacePhrase()
  const { found } = useFound(digest)
  const [repository, setRepository] = useState('')
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const parsed = parseReference(repository.trim())
    if (isProblem(parsed)) setWrong(true)
    else onOpen(`${familiar({ domain: parsed.domain, path: parsed.path })}@${digest}`)
  }
  return (
    <section className="results">
      <h3>{t('getting.digestTitle')}</h3>
      <p>{t('getting.digestText')}</p>
      <form className="folder-field" onSubmit={submit}>
        <TextInput
          label={t('getting.digestRepository')}
          spellCheck={false}
          autoComplete="off"
          value={repository}
          error={wrong && t('registry.repositoryWrong')}
          onChange={(event) => {
            setWrong(false)
            setRepository(event.currentTarget.value)
          }}
        />
        <Button type="submit" variant="default">
          {t('getting.read')}
        </Button>
      </form>
      {found.length > 0 && (
        <p className="notice notice-plain">
          {t('getting.digestHere')}{' '}
          {list(found.map(({ names, place }) => `${names[0] ?? ''} (${nameOf(place)})`.trim()))}
        </p>
      )}
    </section>
  )
}

interface FoundProps {
  text: string
  onOpen: (step: Step) => void
  onText: (text: string) => void
}

/** What a text that was looked for leads to: finds, or why it leads nowhere. */
function Found({ text, onOpen, onText }: FoundProps) {
  const { t } = useWords()
  const [only] = readWanted(text)
  if (!only) return null
  const { meant } = only
  switch (meant.type) {
    case 'words': {
      const { reference, words } = meant
      return (
        <>
          {reference && (
            <div>
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() => onOpen({ type: 'repository', at: repositoryOf(reference), asked: {} })}
              >
                {t('getting.exactly', { name: familiar(reference) })}
              </Button>
            </div>
          )}
          <SearchResults
            key={words}
            words={words}
            onOpen={(repository) => onOpen({ type: 'repository', at: { host: 'docker.io', repository }, asked: {} })}
          />
        </>
      )
    }
    case 'digest':
      return <OfWhat digest={meant.digest} onOpen={onText} />
    case 'problem': {
      const { problem, fix } = meant
      return (
        <div className="notice notice-warn" role="alert">
          <p>{problemWords(problem, t)}</p>
          {fix !== undefined && (
            <Button variant="default" size="compact-sm" onClick={() => onText(fix)}>
              {t('getting.useFix', { name: fix })}
            </Button>
          )}
        </div>
      )
    }
    case 'image':
      return null
  }
}

interface GetSheetProps {
  /** What is looked for at once. */
  text: string | undefined
  /** Where it is to go, unless the person says otherwise. */
  to: PlaceRef | undefined
  onClose: () => void
}

/** From a word, a name, a command, an address or a list to images in a place. */
export function GetSheet({ text: given = '', to, onClose }: GetSheetProps) {
  const { t } = useWords()
  const [text, setText] = useState(given)
  const [asked, setAsked] = useState(given)
  const [step, setStep] = useState<Step>(() => firstStep(given))
  const look = (typed: string): void => {
    setText(typed)
    setAsked(typed)
    setStep(firstStep(typed))
  }
  const find = (): void => setStep({ type: 'find' })
  const save = (rows: readonly GotRow[]): void => setStep({ type: 'save', rows })
  switch (step.type) {
    case 'find':
      return (
        <SheetFrame wide title={t('getting.title')} about={t('getting.about')} onClose={onClose}>
          <Field text={text} onText={setText} onSubmit={() => look(text)} />
          <Found key={asked} text={asked} onOpen={setStep} onText={look} />
        </SheetFrame>
      )
    case 'list':
      return (
        <GetList
          key={asked}
          lines={readWanted(asked)}
          to={to}
          onFix={(wrong, fix) => look(asked.replace(wrong, fix))}
          onFile={save}
          onBack={find}
          onDone={onClose}
          onClose={onClose}
        />
      )
    case 'repository':
      return (
        <RepositoryView
          at={step.at}
          asked={step.asked}
          onBack={find}
          onGet={(got) => setStep({ type: 'copy', got, back: step })}
          onClose={onClose}
        />
      )
    case 'copy':
      return (
        <GetCopy
          got={step.got}
          to={to}
          onBack={() => setStep(step.back)}
          onFile={save}
          onDone={onClose}
          onClose={onClose}
        />
      )
    case 'save': {
      const rows = step.rows.map((row) => ({ ...row, names: [...row.names], repositories: [], created: 0 }))
      const [first] = step.rows
      return first && <SaveSheet place={first.place} rows={rows} onClose={onClose} />
    }
  }
}
