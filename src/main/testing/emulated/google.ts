import { generateKeyPairSync } from 'node:crypto'
import type { Internet } from '../internet.ts'
import { type Bearer, isWrite, type Refused, said } from './gate.ts'
import { type Mounted, mountedWithTokens, rights } from './mounted.ts'

/** The JSON key of a service account, with a private key of its own each time. */
export function serviceAccountKey(email = 'ci@acme-prod.iam.gserviceaccount.com'): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return JSON.stringify(
    {
      type: 'service_account',
      project_id: 'acme-prod',
      private_key_id: '0123456789abcdef',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: email,
      client_id: '100000000000000000001',
      token_uri: 'https://oauth2.googleapis.com/token',
    },
    null,
    2,
  )
}

/** What `gcloud auth print-access-token` gives. */
export const GOOGLE_TOKEN = 'ya29.emulated-access-token'

/**
 * Artifact Registry: the repository `acme-prod/apps` is there, images in it come to be by a push. One PUT for a blob, no
 * chunks; `child` and `manifest` beside the tags. `key`: the service account's that may write.
 */
export async function startGoogle(
  internet: Internet,
  key: string,
  { host = 'europe-docker.pkg.dev' }: { readonly host?: string } = {},
): Promise<Mounted & { readonly bearer: Bearer }> {
  const disabled =
    'Artifact Registry API has not been used in project acme-old before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/artifactregistry.googleapis.com/overview then retry.'
  return await mountedWithTokens({
    internet,
    host,
    realm: '/v2/token',
    options: { extraTags: true },
    bearer: {
      service: host,
      token: 'secret',
      post: false,
      who: (username, secret): string | Refused => {
        const fine =
          (username === '_json_key' && secret.trim() === key.trim()) ||
          (username === '_json_key_base64' && Buffer.from(secret, 'base64').toString().trim() === key.trim()) ||
          (username === 'oauth2accesstoken' && secret === GOOGLE_TOKEN)
        return fine ? 'acme' : said(401, 'UNAUTHORIZED', 'not authenticated: No valid credential was supplied.')
      },
      grants: (user, repository, actions) =>
        rights(actions, user !== undefined && repository.startsWith('acme-prod/apps/') ? 'write' : 'none'),
      lacks: (_, target) => {
        const [project, repository] = target.repository.split('/')
        if (project === 'acme-old') return said(403, 'DENIED', disabled)
        const action = isWrite(target) ? 'uploadArtifacts' : 'downloadArtifacts'
        const resource = `projects/${project}/locations/europe/repositories/${repository}`
        const message = `Permission "artifactregistry.repositories.${action}" denied on resource "${resource}" (or it may not exist)`
        return said(403, 'DENIED', message)
      },
    },
    before: (_, { kind, repository }) =>
      kind !== '' && kind !== '_catalog' && repository.split('/').length < 3
        ? said(400, 'NAME_INVALID', `Invalid image name "${repository}": expected project/repository/image`)
        : undefined,
    rules: (request, { method }) =>
      method === 'PATCH' && request.headers['content-range'] !== undefined
        ? said(400, 'UNSUPPORTED', 'Chunked uploads are not supported')
        : undefined,
  })
}
