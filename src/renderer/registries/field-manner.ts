/** Names, addresses and secrets: no program is to mend, guess or remember them. */
export const PLAIN = { spellCheck: false, autoComplete: 'off', autoCapitalize: 'none', autoCorrect: 'off' } as const

/** The hint stands below its field: the fields of a line stay in line. */
export const ORDER: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'error', 'description']
