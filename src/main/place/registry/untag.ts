import { randomUUID } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import { digestOf } from '../../format/digest.ts'
import { MEDIA } from '../../format/documents.ts'
import type { RegistryClient } from './client.ts'

/** Taking one tag away, also where a registry (docker-registry before 3) removes manifests only, with all their tags. */

/** The config of what is no image (OCI image-spec, "Guidance for an Empty Descriptor"). */
const EMPTY = Buffer.from('{}')
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'
const PLACEHOLDER = 'application/vnd.caboteur.placeholder'

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A manifest like no other, that holds nothing. */
function placeholder(): Buffer {
  const config = { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY), size: EMPTY.length }
  const annotations = { [PLACEHOLDER]: randomUUID() }
  const manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, artifactType: PLACEHOLDER, config, layers: [] }
  return Buffer.from(JSON.stringify({ ...manifest, annotations }))
}

function isUnsupported(error: unknown): boolean {
  return error instanceof AppError && error.code === 'registry-unsupported'
}

/** Asked of something that is nowhere, so that asking changes nothing. @throws registry-denied, registry-unauthorized, … */
async function offers(asking: Promise<void>): Promise<boolean> {
  try {
    await asking
    return true
  } catch (error) {
    if (isUnsupported(error)) return false
    throw error
  }
}

/** How a repository lets go of a tag: by itself, only with the manifest it names, or not at all. */
export async function untagging(
  client: RegistryClient,
  repository: string,
  signal: AbortSignal,
): Promise<'tag' | 'manifest' | 'none'> {
  const nowhere = `caboteur-${randomUUID()}`
  if (await offers(client.deleteTag(repository, nowhere, signal))) return 'tag'
  return (await offers(client.deleteManifest(repository, digestOf(nowhere), signal))) ? 'manifest' : 'none'
}

/**
 * Takes a tag away and leaves what it names to its other names. Where only manifests can be removed the tag is first moved
 * to one of our own, which takes nothing else along. @throws registry-unsupported, with the tag as it was
 */
export async function untag(
  client: RegistryClient,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<void> {
  const refused = await client.deleteTag(repository, tag, signal).catch((error: unknown) => {
    if (isUnsupported(error)) return error
    throw error
  })
  if (refused === undefined) return
  if (!(await client.head(repository, tag, signal))) return
  const nowhere = digestOf(`caboteur-${randomUUID()}`)
  if (!(await offers(client.deleteManifest(repository, nowhere, signal)))) throw refused
  const { bytes, mediaType } = await client.manifest(repository, tag, signal)
  await client.upload(repository, once(EMPTY), { digest: digestOf(EMPTY), size: EMPTY.length }, signal)
  const own = placeholder()
  try {
    await client.putManifest(repository, tag, own, MEDIA.manifest, signal)
    await client.deleteManifest(repository, digestOf(own), signal)
  } catch (error) {
    await client.putManifest(repository, tag, bytes, mediaType, signal)
    throw error
  }
}
