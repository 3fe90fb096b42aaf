import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import type { ServiceAccount } from '../../shared/contract-accounts.ts'
import { AppError } from '../../shared/errors.ts'

/** What the JSON file of a service account's key has, as far as it matters. */
const keySchema = z.object({
  type: z.literal('service_account'),
  project_id: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
  client_email: z.string().min(1),
})

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem)
    return true
  } catch {
    return false
  }
}

/** Which service account a key is of. No word of what was given is in the error. @throws google-key-invalid */
export function serviceAccount(json: string): ServiceAccount {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new AppError('google-key-invalid', { missing: 'JSON' })
  }
  const { data, error } = keySchema.safeParse(value)
  if (!data) throw new AppError('google-key-invalid', { missing: error.issues[0]?.path.join('.') || 'type' })
  return { email: data.client_email, project: data.project_id }
}
