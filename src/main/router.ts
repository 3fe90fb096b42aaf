import { stat } from 'node:fs/promises'
import type { Router } from '@orpc/server'
import type { Contract } from '../shared/contract.ts'
import { AppError, asAppError } from '../shared/errors.ts'
import { accountRoutes } from './accounts/routes.ts'
import type { App } from './app.ts'
import { doctorRoutes } from './doctor/routes.ts'
import { freeSpace, largestFile } from './files.ts'
import { getRoutes } from './getting/routes.ts'
import { deliveryRoutes } from './notes/routes.ts'
import { ownRoutes } from './own-registry/routes.ts'
import { imageDetails, imageFacts, planRemoval, removeImage } from './place/engine/images.ts'
import { hostKeys, trust } from './place/engine/ssh/host-keys.ts'
import { portalRoutes } from './portal/routes.ts'
import { publishRoutes } from './publish/routes.ts'
import { type Context, copies, os, stream, until } from './routing.ts'
import { compare, search } from './search.ts'
import { tagRoutes } from './tags/routes.ts'

/** Transfers change many times a second: this is how often that is told, in milliseconds. */
const PACE = 200

async function removeAll(
  app: App,
  engine: string,
  ids: readonly string[],
): Promise<{ removed: string[]; kept: { id: string; error: AppError['data'] }[] }> {
  const client = await app.engines.client(engine)
  const removed: string[] = []
  const kept: { id: string; error: AppError['data'] }[] = []
  for (const id of ids) {
    try {
      await removeImage(client, id)
      removed.push(id)
    } catch (error) {
      kept.push({ id, error: asAppError(error).data })
    }
  }
  await app.notes.removed({ type: 'engine', engine }, removed)
  return { removed, kept }
}

async function targetOf(
  app: App,
  path: string,
): Promise<{ exists: boolean; size?: number; free?: number; largest?: number }> {
  await app.host.admit(path)
  const found = await stat(path).catch(() => undefined)
  const parts = await stat(`${path}.part-001`).catch(() => undefined)
  const free = await freeSpace(path)
  const largest = await largestFile(path)
  return {
    exists: found !== undefined || parts !== undefined,
    ...(largest === undefined ? {} : { largest }),
    ...(found ? { size: found.size } : {}),
    ...(free === undefined ? {} : { free }),
  }
}

function folders(app: App): NonNullable<App['host']['folders']> {
  if (!app.host.folders) throw new AppError('folder-outside', { path: '' })
  return app.host.folders
}

