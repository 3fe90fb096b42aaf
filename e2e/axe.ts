import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { AppWindow } from './hosts/app-window.ts'

/** axe on the screen as it is now. */
export async function expectNothingFound({ page }: AppWindow, screen: string): Promise<void> {
  // A fade half done has colours of its own; a loader's turning never ends and changes none.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map(async ({ finished }) => await finished))
  })
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary.replaceAll(/\s+/g, ' ')}`),
  )
  expect.soft(found, `axe on ${screen}`).toEqual([])
}
