import { TextInput } from '@mantine/core'
import { presetOf } from '../../shared/presets.ts'
import { useWords } from '../words/use-words.ts'
import { ORDER, PLAIN } from './field-manner.ts'
import { type Fields, useField } from './remark-of.tsx'
import { hostOf } from './sign-in-form.ts'

/** Where a registry is: typed, or made of what the person knows of it. Nothing for one that has one address. */
export function AddressFields(props: Fields) {
  const { t } = useWords()
  const { form } = props
  const field = useField(props)
  const { address } = presetOf(form.preset)
  const host = hostOf(form)
  switch (address.type) {
    case 'fixed':
      return null
    case 'typed':
      return (
        <TextInput
          {...PLAIN}
          data-autofocus
          label={t('accounts.address')}
          description={t('accounts.addressExample', { example: address.example })}
          inputWrapperOrder={ORDER}
          {...field('address')}
        />
      )
    case 'aws':
      return (
        <>
          <div className="fields-two">
            <TextInput
              {...PLAIN}
              data-autofocus
              inputMode="numeric"
              label={t('accounts.awsAccount')}
              description={t('accounts.awsAccountHint')}
              inputWrapperOrder={ORDER}
              {...field('awsAccount')}
            />
            <TextInput
              {...PLAIN}
              label={t('accounts.awsRegion')}
              description={t('accounts.awsRegionHint')}
              inputWrapperOrder={ORDER}
              {...field('awsRegion')}
            />
          </div>
          {host !== undefined && <p className="small muted">{t('accounts.addressIs', { host })}</p>}
        </>
      )
    case 'google':
      return (
        <>
          <TextInput
            {...PLAIN}
            data-autofocus
            label={t('accounts.googleLocation')}
            description={t('accounts.googleLocationHint')}
            inputWrapperOrder={ORDER}
            {...field('location')}
          />
          {host !== undefined && <p className="small muted">{t('accounts.addressIs', { host })}</p>}
        </>
      )
    case 'azure':
      return (
        <TextInput
          {...PLAIN}
          data-autofocus
          label={t('accounts.azureName')}
          description={t('accounts.azureNameHint', { host: host ?? 'acme.azurecr.io' })}
          inputWrapperOrder={ORDER}
          {...field('azureName')}
        />
      )
  }
}
