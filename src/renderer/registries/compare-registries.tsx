import { PRESETS } from '../../shared/presets.ts'
import { useWords } from '../words/use-words.ts'

const COLUMNS = ['free', 'seen', 'limits', 'upkeep'] as const

/** All registries side by side: what they cost, who sees what is there, where it ends, who looks after it. */
export function CompareRegistries() {
  const { t } = useWords()
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard. */}
      <section className="compare-registries" aria-label={t('accounts.compare.title')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('accounts.compare.registry')}</th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`accounts.compare.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PRESETS.map(({ id }) => (
              <tr key={id}>
                <th scope="row">{t(`presets.name.${id}`)}</th>
                {COLUMNS.map((column) => (
                  <td key={column}>{t(`presets.${column}.${id}`)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="muted small">{t('accounts.compare.note')}</p>
    </>
  )
}
