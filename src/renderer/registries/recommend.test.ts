import { describe, expect, it } from 'vitest'
import { PRESET_IDS } from '../../shared/presets.ts'
import { type Answers, QUESTIONS, recommend } from './recommend.ts'

function every(): Answers[] {
  return QUESTIONS.who.flatMap((who) =>
    QUESTIONS.net.flatMap((net) =>
      QUESTIONS.have.flatMap((have) =>
        QUESTIONS.pay.flatMap((pay) => QUESTIONS.care.map((care) => ({ who, net, have, pay, care }))),
      ),
    ),
  )
}

/** Those that answer from the internet. */
const ONLINE = ['hub', 'github', 'gitlab', 'ecr', 'ecrPublic', 'google', 'azure', 'quay']
/** Those where images that not everybody may get cost something. */
const PAID_PRIVATE = ['hub', 'ecr', 'google', 'azure', 'quay', 'artifactory']

describe('the guide', () => {
  it.each(every().map((answers) => [Object.values(answers).join(' '), answers] as const))('%s', (_, answers) => {
    const { take, reasons, also } = recommend(answers)
    expect(['make', ...PRESET_IDS]).toContain(take)
    expect(reasons.length).toBeGreaterThan(0)
    expect(also).not.toContain(take)
    const named = [take, ...also]
    // Nothing on the internet for computers without it, or for what is to stay inside.
    if (answers.net === 'netNo' || answers.who === 'whoInside')
      expect(named.filter((id) => ONLINE.includes(id))).toEqual([])
    if (answers.who === 'whoSome' && answers.pay === 'payNo')
      expect(named.filter((id) => PAID_PRIVATE.includes(id))).toEqual([])
    // A server of one's own only where somebody looks after it; what this app makes looks after itself.
    if (answers.care === 'careNo') expect(named).not.toContain('harbor')
    if (answers.have === 'haveOrganisation') expect(take).toBe('own')
  })
})
