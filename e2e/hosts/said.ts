import type { Page } from '@playwright/test'

/** What the host and the page of a browser say to each other, changed on the way; from the next `show` on. */
async function rewrite(
  page: Page,
  fromHost: (text: string) => string,
  fromPage: (text: string) => string,
): Promise<void> {
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const host = socket.connectToServer()
    host.onMessage((message) => socket.send(fromHost(String(message))))
    socket.onMessage((message) => host.send(fromPage(String(message))))
  })
}

/** Docker's states when it is not ready, but for `docker-stopped`, which a host without Docker is in by itself. */
export const AWAY = ['docker-missing', 'docker-denied', 'docker-too-old', 'docker-address'] as const

/**
 * Has the host say that Docker is in another of its states: a test can hardly bring a computer into all of them. That the
 * host says the right one for each cause is tested beside it; this shows how the page says it.
 */
export async function pretendAway(page: Page, state: (typeof AWAY)[number]): Promise<void> {
  const parts = `"${state}","parts":{"version":"1.13.1","least":"18.09",`
  await rewrite(
    page,
    (text) => text.replace('"docker-stopped","parts":{', parts),
    (text) => text,
  )
}

export interface Shown {
  /** Texts as they are, and as they are to be read on a picture. */
  readonly texts: Readonly<Record<string, string>>
  /** Free bytes of every folder. */
  readonly free: number
}

/** Has pictures show folders, names and free room that are the same on every computer. */
export async function pretendPlaces(page: Page, { texts, free }: Shown): Promise<void> {
  const pairs = Object.entries(texts)
  await rewrite(
    page,
    (text) =>
      pairs
        .reduce((said, [real, shown]) => said.replaceAll(real, shown), text)
        .replaceAll(/"free":\d+/g, `"free":${free}`),
    (text) => pairs.reduce((said, [real, shown]) => said.replaceAll(shown, real), text),
  )
}
