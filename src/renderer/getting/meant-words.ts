import { familiar } from '../../shared/reference.ts'
import type { Meant, WantedProblem } from '../../shared/wanted.ts'
import type { Translate } from '../words/use-words.ts'

/** Said otherwise here than where a name is given. */
const OWN = ['variable', 'command', 'page', 'id', 'words', 'digest', 'identifier'] as const

function isOwn(problem: WantedProblem): problem is (typeof OWN)[number] {
  return OWN.some((own) => own === problem)
}

/** What is wrong with something that was typed, in words. */
export function problemWords(problem: WantedProblem, t: Translate): string {
  return isOwn(problem) ? t(`getting.problem.${problem}`) : t(`tag.problem.${problem}`)
}

/** What is wrong with what was meant; undefined where nothing is. In a list a digest alone is too little. */
export function meantProblem(meant: Meant, t: Translate): string | undefined {
  if (meant.type === 'problem') return problemWords(meant.problem, t)
  return meant.type === 'digest' || meant.type === 'words' ? problemWords(meant.type, t) : undefined
}

export function meantTitle(text: string, meant: Meant): string {
  return meant.type === 'image' ? familiar(meant.reference) : text
}
