import type Dockerode from 'dockerode'
import { extract, pack } from 'tar-stream'
import { CONFIG_FOLDER } from './recipe.ts'

/** Small files in the settings volume of a registry, by the engine's archive calls: running or not. */

interface TextFile {
  readonly name: string
  readonly text: string
  /** Read by its owner alone, as keys are. */
  readonly secret?: boolean
}

export async function writeFiles(container: Dockerode.Container, files: readonly TextFile[]): Promise<void> {
  const tar = pack()
  // A tar header tells whole seconds: of two changes within one, the program, which goes by the time, would see the first alone.
  const pax = { mtime: String(Date.now() / 1000) }
  for (const { name, text, secret = false } of files) tar.entry({ name, mode: secret ? 0o600 : 0o644, pax }, text)
  tar.finalize()
  const parts = await Array.fromAsync(tar as AsyncIterable<Uint8Array>)
  await container.putArchive(Buffer.concat(parts), { path: CONFIG_FOLDER })
}

/** The text of a file; undefined when there is none. */
export async function readFile(container: Dockerode.Container, name: string): Promise<string | undefined> {
  const stream = await container.getArchive({ path: `${CONFIG_FOLDER}/${name}` }).catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && Reflect.get(error, 'statusCode') === 404) return undefined
    throw error
  })
  if (!stream) return undefined
  const entries = extract()
  stream.on('error', (error) => entries.destroy(error))
  stream.pipe(entries)
  for await (const entry of entries) {
    const parts = await Array.fromAsync(entry as AsyncIterable<Uint8Array>)
    return Buffer.concat(parts).toString()
  }
  return undefined
}
