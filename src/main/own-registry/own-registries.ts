import { networkInterfaces } from 'node:os'
import type Dockerode from 'dockerode'
import type { PlaceRef } from '../../shared/contract.ts'
import type { OwnCleanup, OwnForm, OwnImage, OwnRegistry } from '../../shared/contract-own.ts'
import { AppError, asAppError } from '../../shared/errors.ts'
import { layoutImages } from '../contents.ts'
import { delay } from '../feed.ts'
import { readableConfig } from '../format/details.ts'
import type { Host } from '../host.ts'
import { type EngineClient, engineError } from '../place/engine/client.ts'
import type { Engines } from '../place/engine/engines.ts'
import { inspectImage, listImages } from '../place/engine/images.ts'
import { leaves } from '../place/place.ts'
import { RegistryClient } from '../place/registry/client.ts'
import type { Registries } from '../registries.ts'
import { certify } from './certificate.ts'
import { collectGarbage, planCleanup, removeVersions } from './cleanup.ts'
import { readFile, writeFiles } from './container-files.ts'
import { freePort } from './free-port.ts'
import {
  AUTHORITY,
  certifiedNames,
  checkForm,
  checkUser,
  configText,
  containerName,
  containerOf,
  HTPASSWD,
  hostOf,
  LABEL,
  type Settings,
  settingsOf,
  volumes,
} from './recipe.ts'
import { userNames, withoutUser, withUser } from './users.ts'

interface Parts {
  readonly host: Host
  readonly engines: Engines
  readonly registries: Registries
}

export interface OwnRef {
  readonly engine: string
  readonly id: string
}

/** Milliseconds a registry that was just started has to answer. */
const ANSWER_WITHIN = 30_000
const POLL = 200
/** Lines of the program's log that tell why it does not run. */
const LOG_LINES = 20

/** Registries of one's own, on any engine. Their engine remembers them; this remembers nothing. */
export class OwnRegistries {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async list(engine: string): Promise<{ registries: OwnRegistry[]; kept: string[] }> {
    const client = await this.#parts.engines.client(engine)
    try {
      const filters = { label: [LABEL] }
      const containers = await client.docker.listContainers({ all: true, filters })
      const { Volumes: found } = await client.docker.listVolumes({ filters })
      const registries = containers.flatMap(({ Id, Labels, State, Status }) => {
        const settings = settingsOf(Labels)
        const name = Labels[LABEL]
        if (!settings || name === undefined) return []
        const running = State === 'running'
        const { mode, port, reach, addresses, tls } = settings
        const about = { id: Id, engine, name, running, mode, port, reach, addresses, tls, host: hostOf(settings) }
        return [{ ...about, ...(State === 'restarting' ? { problem: Status } : {}) }]
      })
      const names = new Set(registries.map(({ name }) => name))
      const kept = (found ?? []).flatMap(({ Name, Labels }) => {
        const name = (Labels as Record<string, string> | null)?.[LABEL]
        return name !== undefined && Name === volumes(name).data && !names.has(name) ? [name] : []
      })
      return { registries, kept }
    } catch (error) {
      throw engineError(error)
    }
  }

  /** Images of the registry program: those of the engine, and those of the Library, which are copied first. */
  async images(engine: string, signal: AbortSignal): Promise<OwnImage[]> {
    const client = await this.#parts.engines.client(engine)
    const named = (await listImages(client)).filter(({ names }) =>
      names.some((name) => /registry|distribution/.test(name)),
    )
    const here: OwnImage[] = []
    for (const { id, names, size } of named) {
      const { Config } = await inspectImage(client, id)
      if (runsRegistry(Config)) here.push({ place: { type: 'engine', engine }, id, names, size })
    }
    const { library } = this.#parts.host.info
    const kept = (await layoutImages(library, signal)).flatMap((image): OwnImage[] => {
      const fits = leaves(image).some((leaf) => runsRegistry(readableConfig(leaf)?.config))
      const size = leaves(image)[0]?.layers.reduce((sum, { stored }) => sum + (stored?.size ?? 0), 0) ?? 0
      return fits ? [{ place: { type: 'layout', path: library }, id: image.id, names: [...image.names], size }] : []
    })
    return [...here, ...kept]
  }

