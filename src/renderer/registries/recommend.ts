import type { PresetId } from '../../shared/presets.ts'

/** What the guide asks, and what each question may be answered with. */
export const QUESTIONS = {
  who: ['whoAll', 'whoSome', 'whoInside'],
  net: ['netYes', 'netNo'],
  have: [
    'haveHub',
    'haveGithub',
    'haveGitlab',
    'haveAws',
    'haveGoogle',
    'haveAzure',
    'haveOrganisation',
    'haveNothing',
  ],
  pay: ['payNo', 'payYes'],
  care: ['careNo', 'careYes'],
} as const

export type Question = keyof typeof QUESTIONS
export type Answers = { readonly [Q in Question]: (typeof QUESTIONS)[Q][number] }

export type Reason =
  | 'closed'
  | 'inside'
  | 'organisation'
  | 'account'
  | 'public'
  | 'private'
  | 'free'
  | 'paid'
  | 'care'
  | 'easy'

/** What to take. `make`: one of one's own, which is made here; `ask`: the organisation's, whose address is to be typed. */
export interface Recommendation {
  readonly take: PresetId | 'make'
  readonly reasons: readonly Reason[]
  readonly also: readonly PresetId[]
}

const ACCOUNT: Readonly<Record<Answers['have'], PresetId | undefined>> = {
  haveHub: 'hub',
  haveGithub: 'github',
  haveGitlab: 'gitlab',
  haveAws: 'ecr',
  haveGoogle: 'google',
  haveAzure: 'azure',
  haveOrganisation: 'own',
  haveNothing: undefined,
}

/** Where images that only some may get cost nothing, within what most people need. */
const FREE_PRIVATE: readonly PresetId[] = ['github', 'gitlab']
/** Where images that everybody gets cost nothing. */
const FREE_PUBLIC: readonly PresetId[] = ['hub', 'github', 'gitlab', 'ecrPublic', 'quay']

function others(list: readonly PresetId[], taken: PresetId): PresetId[] {
  return list.filter((id) => id !== taken).slice(0, 2)
}

/** In one's own network: the organisation's own if there is one, else one that is made. */
function within({ have, care }: Answers, reason: Reason): Recommendation {
  if (have === 'haveOrganisation') return { take: 'own', reasons: ['organisation', reason], also: [] }
  return { take: 'make', reasons: [reason, 'easy', 'free'], also: care === 'careYes' ? ['harbor', 'gitea'] : [] }
}

function forAll({ have, pay }: Answers): Recommendation {
  const account = have === 'haveAws' ? 'ecrPublic' : ACCOUNT[have]
  const open = pay === 'payYes' ? [...FREE_PUBLIC, 'google' as const] : FREE_PUBLIC
  if (account !== undefined && open.includes(account))
    return { take: account, reasons: ['account', 'free'], also: others(FREE_PUBLIC, account) }
  return { take: 'hub', reasons: ['public', 'free'], also: others(FREE_PUBLIC, 'hub') }
}

function forSome({ have, pay, care }: Answers): Recommendation {
  const account = ACCOUNT[have]
  const affordable = account !== undefined && (pay === 'payYes' || FREE_PRIVATE.includes(account))
  if (affordable) {
    const paid = !FREE_PRIVATE.includes(account)
    return {
      take: account,
      reasons: ['account', 'private', paid ? 'paid' : 'free'],
      also: others(FREE_PRIVATE, account),
    }
  }
  const own: readonly PresetId[] = care === 'careYes' ? ['gitlab', 'harbor'] : ['gitlab']
  return { take: 'github', reasons: ['private', 'free'], also: own }
}

/** One registry for what was answered, why, and what else would do. */
export function recommend(answers: Answers): Recommendation {
  if (answers.net === 'netNo') return within(answers, 'closed')
  if (answers.who === 'whoInside') return within(answers, 'inside')
  // What an organisation has, it has for this.
  if (answers.have === 'haveOrganisation') return { take: 'own', reasons: ['organisation'], also: [] }
  return answers.who === 'whoAll' ? forAll(answers) : forSome(answers)
}
