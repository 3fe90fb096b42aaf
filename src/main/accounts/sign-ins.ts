import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { TypedSignIn } from '../../shared/contract-accounts.ts'
import { AppError } from '../../shared/errors.ts'
import { fileError } from '../files.ts'
import type { Credentials } from '../place/registry/tokens.ts'
import type { AwsKeys } from './aws-signature.ts'
import { exchangeAzure } from './azure.ts'
import { dockerSignIn } from './docker-config.ts'
import { ecrApi } from './ecr.ts'
import { serviceAccount } from './google.ts'

/** How one signs in, as it is kept; the secret is in the keychain. */
export const signInSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('password'), username: z.string() }),
  z.object({ type: z.literal('aws'), accessKeyId: z.string() }),
  /** The secret is a refresh token of the registry. */
  z.object({ type: z.literal('azure'), until: z.number().optional() }),
  z.object({ type: z.literal('google-key'), email: z.string(), project: z.string() }),
  z.object({ type: z.literal('google-token'), until: z.number() }),
  /** Docker's or podman's own: this app has no secret of it. No name where an identity token names nobody. */
  z.object({ type: z.literal('docker'), username: z.string().optional() }),
])
export type SignIn = z.infer<typeof signInSchema>

/** What becomes of what a person typed. */
export interface ReadySignIn {
  /** What the account is told from others of its host by. */
  readonly name: string
  readonly signIn: SignIn
  /** For the keychain; absent where somebody else keeps it. */
  readonly secret?: string
}

/** Milliseconds an access token of `gcloud` lives. */
const GOOGLE_LIFE = 3600_000
/** A service account's key has two or three kilobytes. */
const MAX_KEY = 64 << 10

/** What gcr.io and Artifact Registry call who comes with a key, and with a token. */
const GOOGLE_KEY_USER = '_json_key'
const GOOGLE_TOKEN_USER = 'oauth2accesstoken'

/**
 * Makes of what was typed what is kept. Azure is asked to exchange its token; `admit`: lets through what may be read of this
 * computer. @throws google-key-invalid, file-missing, name-invalid, registry-unauthorized (docker has no sign-in), registry-…
 */
export async function readySignIn(
  host: string,
  typed: TypedSignIn,
  { admit, ca, signal }: { admit: (path: string) => Promise<void>; ca?: string | undefined; signal: AbortSignal },
): Promise<ReadySignIn> {
  switch (typed.type) {
    case 'password': {
      const { username, password } = typed
      return username === GOOGLE_KEY_USER
        ? googleKey(password)
        : { name: username, signIn: { type: 'password', username }, secret: password }
    }
    case 'aws': {
      // A host without a region has no API to ask. @throws name-invalid
      ecrApi(host)
      const { accessKeyId, secretAccessKey, sessionToken } = typed
      const secret = JSON.stringify({ secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) })
      return { name: accessKeyId, signIn: { type: 'aws', accessKeyId }, secret }
    }
    case 'azure': {
      const { name, refreshToken, until } = await exchangeAzure(host, typed, signal, ca === undefined ? {} : { ca })
      return { name, signIn: { type: 'azure', ...(until === undefined ? {} : { until }) }, secret: refreshToken }
    }
    case 'google-key':
      return googleKey(typed.json)
    case 'google-key-file':
      await admit(typed.path)
      return googleKey(await readKeyFile(typed.path))
    case 'google-token':
      return {
        name: GOOGLE_TOKEN_USER,
        signIn: { type: 'google-token', until: Date.now() + GOOGLE_LIFE },
        secret: typed.token.trim(),
      }
    case 'docker':
      return await fromDocker(host, typed.keep)
  }
}

function googleKey(json: string): ReadySignIn {
  const { email, project } = serviceAccount(json)
  return { name: email, signIn: { type: 'google-key', email, project }, secret: json.trim() }
}

/** The text of a service account's key file. @throws file-missing, google-key-invalid */
export async function readKeyFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(error, path)
  })
  if (bytes.length > MAX_KEY) throw new AppError('google-key-invalid', { missing: 'JSON' })
  return bytes.toString()
}

async function fromDocker(host: string, keep: boolean): Promise<ReadySignIn> {
  const found = await dockerSignIn(host)
  if (!found) throw new AppError('registry-unauthorized', { place: host })
  const username = found.type === 'password' ? found.username : undefined
  if (keep && found.type === 'password')
    return { name: found.username, signIn: { type: 'password', username: found.username }, secret: found.password }
  // An identity token stays docker's: it is renewed where it is kept, and a copy would end with the next renewal.
  return {
    name: username ?? 'docker',
    signIn: { type: 'docker', ...(username === undefined ? {} : { username }) },
  }
}

/** The access keys that were kept as a secret. */
export function awsKeys({ accessKeyId }: { readonly accessKeyId: string }, secret: string): AwsKeys {
  const kept = z.object({ secretAccessKey: z.string(), sessionToken: z.string().optional() }).parse(JSON.parse(secret))
  return { accessKeyId, ...kept }
}

/** What a registry is shown of a sign-in whose secret needs no more asking. */
export function credentialsOf(signIn: Exclude<SignIn, { type: 'aws' | 'docker' }>, secret: string): Credentials {
  switch (signIn.type) {
    case 'password':
      return { type: 'password', username: signIn.username, password: secret }
    case 'azure':
      return { type: 'identity-token', token: secret }
    case 'google-key':
      return { type: 'password', username: GOOGLE_KEY_USER, password: secret }
    case 'google-token':
      return { type: 'password', username: GOOGLE_TOKEN_USER, password: secret }
  }
}
