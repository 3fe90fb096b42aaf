import type { Page } from '@playwright/test'

/** Docker's states when it is not ready, but for `docker-stopped`, which a host without Docker is in by itself. */
export const AWAY = ['docker-missing', 'docker-denied', 'docker-too-old', 'docker-unsupported-address'] as const

/**
 * Has the host of this page say that Docker is in another of its states: a computer can hardly be brought into all of them
 * by a test. What the host says for each real cause is tested beside it; this shows how the page says it.
 */
export async function pretendAway(page: Page, state: (typeof AWAY)[number]): Promise<void> {
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const host = socket.connectToServer()
    host.onMessage((message) => {
      const said = String(message)
      socket.send(said.replace('"docker-stopped","parts":{', `"${state}","parts":{"version":"1.13.1","least":"18.09",`))
    })
  })
}
