import { createWriteStream } from 'node:fs'
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError, asAppError } from '../../shared/errors.ts'
import { fileError, freeSpace } from '../files.ts'
import { dataSubfolder } from '../home.ts'
import type { Downloads } from '../host.ts'

/**
 * Files that cross between a browser and this computer: dropped ones come up into the data folder, saves made for the
 * browser go down from there. All of it is deleted after use, when the host closes, and when the next one starts.
 */
export class Exchange implements Downloads {
  readonly #folder: string
  readonly #offered = new Map<string, string>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(): Promise<Exchange> {
    const parent = await dataSubfolder('exchange')
    const folder = await mkdtemp(join(parent, `${process.pid}-`))
    return new Exchange(folder)
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Is this one of the files in exchange? */
  holds(path: string): boolean {
    return path === resolve(path) && dirname(dirname(path)) === this.#folder
  }

  async place(name: string): Promise<string> {
    return join(await mkdtemp(join(this.#folder, 'f-')), safeName(name))
  }

  offer(id: string, path: string): void {
    this.#offered.set(id, path)
  }

  async drop(path: string): Promise<void> {
    if (this.holds(path)) await rm(dirname(path), { recursive: true, force: true })
  }

  /** A place in the folder of a file that came before, for what belongs to it. @throws folder-outside */
  #besides(name: string, beside: string): string {
    if (!this.holds(beside)) throw new AppError('folder-outside', { path: beside })
    return join(dirname(beside), safeName(name))
  }

  /** `PUT /upload?name=&beside=`: answers `{ path }`, or `{ code, parts }`. `beside`: the path of a file it belongs to. */
  async upload(request: IncomingMessage, response: ServerResponse, asked: URLSearchParams): Promise<void> {
    const name = asked.get('name') ?? ''
    const beside = asked.get('beside')
    let path: string | undefined
    try {
      const needed = Number(request.headers['content-length'] ?? 0)
      const free = await freeSpace(this.#folder)
      if (free !== undefined && needed > free) throw new AppError('disk-full', { path: name, needed, free })
      path = beside === null ? await this.place(name) : this.#besides(name, beside)
      await pipeline(request, createWriteStream(path, { flags: 'wx', highWaterMark: 1 << 20 }))
      const { size } = await stat(path)
      if (request.headers['content-length'] !== undefined && size !== needed)
        throw new AppError('archive-truncated', { path: name })
      answer(response, 200, { path })
    } catch (error) {
      if (path) await this.drop(path)
      answer(response, 400, asAppError(fileError(error, name)).data)
    }
  }

  /** `GET /download/<transfer id>`: once; what was sent in full is deleted. */
  async download(response: ServerResponse, id: string): Promise<void> {
    const path = this.#offered.get(id)
    if (path === undefined) return answer(response, 404, new AppError('file-missing', { path: id }).data)
    this.#offered.delete(id)
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': size,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}`,
      })
      await pipeline(file.createReadStream({ highWaterMark: 1 << 20, autoClose: false }), response)
      await this.drop(path)
    } catch {
      // The browser broke off: it may ask again.
      this.#offered.set(id, path)
    } finally {
      await file.close()
    }
  }
}

/** A file name of the browser's, as one this system takes: no folders, no leading dot. */
function safeName(name: string): string {
  const base = basename(name.replaceAll('\\', '/')).replace(/^\.+/, '')
  return base === '' ? 'images.tar' : base
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Removes what hosts that no longer run left behind. */
export async function sweepExchange(running: (pid: number) => boolean): Promise<void> {
  const parent = await dataSubfolder('exchange')
  for (const name of await readdir(parent)) {
    if (!running(Number.parseInt(name, 10))) await rm(join(parent, name), { recursive: true, force: true })
  }
}
