import { MantineProvider } from '@mantine/core'
import { type RenderResult, render } from '@testing-library/react'
import i18next from 'i18next'
import type { ReactNode } from 'react'
import { vi } from 'vitest'
import type { Client } from '../connect.ts'
import { HostProvider } from '../host.tsx'
import { formats } from '../words/format.ts'
import type { Words } from '../words/use-words.ts'
import { type Language, startWords } from '../words/words.ts'

/** The words of a language, as `useWords` gives them to components. */
export async function wordsIn(language: Language): Promise<Words> {
  if (!i18next.isInitialized) await startWords(language)
  return { t: i18next.getFixedT(language), language, ...formats(language) }
}

class NoResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

/** What Mantine asks of a browser and jsdom lacks. */
function fillIn(): void {
  vi.stubGlobal('ResizeObserver', NoResizeObserver)
  vi.stubGlobal('matchMedia', (media: string) => ({
    media,
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  Element.prototype.scrollIntoView = () => undefined
}

/** Draws a piece of the window in a language, fed by `client`. */
export async function show(client: Client, piece: ReactNode, language: Language = 'en'): Promise<RenderResult> {
  fillIn()
  await startWords(language)
  return render(
    <MantineProvider env="test">
      <HostProvider client={client}>{piece}</HostProvider>
    </MantineProvider>,
  )
}
