import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { protocol } from 'electron'
import { CONTENT_SECURITY_POLICY, PAGE_TYPES } from '../pages.ts'

/** The page comes from `app://caboteur/…`: a real origin, unlike file://, and nothing but the page is below it. */
export const PAGE_ORIGIN = 'app://caboteur'

/** Before the app is ready (Electron reads it once). */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

export function servePages(folder: string): void {
  protocol.handle('app', async (request) => {
    const { host, pathname } = new URL(request.url)
    const file = normalize(pathname === '/' ? '/index.html' : pathname)
    const content = host === 'caboteur' ? await readFile(join(folder, file)).catch(() => undefined) : undefined
    if (!content) return new Response('', { status: 404 })
    const type = PAGE_TYPES[extname(file)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(content), {
      headers: {
        'content-type': type,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
      },
    })
  })
}