  async suggest(engine: string): Promise<{ port: number; addresses: string[] }> {
    const client = await this.#parts.engines.client(engine)
    if (!isHere(client)) {
      const { host } = this.#parts.engines.address(engine)
      const name = URL.canParse(host) ? new URL(host).hostname.replace(/^\[(.*)\]$/, '$1') : ''
      return { port: 5000, addresses: name === '' ? [] : [name] }
    }
    const own = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    const reachable = own.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
    return { port: await freePort(), addresses: [this.#parts.host.info.computer.toLowerCase(), ...reachable] }
  }

  async create(form: OwnForm, signal: AbortSignal): Promise<{ place: PlaceRef; remembered: boolean }> {
    checkForm(form)
    const client = await this.#parts.engines.client(form.engine)
    const { Config } = await inspectImage(client, form.image)
    if (!runsRegistry(Config)) throw new AppError('own-image')
    const before = await this.list(form.engine)
    if (before.registries.some(({ name }) => name === form.name)) throw new AppError('own-name', { name: form.name })
    const { mode, port, reach, tls } = form
    const addresses = form.addresses.length > 0 ? form.addresses : ['localhost']
    const settings: Settings = { mode, port, reach, addresses, tls }
    const ca = await this.#run(client, form, settings, before.kept.includes(form.name), signal)
    return await this.#add(form, settings, ca)
  }

  /** Makes and starts the container; what was made goes again when it does not answer. Gives its authority. */
  async #run(
    client: EngineClient,
    form: OwnForm,
    settings: Settings,
    keptData: boolean,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const certificate = settings.tls ? await certify(form.name, certifiedNames(settings)) : undefined
    const htpasswd = await htpasswdOf(form)
    const { docker } = client
    const container = await docker.createContainer(containerOf(form, settings)).catch((error: unknown) => {
      throw started(error, settings.port)
    })
    try {
      await writeFiles(container, [
        { name: 'config.yml', text: configText(settings, form.users.length > 0), secret: true },
        { name: HTPASSWD, text: htpasswd, secret: true },
        ...(certificate
          ? [
              { name: AUTHORITY, text: certificate.ca },
              { name: 'cert.pem', text: certificate.certificate },
              { name: 'key.pem', text: certificate.key, secret: true },
            ]
          : []),
      ])
      await container.start()
      await answering(client, container, settings, certificate?.ca, signal)
      return certificate?.ca
    } catch (error) {
      await container.remove({ force: true })
      const { data, config } = volumes(form.name)
      // What was kept of a registry of this name before is not this one's to remove.
      for (const volume of keptData ? [] : [data, config]) await docker.getVolume(volume).remove({ force: true })
      throw started(error, settings.port)
    }
  }

  async #add(
    { users: [user] }: OwnForm,
    settings: Settings,
    ca: string | undefined,
  ): Promise<{ place: PlaceRef; remembered: boolean }> {
    const { registries } = this.#parts
    const host = hostOf(settings)
    await registries.keep({ host, kind: 'distribution', plain: !settings.tls, ...(ca === undefined ? {} : { ca }) })
    if (!user) return { place: { type: 'registry', host }, remembered: true }
    const { name, password } = user
    const signIn = { type: 'password', username: name } as const
    const remembered = await registries.signIn({ host, name, signIn }, password)
    return { place: { type: 'registry', host, account: name }, remembered }
  }

  async start(ref: OwnRef): Promise<void> {
    const { container, settings } = await this.#open(ref)
    await container.start().catch((error: unknown) => {
      // 304: it runs already.
      if (statusOf(error) !== 304) throw started(error, settings.port)
    })
  }

  async stop(ref: OwnRef): Promise<void> {
    const { container } = await this.#open(ref)
    await container.stop().catch((error: unknown) => {
      if (statusOf(error) !== 304) throw engineError(error)
    })
  }

  /** Takes the container away, and with `data` all images in it. The place goes, too. */
  async remove(ref: OwnRef, data: boolean): Promise<void> {
    const { client, container, name, settings } = await this.#open(ref)
    try {
      await container.remove({ force: true })
      const { data: images, config } = volumes(name)
      await client.docker.getVolume(config).remove({ force: true })
      if (data) await client.docker.getVolume(images).remove({ force: true })
    } catch (error) {
      throw engineError(error)
    }
    await this.#parts.registries.forget(hostOf(settings))
  }

  async users(ref: OwnRef): Promise<string[]> {
    const { container } = await this.#open(ref)
    return userNames(await htpasswdIn(container))
  }

