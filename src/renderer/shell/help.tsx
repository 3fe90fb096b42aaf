import { Button, Kbd } from '@mantine/core'
import { useWords } from '../words/use-words.ts'
import { SheetFrame } from './sheet.tsx'
import { openSheet } from './ui.ts'

const WORDS = [
  'image',
  'archive',
  'repository',
  'tag',
  'latest',
  'platform',
  'digest',
  'layer',
  'container',
  'engine',
  'library',
  'registry',
  'load',
  'save',
] as const

/** The words of the window, each with its one sentence, and the keys. */
export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const keys = [
    ['Ctrl K', t('help.keySearch')],
    ['F6', t('help.keyPanes')],
    ['↑ ↓ ← →', t('help.keyArrows')],
    ['␣', t('help.keySpace')],
    ['Ctrl A', t('help.keyAll')],
    ['↵', t('help.keyEnter')],
    ['⇧ F10', t('help.keyMenu')],
    ['⌦', t('help.keyDelete')],
  ] as const
  return (
    <SheetFrame reading title={t('help.title')} about={t('help.intro')} onClose={onClose}>
      <h3>{t('help.words')}</h3>
      <dl className="facts">
        {WORDS.map((word) => (
          <div key={word}>
            <dt>{t(`help.${word}`)}</dt>
            <dd>{t(`help.${word}Text`)}</dd>
          </div>
        ))}
      </dl>
      <div>
        <Button variant="default" onClick={() => openSheet({ type: 'which-registry' })}>
          {t('accounts.helpWhich')}
        </Button>
      </div>
      <h3>{t('help.keys')}</h3>
      <dl className="facts">
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </SheetFrame>
  )
}
