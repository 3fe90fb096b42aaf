import { NativeSelect } from '@mantine/core'
import { useWords } from '../words/use-words.ts'
import { chooseBeside, useBeside } from './beside-choice.ts'
import { DATE_FORMS } from './file-name.ts'

/** How the day stands in the name that is suggested; remembered for the next file. */
export function DateField() {
  const { t } = useWords()
  const date = useBeside((state) => state.date)
  return (
    <NativeSelect
      label={t('delivery.date')}
      value={date}
      onChange={(event) =>
        chooseBeside({ date: DATE_FORMS.find((form) => form === event.currentTarget.value) ?? 'dash' })
      }
      data={DATE_FORMS.map((value) => ({ value, label: t(`delivery.dates.${value}`) }))}
    />
  )
}