  async setUser(ref: OwnRef, name: string, password: string): Promise<void> {
    checkUser(name)
    const { container, settings } = await this.#open(ref)
    const file = await htpasswdIn(container)
    const first = userNames(file).length === 0
    await write(container, { name: HTPASSWD, text: await withUser(file, name, password), secret: true })
    // The program reads the list anew by itself; that there is one at all it reads when it starts.
    if (first) await reconfigure(container, settings)
    const host = hostOf(settings)
    const known = (await this.#parts.registries.accounts(host)).some((account) => account.name === name)
    // The password this app itself signs in with has changed.
    if (known)
      await this.#parts.registries.signIn({ host, name, signIn: { type: 'password', username: name } }, password)
  }

  /** @throws own-last-user */
  async removeUser(ref: OwnRef, name: string): Promise<void> {
    const { container } = await this.#open(ref)
    const file = await htpasswdIn(container)
    const rest = withoutUser(file, name)
    if (userNames(rest).length === 0) throw new AppError('own-last-user', { name })
    await write(container, { name: HTPASSWD, text: rest, secret: true })
  }

  /** Bytes on the engine's disk; undefined where the engine does not count. */
  async size(ref: OwnRef): Promise<number | undefined> {
    const { client, name } = await this.#open(ref)
    return await sizeOf(client, name)
  }

  async cleanup(ref: OwnRef, keep: number, signal: AbortSignal): Promise<OwnCleanup> {
    const { settings } = await this.#open(ref)
    const client = await this.#parts.registries.client(hostOf(settings))
    const { repositories } = await planCleanup({ client, host: hostOf(settings) }, keep, signal)
    return { repositories: repositories.map(({ name, goes, stays }) => ({ name, goes: [...goes], stays })) }
  }

  /** Removes all but the newest `keep` versions of every repository, and frees the space they took. */
  async clean(ref: OwnRef, keep: number, signal: AbortSignal): Promise<{ removed: number; won?: number }> {
    const { client, container, name, settings } = await this.#open(ref)
    const registry = await this.#parts.registries.client(hostOf(settings))
    const plan = await planCleanup({ client: registry, host: hostOf(settings) }, keep, signal)
    const before = await sizeOf(client, name)
    const removed = await removeVersions(registry, plan, signal)
    await collectGarbage(client, container, name)
    await answering(client, container, settings, await readFile(container, AUTHORITY), signal)
    const after = await sizeOf(client, name)
    return { removed, ...(before === undefined || after === undefined ? {} : { won: Math.max(0, before - after) }) }
  }

  /** What another computer needs to reach it. Nothing secret. */
  async about(ref: OwnRef): Promise<{ name: string; settings: Settings; ca?: string; users: boolean }> {
    const { container, name, settings } = await this.#open(ref)
    const ca = settings.tls ? await readFile(container, AUTHORITY) : undefined
    const users = userNames(await htpasswdIn(container)).length > 0
    return { name, settings, users, ...(ca === undefined ? {} : { ca }) }
  }

  async #open({ engine, id }: OwnRef): Promise<{
    client: EngineClient
    container: Dockerode.Container
    name: string
    settings: Settings
  }> {
    const client = await this.#parts.engines.client(engine)
    const container = client.docker.getContainer(id)
    try {
      const labels = (await container.inspect()).Config.Labels
      const settings = settingsOf(labels)
      const name = labels[LABEL]
      // Somebody else's container is never touched.
      if (!settings || name === undefined) throw new AppError('own-image')
      return { client, container, name, settings }
    } catch (error) {
      throw engineError(error, containerName(id.slice(0, 12)))
    }
  }
}

interface Configured {
  readonly Entrypoint?: string | readonly string[] | null | undefined
  readonly Cmd?: string | readonly string[] | null | undefined
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null | undefined
}

/** Port 5000 and an entry point that serves: what the registry's own image has, whatever it is called. */
function runsRegistry(config: Configured | undefined | null): boolean {
  const starts = [config?.Entrypoint ?? [], config?.Cmd ?? []].flat().join(' ')
  return config?.ExposedPorts?.['5000/tcp'] !== undefined && /entrypoint\.sh|registry/.test(starts)
}

function isHere({ root }: EngineClient): boolean {
  return root !== ''
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : undefined
}

