import { Button, Radio } from '@mantine/core'
import { IconCompass } from '@tabler/icons-react'
import { useState } from 'react'
import { SheetFrame } from '../shell/sheet.tsx'
import { openSheet } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { CompareRegistries } from './compare-registries.tsx'
import { type Answers, QUESTIONS, type Question, type Recommendation, recommend } from './recommend.ts'

const ASKED = Object.keys(QUESTIONS) as Question[]

type Given = { -readonly [Q in Question]?: Answers[Q] }

function isComplete(given: Given): given is Answers {
  return ASKED.every((question) => given[question] !== undefined)
}

interface QuestionProps {
  question: Question
  number: number
  answer: string | undefined
  onAnswer: (answer: string) => void
}

function Asked({ question, number, answer, onAnswer }: QuestionProps) {
  const { t } = useWords()
  return (
    <Radio.Group
      className="question"
      label={`${number}. ${t(`accounts.guide.${question}`)}`}
      value={answer ?? null}
      onChange={onAnswer}
    >
      <div className="answers">
        {QUESTIONS[question].map((value) => (
          <Radio key={value} value={value} label={t(`accounts.guide.${value}`)} />
        ))}
      </div>
    </Radio.Group>
  )
}

function Advice({ take, reasons, also }: Recommendation) {
  const { t, language } = useWords()
  const names = also.map((id) => t(`presets.name.${id}`))
  return (
    <div className="advice">
      <IconCompass size={22} aria-hidden className="accent" />
      <div>
        <p>
          <strong>
            {take === 'make'
              ? t('accounts.guide.answerMake')
              : t('accounts.guide.answer', { name: t(`presets.name.${take}`) })}
          </strong>
        </p>
        <p>{reasons.map((reason) => t(`accounts.guide.reason.${reason}`)).join(' ')}</p>
        {names.length > 0 && (
          <p className="muted">
            {t('accounts.guide.also', {
              names: new Intl.ListFormat(language, { type: 'disjunction' }).format(names),
            })}
          </p>
        )}
      </div>
    </div>
  )
}

/** Five plain questions, a recommendation, and all registries compared. */
export function WhichRegistry({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const [given, setGiven] = useState<Given>({})
  const advice = isComplete(given) ? recommend(given) : undefined
  const take = advice?.take
  return (
    <SheetFrame
      wide
      title={t('accounts.guide.title')}
      about={t('accounts.guide.about')}
      onClose={onClose}
      summary={
        <div role="status">
          {advice ? <Advice {...advice} /> : <p className="muted">{t('accounts.guide.unanswered')}</p>}
        </div>
      }
      footer={
        <>
          <span className="spacer" />
          <Button variant="default" onClick={() => openSheet({ type: 'registry' })}>
            {t('common.back')}
          </Button>
          {take !== undefined && (
            <Button onClick={() => openSheet(take === 'make' ? { type: 'own' } : { type: 'registry', preset: take })}>
              {take === 'make'
                ? t('accounts.guide.takeMake')
                : t('accounts.guide.take', { name: t(`presets.name.${take}`) })}
            </Button>
          )}
        </>
      }
    >
      {ASKED.map((question, at) => (
        <Asked
          key={question}
          question={question}
          number={at + 1}
          answer={given[question]}
          onAnswer={(answer) => setGiven((now) => ({ ...now, [question]: answer }))}
        />
      ))}
      <details className="fold">
        <summary>{t('accounts.guide.compare')}</summary>
        <CompareRegistries />
      </details>
    </SheetFrame>
  )
}
