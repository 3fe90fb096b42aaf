import { app, dialog, shell } from 'electron'
import { PRESETS } from '../../shared/presets.ts'

/** Pages on the web that the window links to: they open where the person reads pages, never in the window. */

/** Sites whose pages this app itself links to, by exact host. */
const OURS: ReadonlySet<string> = new Set([
  'docs.docker.com',
  'hub.docker.com',
  ...PRESETS.flatMap(({ signUp, ways }) => [signUp, ...ways.map(({ link }) => link)])
    .filter((link) => link !== undefined && !link.includes('{host}'))
    .map((link) => new URL(link ?? '').hostname),
])

/** The address of a page that may open at all; undefined for a file, another protocol, one with a password in it. */
function pageOf(url: string): URL | undefined {
  const page = URL.parse(url)
  return page?.protocol === 'https:' && page.username === '' && page.password === '' ? page : undefined
}

async function confirmed(page: URL): Promise<boolean> {
  const french = app.getLocale().startsWith('fr')
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: french ? `Ouvrir ${page.host} dans le navigateur ?` : `Open ${page.host} in the browser?`,
    // Another page's own words follow the host: they are shown, and not believed.
    detail: page.href,
    buttons: french ? ['Annuler', 'Ouvrir'] : ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

/**
 * Opens a page outside: of our own sites, of registries in the list and what these named themselves (`shown`) at once, any
 * other after asking.
 */
export async function openOutside(
  url: string,
  shown: boolean,
  registries: () => Promise<readonly string[]>,
): Promise<void> {
  const page = pageOf(url)
  if (!page) return
  const known =
    shown || OURS.has(page.host) || (await registries()).some((host) => host.replace(/:\d+$/, '') === page.hostname)
  if (known || (await confirmed(page))) await shell.openExternal(page.href)
}
