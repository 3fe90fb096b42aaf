import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ImageDetails } from '../../shared/contract.ts'
import { useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { fingerprintIn } from './fingerprint.ts'

/** What a fingerprint is of one image. `layer`: its place in it, from 1. */
export type Verdict =
  | { readonly type: 'same' | 'config' | 'different' }
  | { readonly type: 'layer'; readonly layer: number }

type Compared = Pick<ImageDetails, 'id' | 'configDigest' | 'layers'>

/** The id of an image is what its place tells it by: its manifest, else its configuration. */
export function verdictOn(fingerprint: string, { id, configDigest, layers }: Compared): Verdict {
  if (fingerprint === id) return { type: 'same' }
  if (fingerprint === configDigest) return { type: 'config' }
  const at = layers.findIndex(({ diffId, digest }) => diffId === fingerprint || digest === fingerprint)
  return at < 0 ? { type: 'different' } : { type: 'layer', layer: at + 1 }
}

/** A fingerprint somebody sent, held against this image: the same, another one, or which part of it. */
export function FingerprintField({ details }: { details: ImageDetails }) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const fingerprint = fingerprintIn(typed)
  const verdict = fingerprint === undefined ? undefined : verdictOn(fingerprint, details)
  const good = verdict && verdict.type !== 'different'
  const words = {
    same: 'finding.verdict.same',
    config: 'finding.verdict.config',
    layer: 'finding.verdict.layer',
    different: 'finding.verdict.different',
  } as const
  return (
    <>
      <TextInput
        label={t('finding.paste')}
        placeholder="sha256:…"
        spellCheck={false}
        autoComplete="off"
        value={typed}
        error={typed.trim() !== '' && fingerprint === undefined && t('finding.noFingerprint')}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <p role="status" className={good ? 'good' : 'bad'}>
        {verdict && t(words[verdict.type], { number: verdict.type === 'layer' ? verdict.layer : 0 })}
      </p>
      {verdict?.type === 'different' && (
        <button
          type="button"
          className="link"
          onClick={() => {
            useUi.setState({ search: fingerprint ?? '', sheet: undefined })
          }}
        >
          {t('finding.searchIt')}
        </button>
      )}
    </>
  )
}