/** The contract, a line a procedure. */
export const router: Router<Contract, Context> = os.router({
  host: os.host.handler(({ context }) => context.app.host.info),
  portal: portalRoutes,
  publish: publishRoutes,
  doctor: doctorRoutes,
  engines: {
    watch: os.engines.watch.handler(({ context: { app }, signal }) =>
      stream(copies(app.engines.list.watch(until(signal)))),
    ),
    retry: os.engines.retry.handler(({ context: { app }, input }) => {
      app.engines.retry(input.engine)
      return {}
    }),
    start: os.engines.start.handler(async ({ context: { app }, input }) => {
      await app.engines.start(input.engine)
      return {}
    }),
    hostKeys: os.engines.hostKeys.handler(({ context: { app }, input }) => hostKeys(app.sshWay(input))),
    trust: os.engines.trust.handler(async ({ context: { app }, input: { target, fingerprints } }) => {
      await trust(app.sshWay(target), fingerprints)
      if ('engine' in target) app.engines.retry(target.engine)
      return {}
    }),
    test: os.engines.test.handler(({ context: { app }, input }) => app.test(input)),
    add: os.engines.add.handler(({ context: { app }, input: { engine, computer, password } }) =>
      app.addComputer(engine, computer, password),
    ),
    computer: os.engines.computer.handler(({ context: { app }, input }) => app.computers.get(input.engine)),
    forget: os.engines.forget.handler(async ({ context: { app }, input }) => {
      await app.forgetComputer(input.engine)
      return {}
    }),
  },
  images: {
    watch: os.images.watch.handler(({ context: { app }, input, signal }) =>
      stream(app.notes.watching({ type: 'engine', ...input }, app.engines.images(input.engine).watch(until(signal)))),
    ),
    facts: os.images.facts.handler(async ({ context: { app }, input }) =>
      imageFacts(await app.engines.client(input.engine), input.ids),
    ),
    details: os.images.details.handler(async ({ context: { app }, input }) =>
      imageDetails(await app.engines.client(input.engine), input.id),
    ),
    tag: os.images.tag.handler(({ context: { app }, input }) => app.tag(input)),
    untag: os.images.untag.handler(async ({ context: { app }, input }) => {
      await app.untag(input.engine, input.id, input.name)
      return {}
    }),
    watchBackups: os.images.watchBackups.handler(({ context: { app }, input, signal }) =>
      stream(app.watchBackups(input.engine, until(signal))),
    ),
    back: os.images.back.handler(({ context: { app }, input: { engine, backup, expected } }) =>
      app.back(engine, backup, expected),
    ),
    removal: os.images.removal.handler(async ({ context: { app }, input }) =>
      planRemoval(await app.engines.client(input.engine), input.ids),
    ),
    remove: os.images.remove.handler(({ context: { app }, input }) => removeAll(app, input.engine, input.ids)),
  },
  places: {
    watch: os.places.watch.handler(({ context: { app }, signal }) =>
      stream(copies(app.others.list.watch(until(signal)))),
    ),
    open: os.places.open.handler(async ({ context: { app }, input }) => ({
      place: await app.others.add(input.path, input.create),
    })),
    forget: os.places.forget.handler(async ({ context: { app }, input }) => {
      await app.forget(input.place)
      return {}
    }),
    repositories: os.places.repositories.handler(({ context: { app }, input, signal }) =>
      stream(app.repositories(input, until(signal))),
    ),
    contents: os.places.contents.handler(({ context: { app }, input, signal }) =>
      stream(app.contents(input.place, until(signal))),
    ),
    details: os.places.details.handler(({ context: { app }, input, signal }) => app.details(input, until(signal))),
    tag: os.places.tag.handler(({ context: { app }, input, signal }) => app.tagAt(input, until(signal))),
    untag: os.places.untag.handler(async ({ context: { app }, input, signal }) => {
      await app.untagAt(input, until(signal))
      return {}
    }),
    removal: os.places.removal.handler(({ context: { app }, input, signal }) =>
      app.removalAt(input.place, input.ids, until(signal)),
    ),
    remove: os.places.remove.handler(({ context: { app }, input, signal }) =>
      app.removeAt(input.place, input.ids, until(signal)),
    ),
  },
  search: os.search.handler(({ context: { app }, input, signal }) => stream(search(app, input.text, until(signal)))),
  compare: os.compare.handler(({ context: { app }, input, signal }) =>
    compare(app, input.left, input.right, until(signal)),
  ),
  preferences: {
    watch: os.preferences.watch.handler(({ context: { app }, signal }) =>
      stream(app.backups.preferences.watch(until(signal))),
    ),
    set: os.preferences.set.handler(async ({ context: { app }, input }) => {
      await app.backups.setPreferences(input)
      return {}
    }),
  },
  archives: {
    open: os.archives.open.handler(({ context: { app }, input, signal }) =>
      stream(app.openArchive(input.path, false, until(signal), input)),
    ),
    check: os.archives.check.handler(({ context: { app }, input, signal }) =>
      stream(app.openArchive(input.path, true, until(signal))),
    ),
    forgetPassword: os.archives.forgetPassword.handler(async ({ context: { app }, input, signal }) => {
      await app.forgetPassword(input.path, until(signal))
      return {}
    }),
    details: os.archives.details.handler(({ context: { app }, input, signal }) =>
      app.archiveDetails(input.path, input.id, until(signal)),
    ),
  },
  copies: {
    plan: os.copies.plan.handler(({ context: { app }, input, signal }) => app.copies.plan(input, until(signal))),
    start: os.copies.start.handler(async ({ context: { app }, input, signal }) => ({
      id: await app.copies.start(input, until(signal)),
    })),
    cancel: os.copies.cancel.handler(({ context: { app }, input }) => {
      app.copies.queue.cancel(input.id)
      return {}
    }),
    retry: os.copies.retry.handler(async ({ context: { app }, input, signal }) => ({
      id: await app.copies.retry(input.id, until(signal)),
    })),
    clear: os.copies.clear.handler(async ({ context: { app } }) => {
      await app.copies.clear()
      return {}
    }),
    watch: os.copies.watch.handler(({ context: { app }, signal }) =>
      stream(copies(app.copies.queue.transfers.watch(until(signal), PACE))),
    ),
  },
  files: {
    pick: os.files.pick.handler(async ({ context: { app }, input }) => ({
      paths: (await app.host.pick?.(input.kind, input.suggested)) ?? [],
    })),
    list: os.files.list.handler(({ context: { app }, input }) => folders(app).list(input.path)),
    roots: os.files.roots.handler(({ context: { app } }) => folders(app).roots()),
    makeFolder: os.files.makeFolder.handler(async ({ context: { app }, input }) => ({
      path: await folders(app).makeFolder(input.path, input.name),
    })),
    target: os.files.target.handler(({ context: { app }, input }) => targetOf(app, input.path)),
    release: os.files.release.handler(async ({ context: { app }, input }) => {
      await app.host.release?.(input.path)
      return {}
    }),
    reveal: os.files.reveal.handler(async ({ context: { app }, input }) => {
      await app.host.reveal?.(input.path)
      return {}
    }),
    watchOpened: os.files.watchOpened.handler(({ context: { app }, signal }) => stream(opened(app, until(signal)))),
  },
  own: ownRoutes,
  accounts: accountRoutes,
  tags: tagRoutes,
  delivery: deliveryRoutes,
  get: getRoutes,
})

async function* opened(app: App, signal: AbortSignal): AsyncGenerator<{ paths: string[] }> {
  for await (const paths of app.host.opened.watch(signal)) {
    if (paths.length === 0) continue
    // Told once: a page that connects again must not open them again.
    app.host.opened.set([])
    yield { paths: [...paths] }
  }
}