/** Why an engine did not start a container. */
function started(error: unknown, port: number): AppError {
  const known = engineError(error)
  const taken = /port is already allocated|address already in use|bind: /i.test(known.raw ?? '')
  if (taken) return new AppError('own-port', { port }, { cause: error, raw: known.raw ?? '' })
  return known
}

async function htpasswdOf({ users }: OwnForm): Promise<string> {
  let file = ''
  for (const { name, password } of users) file = await withUser(file, name, password)
  return file
}

async function htpasswdIn(container: Dockerode.Container): Promise<string> {
  return (await readFile(container, HTPASSWD).catch((error: unknown) => Promise.reject(engineError(error)))) ?? ''
}

async function write(container: Dockerode.Container, file: Parameters<typeof writeFiles>[1][number]): Promise<void> {
  await writeFiles(container, [file]).catch((error: unknown) => Promise.reject(engineError(error)))
}

async function reconfigure(container: Dockerode.Container, settings: Settings): Promise<void> {
  await write(container, { name: 'config.yml', text: configText(settings, true), secret: true })
  await container.restart().catch((error: unknown) => Promise.reject(started(error, settings.port)))
}

interface Usage {
  readonly Volumes?: readonly { readonly Name: string; readonly UsageData?: { readonly Size: number } | null }[] | null
}

async function sizeOf({ docker }: EngineClient, name: string): Promise<number | undefined> {
  const usage = (await docker.df().catch((error: unknown) => Promise.reject(engineError(error)))) as Usage
  const size = usage.Volumes?.find(({ Name }) => Name === volumes(name).data)?.UsageData?.Size
  return size === undefined || size < 0 ? undefined : size
}

/** Waits until it answers as a registry does. @throws own-start with its last words when it ends instead */
async function answering(
  client: EngineClient,
  container: Dockerode.Container,
  settings: Settings,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const host = isHere(client) ? `127.0.0.1:${settings.port}` : hostOf(settings)
  const patience = { attempts: 1 }
  const until = Date.now() + ANSWER_WITHIN
  for (;;) {
    const registry = new RegistryClient(
      { host, plain: !settings.tls, ...(ca === undefined ? {} : { ca }) },
      async () => undefined,
      { patience },
    )
    const failure = await registry.ping(signal).then(
      () => undefined,
      (error: unknown) => asAppError(error),
    )
    await registry.close()
    if (!failure) return
    signal.throwIfAborted()
    const { State } = await container.inspect()
    const ended = !State.Running || State.Restarting
    if (ended || Date.now() > until) throw await ending(client, container, failure)
    await delay(POLL, signal)
  }
}

/** Why it ended: a program of another processor is told as such, all else in its own words. */
async function ending(client: EngineClient, container: Dockerode.Container, failure: AppError): Promise<AppError> {
  const { reason } = await words(container, failure)
  return (await foreign(client, container, reason)) ?? new AppError('own-start', { reason }, { cause: failure })
}

/** Linux says so of a program made for another processor (execve(2), ENOEXEC), Docker of an image without one. */
async function foreign(
  client: EngineClient,
  container: Dockerode.Container,
  told: string,
): Promise<AppError | undefined> {
  if (
    !/exec format error|no matching manifest|does not match the (?:specified|detected) (?:host )?platform/i.test(told)
  )
    return undefined
  const { Image, Config } = await container.inspect()
  const { Os, Architecture } = await client.docker.getImage(Image).inspect()
  return new AppError(
    'platform-foreign',
    {
      image: Config.Image,
      platform: `${Os}/${Architecture}`,
      engine: `${client.platform.os}/${client.platform.architecture}`,
    },
    { raw: told },
  )
}

async function words(container: Dockerode.Container, failure: AppError): Promise<{ reason: string }> {
  const bytes = await container.logs({ stdout: true, stderr: true, tail: LOG_LINES })
  const lines = plainLog(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const told = lines.findLast((line) => /fatal|panic|error|invalid/i.test(line)) ?? lines.at(-1)
  return { reason: (told ?? failure.code).slice(0, 300).replace(/\.$/, '') }
}

/** A container's log without its frames: 8 bytes before each piece (Docker Engine API, "Attach", Stream format). */
export function plainLog(bytes: Buffer): string {
  const parts: string[] = []
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at + 4)
    parts.push(bytes.subarray(at + 8, at + 8 + size).toString())
    at += 8 + size
  }
  return parts.join('')
}
