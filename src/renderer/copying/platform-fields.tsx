import { Checkbox, NativeSelect, Radio } from '@mantine/core'
import { namedPlatform } from '../words/absent.ts'
import { useWords } from '../words/use-words.ts'
import type { Copy } from './use-copy.ts'

/** For which computers: one where the destination holds one only, else all or chosen ones; nothing where there is no choice. */
export function PlatformFields({ platforms }: { platforms: Copy['platforms'] }) {
  const words = useWords()
  const { t } = words
  const { offered, only, setOne, several, some, setSome } = platforms
  if (offered.length > 0) {
    return (
      <NativeSelect
        label={t('copy.onePlatform')}
        description={t('copy.onePlatformHint')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={only ?? ''}
        onChange={(event) => setOne(event.currentTarget.value)}
        data={offered.map((platform) => ({ value: platform, label: namedPlatform(platform, words) }))}
      />
    )
  }
  if (several.length < 2) return null
  return (
    <>
      <Radio.Group
        label={t('copy.platforms')}
        value={some === undefined ? 'all' : 'some'}
        onChange={(value) => setSome(value === 'all' ? undefined : several)}
      >
        <div className="radios">
          <Radio value="all" label={t('copy.allPlatforms', { count: several.length })} />
          <Radio value="some" label={t('copy.somePlatforms')} />
        </div>
      </Radio.Group>
      {some !== undefined && (
        <Checkbox.Group
          aria-label={t('copy.somePlatforms')}
          value={[...some]}
          onChange={(values) => setSome(several.filter((platform) => values.includes(platform)))}
          error={some.length === 0 && t('copy.noPlatform')}
        >
          <div className="radios">
            {several.map((platform) => (
              <Checkbox key={platform} value={platform} label={namedPlatform(platform, words)} />
            ))}
          </div>
        </Checkbox.Group>
      )}
    </>
  )
}
