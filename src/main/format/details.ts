import type { ArchiveImage, ImageDetails } from '../../shared/contract.ts'
import type { Digest } from '../../shared/reference.ts'
import type { Image } from '../place/place.ts'
import { type Config, createdOf, parseConfig } from './documents.ts'

/** An image by its config, in the contract's words. */

type LayerRow = ArchiveImage['layers'][number]

/** The build steps that made layers, in order; an image's layers are theirs where the numbers agree. */
export function layerCommands(config: Config, layers: number): readonly (string | undefined)[] {
  const steps = (config.history ?? []).filter((step) => step.empty_layer !== true)
  return steps.length === layers ? steps.map((step) => step.created_by ?? undefined) : []
}

/** What a place that keeps manifests says of an image's layers. */
export function manifestLayers({ layers }: Image, config: Config | undefined): LayerRow[] {
  const commands = config ? layerCommands(config, layers.length) : []
  return layers.map(({ diffId, stored }, index) => {
    const command = commands[index]
    return {
      ...(diffId ? { diffId } : {}),
      ...(stored ? { digest: stored.digest, size: stored.size, mediaType: stored.mediaType } : {}),
      ...(command ? { command } : {}),
    }
  })
}

/** Everything about an image that its config tells; an artifact has none that can be read. */
export function configDetails(
  image: Pick<Image, 'id' | 'names' | 'platform' | 'created'>,
  config: Config | undefined,
  configDigest: Digest,
  layers: LayerRow[],
): ImageDetails {
  const run = config?.config ?? {}
  return {
    id: image.id,
    configDigest,
    names: [...image.names],
    platform: image.platform,
    created: image.created,
    size: layers.reduce((sum, layer) => sum + (layer.size ?? 0), 0),
    ...(config?.author ? { author: config.author } : {}),
    layers,
    history: (config?.history ?? []).map((step) => ({
      created: config ? createdOf({ ...config, created: step.created }) : 0,
      command: step.created_by ?? '',
      comment: step.comment ?? '',
      empty: step.empty_layer === true,
    })),
    command: run.Cmd ?? [],
    entrypoint: run.Entrypoint ?? [],
    env: run.Env ?? [],
    labels: run.Labels ?? {},
    ports: Object.keys(run.ExposedPorts ?? {}),
    volumes: Object.keys(run.Volumes ?? {}),
    user: run.User ?? '',
    workingDir: run.WorkingDir ?? '',
    containers: [],
  }
}

/** The config of an image as a config at all: an artifact's may be anything. */
export function readableConfig({ config, kind, id }: Image): Config | undefined {
  return config && kind === undefined ? parseConfig(config, id) : undefined
}
