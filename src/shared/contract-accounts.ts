import { z } from 'zod'
import { errorSchema, nothing, placeSchema, procedure } from './contract-words.ts'
import { REGISTRY_KINDS } from './registry-kinds.ts'

/** Registries that are added, and the accounts a person has there. A secret goes to the host once, and never comes back. */

/** A registry as it is added. */
export const registryFormSchema = z.object({
  host: z.string(),
  /** What the person says it is; the host's name counts more, and so does what a test finds. */
  kind: z.enum(REGISTRY_KINDS).optional(),
  /** Speak without encryption: only after the person said so. Loopback needs no permission. */
  plain: z.boolean(),
  /** PEM text of an authority of its own. */
  ca: z.string().optional(),
})
export type RegistryForm = z.infer<typeof registryFormSchema>

/** What is typed to sign in. */
export const typedSignInSchema = z.discriminatedUnion('type', [
  /** A password, an access token, the key of a robot: whatever the registry takes as one. */
  z.object({ type: z.literal('password'), username: z.string().min(1), password: z.string().min(1) }),
  /** Amazon ECR, private (its region is in the host's name) or public. */
  z.object({
    type: z.literal('aws'),
    accessKeyId: z.string().min(1),
    secretAccessKey: z.string().min(1),
    /** Of temporary keys (AWS_SESSION_TOKEN). */
    sessionToken: z.string().min(1).optional(),
  }),
  /** Azure: an access token of Entra (`az account get-access-token`), good for hours. Admin and service principal are `password`. */
  z.object({ type: z.literal('azure'), accessToken: z.string().min(1), tenant: z.string().min(1).optional() }),
  /** Google: the JSON key of a service account, pasted. */
  z.object({ type: z.literal('google-key'), json: z.string().min(1) }),
  /** The same from a file of the host, which is read once. */
  z.object({ type: z.literal('google-key-file'), path: z.string().min(1) }),
  /** Google: `gcloud auth print-access-token`, good for an hour. */
  z.object({ type: z.literal('google-token'), token: z.string().min(1) }),
  /** The sign-in that docker or podman has (`accounts.known`). It stays theirs unless `keep`: then this app keeps one of its own. */
  z.object({ type: z.literal('docker'), keep: z.boolean() }),
])
export type TypedSignIn = z.infer<typeof typedSignInSchema>

export const signInTypeSchema = z.enum(['password', 'aws', 'azure', 'google-key', 'google-token', 'docker'])
export type SignInType = z.infer<typeof signInTypeSchema>

/** `unknown`: it cannot be known without leaving something there. `error` says why not. */
const mayDoSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('yes') }),
  z.object({ type: z.literal('no'), error: errorSchema.optional() }),
  z.object({ type: z.literal('unknown') }),
])
export type MayDo = z.infer<typeof mayDoSchema>

export const registryTestSchema = z.object({
  /** What it is: by its name, by what it answered, else what the person said. */
  kind: z.enum(REGISTRY_KINDS),
  /** As it says itself (Harbor, Gitea …). */
  version: z.string().optional(),
  /** Whether the connection is encrypted. */
  encrypted: z.boolean(),
  /** How it wants to be signed in to; `none` also where it asks later, per repository. */
  auth: z.enum(['none', 'basic', 'bearer']),
  signedIn: z.discriminatedUnion('type', [
    /** Nobody was to be signed in. */
    z.object({ type: z.literal('nobody') }),
    /** `name`: as `accounts.add` would call the account. */
    z.object({ type: z.literal('yes'), name: z.string() }),
    z.object({ type: z.literal('no'), name: z.string(), error: errorSchema }),
    /** It let in, but it lets in everybody: whether it knows this account shows at the first use. */
    z.object({ type: z.literal('unknown'), name: z.string() }),
  ]),
  /** Into or from the namespace that was asked about: `acme`, or a repository below it. */
  push: mayDoSchema,
  pull: mayDoSchema,
})
export type RegistryTest = z.infer<typeof registryTestSchema>

export const accountSchema = z.object({
  host: z.string(),
  /** What it is told from others of this host by; the `account` of its place. */
  name: z.string(),
  type: signInTypeSchema,
  /** For a person, where it says more than the name: the project of a service account, docker's file. */
  about: z.string().optional(),
  /** Of what is good for a while only: its end, milliseconds since the epoch. */
  until: z.number().optional(),
  /** False: no keychain has its secret, it is good for this run or lost already. */
  remembered: z.boolean(),
})
export type AccountInfo = z.infer<typeof accountSchema>

/** A sign-in that docker or podman keeps. Its secret is not part of this. */
export const knownSignInSchema = z.object({
  host: z.string(),
  kind: z.enum(REGISTRY_KINDS),
  /** Absent where an identity token names nobody. */
  username: z.string().optional(),
  from: z.enum(['docker', 'podman']),
  /** The file that names it. */
  file: z.string(),
  /** The credential helper that has it: `desktop`, `osxkeychain`, `pass` …; absent: the file itself. */
  helper: z.string().optional(),
  /** The password lies in the file, in base64, readable for every program of this person. */
  exposed: z.boolean(),
  /** An account of this host and name is kept here already. */
  added: z.boolean(),
})
export type KnownSignIn = z.infer<typeof knownSignInSchema>

export const knownSignInsSchema = z.object({
  signIns: z.array(knownSignInSchema),
  /** What keeps passwords out of docker's file on this system: the value of `credsStore`, and whether its helper is installed. */
  remedy: z.object({ credsStore: z.string(), installed: z.boolean() }),
})
export type KnownSignIns = z.infer<typeof knownSignInsSchema>

export const serviceAccountSchema = z.object({ email: z.string(), project: z.string() })
export type ServiceAccount = z.infer<typeof serviceAccountSchema>

export const accountProcedures = {
  /**
   * Asks a registry who it is, signs in, and finds out what the account may do. Keeps nothing, leaves nothing there.
   * `signIn`: what was typed; `account`: one that is kept; neither: nobody. `namespace`: where the person wants to push.
   * @throws registry-unreachable, registry-tls, registry-plain-http … when it is not reached; google-key-invalid
   */
  test: procedure
    .input(
      z.object({
        registry: registryFormSchema,
        signIn: typedSignInSchema.optional(),
        account: z.string().optional(),
        namespace: z.string().optional(),
      }),
    )
    .output(registryTestSchema),
  /**
   * Keeps a registry, and an account of it; one of the same name gets the new secret. `remembered` false: no keychain
   * took the secret, it is good for this run. @throws name-invalid, google-key-invalid, registry-unauthorized (docker has none)
   */
  add: procedure
    .input(z.object({ registry: registryFormSchema, signIn: typedSignInSchema.optional() }))
    .output(z.object({ place: placeSchema, remembered: z.boolean() })),
  /** The accounts that are kept, of one registry or all, as they were added. */
  list: procedure.input(z.object({ host: z.string().optional() })).output(z.array(accountSchema)),
  /** What was allowed for a registry that is kept; absent when it is not. */
  registry: procedure
    .input(z.object({ host: z.string() }))
    .output(z.object({ registry: registryFormSchema.optional() })),
  /** Forgets an account and its secret; the registry stays. */
  signOut: procedure.input(z.object({ host: z.string(), account: z.string() })).output(nothing),
  /** The sign-ins docker and podman have already. Their files and helpers are read, never written. */
  known: procedure.input(nothing).output(knownSignInsSchema),
  /** Which service account a key is of. @throws google-key-invalid, file-missing */
  googleKey: procedure
    .input(z.union([z.object({ json: z.string() }), z.object({ path: z.string() })]))
    .output(serviceAccountSchema),
}
