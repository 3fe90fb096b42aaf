import { Autocomplete, Button, TextInput } from '@mantine/core'
import { useId } from 'react'
import { judgePath } from '../../shared/registry-names.ts'
import { useWords } from '../words/use-words.ts'
import { joinPath, splitPath, type Target } from './draft.ts'

const PLAIN = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'none' } as const

interface AddressFieldProps {
  target: Target
  /** What the registry is called on screen. */
  place: string
  path: string
  owners: readonly string[]
  /** What it is called where several addresses stand together. */
  name?: string | undefined
  onPath: (path: string) => void
}

/** Host, name and repository in one line, judged while it is typed; what was meant is one button away. */
export function AddressField({ target, place, path, owners, name, onPath }: AddressFieldProps) {
  const { t } = useWords()
  const hint = useId()
  const { host } = target.place
  const { owner, repository } = splitPath(path)
  const judged = judgePath(path, { host, kind: target.kind, owner: target.username })
  const about = { 'aria-describedby': hint, 'aria-invalid': judged !== undefined }
  return (
    <fieldset className="address" {...(name === undefined ? {} : { 'aria-label': name })}>
      <legend className="address-label">{t('publish.names.address', { place })}</legend>
      <div className={judged ? 'address-line address-bad' : 'address-line'}>
        <span className="address-host">{host} /</span>
        <Autocomplete
          {...PLAIN}
          {...about}
          variant="unstyled"
          aria-label={t('publish.names.owner', { place })}
          data={[...owners]}
          value={owner}
          onChange={(typed) => onPath(joinPath(typed, repository))}
          comboboxProps={{ withinPortal: true }}
        />
        <span aria-hidden>/</span>
        <TextInput
          {...PLAIN}
          {...about}
          className="address-repository"
          variant="unstyled"
          aria-label={t('publish.names.repository', { place })}
          value={repository}
          onChange={(event) => onPath(joinPath(owner, event.currentTarget.value))}
        />
      </div>
      <div id={hint} aria-live="polite">
        {judged && (
          <p className="hint hint-bad address-problem">
            {t(`publish.problem.${judged.problem}`)}
            {judged.fixed !== undefined && (
              <Button size="compact-sm" variant="default" onClick={() => onPath(judged.fixed ?? path)}>
                {t('publish.names.use', { fixed: judged.fixed })}
              </Button>
            )}
          </p>
        )}
      </div>
    </fieldset>
  )
}
