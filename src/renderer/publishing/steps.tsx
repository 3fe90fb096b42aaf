import { IconCheck } from '@tabler/icons-react'
import { useWords } from '../words/use-words.ts'

export const STEPS = ['where', 'names', 'checks', 'send'] as const
export type Step = (typeof STEPS)[number]

interface StepListProps {
  step: Step
  /** Goes back to one that is done; undefined once something is on its way. */
  onStep: ((step: Step) => void) | undefined
}

/** Where one is: the steps done can be gone back to. */
export function StepList({ step, onStep }: StepListProps) {
  const { t } = useWords()
  const now = STEPS.indexOf(step)
  return (
    <ol className="publish-steps" aria-label={t('publish.steps')}>
      {STEPS.map((one, index) => {
        const done = index < now
        const name = t(`publish.step.${one}`)
        const mark = <span className="publish-step-mark">{done ? <IconCheck size={14} aria-hidden /> : index + 1}</span>
        return (
          <li
            key={one}
            className={done ? 'publish-step publish-step-done' : 'publish-step'}
            aria-current={index === now ? 'step' : undefined}
          >
            {done && onStep ? (
              <button type="button" className="publish-step-back" onClick={() => onStep(one)}>
                {mark} {name} <span className="visually-hidden">({t('publish.stepDone')})</span>
              </button>
            ) : (
              <>
                {mark} {name}
                {done && <span className="visually-hidden"> ({t('publish.stepDone')})</span>}
              </>
            )}
          </li>
        )
      })}
    </ol>
  )
}
