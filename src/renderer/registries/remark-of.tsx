import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { type Translate, useWords } from '../words/use-words.ts'
import type { Field, SignInForm } from './sign-in-form.ts'
import type { Remark } from './sign-in-remarks.ts'

/** The form as its fields see it. */
export interface Fields {
  readonly form: SignInForm
  /** The remarks that are shown now. */
  readonly remarks: readonly Remark[]
  readonly onForm: (change: Partial<SignInForm>) => void
  /** A field was left: what is true of everything half typed may be said of it now. */
  readonly onLeave: (field: Field) => void
}

/** A remark in the language on screen. */
export function remarkText(t: Translate, { word, params }: Remark): string {
  return t(`accounts.remark.${word}`, { name: '', other: '', mark: '', example: '', ...params })
}

/** What a field of the form needs to be one: value, what is wrong with it, what happens when it is typed in or left. */
export function useField({ form, remarks, onForm, onLeave }: Fields) {
  const { t } = useWords()
  return (field: Exclude<Field, 'ca'>) => {
    const remark = remarks.find((one) => one.field === field)
    return {
      value: form[field],
      error: remark?.wrong && remarkText(t, remark),
      onChange: (event: { currentTarget: { value: string } }) => onForm({ [field]: event.currentTarget.value }),
      onBlur: () => onLeave(field),
    }
  }
}

interface RemarkOfProps extends Fields {
  field: Field
}

/** Below a field: what is to be looked at, and the button that mends it. */
export function RemarkOf({ remarks, field, onForm }: RemarkOfProps): ReactNode {
  const { t } = useWords()
  const remark = remarks.find((one) => one.field === field)
  if (!remark || (remark.wrong && !remark.fix)) return null
  const { fix } = remark
  return (
    <div className={remark.wrong ? 'inline' : 'remark'} role="status">
      {!remark.wrong && <span>{remarkText(t, remark)}</span>}
      {fix && (
        <Button variant="default" size="compact-sm" onClick={() => onForm(fix.change)}>
          {t(`accounts.fix.${fix.word}`)}
        </Button>
      )}
    </div>
  )
}
