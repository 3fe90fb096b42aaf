import type { Abilities, Creation, RepositoryInfo } from '../../shared/contract-portal.ts'
import { hasTags } from './distribution.ts'
import type { Opened } from './opened.ts'
import type { Portal } from './portal.ts'

const CONSOLE = 'https://console.cloud.google.com'

/** `europe-west1-docker.pkg.dev/project/repository/image`; `gcr.io/project/image` */
function addressed(host: string, path: string): { project: string; repository: string; page: string; make: string } {
  const [project = '', second = ''] = path.split('/')
  const location = /^(.+)-docker\.pkg\.dev$/.exec(host)?.[1] ?? /^(us|eu|asia)\./.exec(host)?.[1] ?? 'us'
  const repository = host.endsWith('pkg.dev') ? second : host
  const about = `?project=${encodeURIComponent(project)}`
  return {
    project,
    repository: host.endsWith('pkg.dev') ? `${project}/${second}` : project,
    page: `${CONSOLE}/artifacts/docker/${encodeURIComponent(project)}/${location}/${encodeURIComponent(repository)}${about}`,
    make: `${CONSOLE}/artifacts/create-repo${about}`,
  }
}

/** Google's Artifact Registry: repositories are made, and opened to others, in Google's console. */
export class GooglePortal implements Portal {
  readonly abilities: Abilities
  readonly #opened: Opened

  constructor(opened: Opened) {
    this.#opened = opened
    this.abilities = {
      kind: 'google',
      list: false,
      create: [],
      makes: 'repository',
      visibility: false,
      pages: { create: `${CONSOLE}/artifacts/create-repo`, home: `${CONSOLE}/artifacts` },
    }
  }

  /** Google lists a repository as if it were an image: that tells one that is there from one that is not. */
  async creation(path: string, signal: AbortSignal): Promise<Creation> {
    const { repository, make } = addressed(this.#opened.host, path)
    const there = await hasTags(this.#opened.client, repository, signal)
    return there ? { by: 'push', visibility: 'unknown' } : { by: 'hand', page: make }
  }

  async repository(path: string, signal: AbortSignal): Promise<RepositoryInfo | undefined> {
    if (!(await hasTags(this.#opened.client, path, signal))) return undefined
    const { page, repository } = addressed(this.#opened.host, path)
    return { path, visibility: 'unknown', shared: repository, pages: { page, settings: page, members: page } }
  }
}
