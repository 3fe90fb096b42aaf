import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Browser, chromium, type Page } from '@playwright/test'
import { type HeadlessHost, startHeadless } from '../e2e/hosts/headless.ts'
import { findCommand } from '../src/main/testing/commands.ts'
import { digestOf, hexOf, type TarEntry, tarBytes, writeTar } from '../src/main/testing/content.ts'
import { type Engine, startEngine } from '../src/main/testing/engine.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { ensureBuilt } from './build.ts'

/**
 * How smoothly a long list scrolls, by hand and never in CI: `node scripts/bench-scroll.ts [images] [slowdown]`. A real
 * engine with that many images, a real host, a real browser: the list is scrolled from top to bottom and back with the
 * wheel, and the time between the frames that the page could draw is told. `slowdown`: a computer so many times slower.
 */

const IMAGES = Number(process.argv[2] ?? 5000)
const SLOWDOWN = Number(process.argv[3] ?? 1)
const PER_REPOSITORY = 10
const ARCH = 'amd64'
/** One way from top to bottom, in milliseconds; the wheel turns as often as a smooth one does. */
const WAY = 3000
const TURN = 16
/** A frame later than this is one that a person sees missing. */
const LATE = 50

/** Images that differ in label and date and share one tiny layer: thousands of them load in a moment. */
async function manyImages(path: string): Promise<void> {
  const layer = await tarBytes([{ name: 'here', content: 'a tiny layer' }])
  const diffIds = [digestOf(layer)]
  const images = Array.from({ length: IMAGES }, (_, number) => {
    const config = JSON.stringify({
      os: 'linux',
      architecture: ARCH,
      created: new Date(Date.UTC(2026, 0, 1) - number * 3_600_000).toISOString(),
      config: { Labels: { number: String(number) } },
      rootfs: { type: 'layers', diff_ids: diffIds },
    })
    const [repository, tag] = [Math.floor(number / PER_REPOSITORY), number % PER_REPOSITORY]
    const name = `bench/app-${String(repository).padStart(3, '0')}:1.${tag}`
    return { config, file: `${hexOf(digestOf(config))}.json`, name }
  })
  const manifest = images.map(({ file, name }) => ({ Config: file, RepoTags: [name], Layers: ['layer/layer.tar'] }))
  await writeTar(path, [
    { name: 'layer/layer.tar', content: layer },
    ...images.map(({ config, file }): TarEntry => ({ name: file, content: config })),
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  ])
}

/** Times between the frames from now on, until `stop`. */
async function watchFrames(page: Page): Promise<{ stop(): Promise<number[]> }> {
  await page.evaluate(() => {
    const frames: number[] = []
    let last = performance.now()
    const frame = (time: number): void => {
      frames.push(time - last)
      last = time
      if (!Object.hasOwn(window, 'framesDone')) requestAnimationFrame(frame)
    }
    Object.assign(window, { frames })
    requestAnimationFrame((time) => {
      last = time
      requestAnimationFrame(frame)
    })
  })
  return {
    stop: async () =>
      await page.evaluate(() => {
        Object.assign(window, { framesDone: true })
        return (window as unknown as { frames: number[] }).frames
      }),
  }
}

/** Turns the wheel over the list, from one end to the other, in `WAY`: in time, whether the page keeps up or not. */
async function scroll(page: Page, height: number, down: boolean): Promise<void> {
  const turns = WAY / TURN
  const start = performance.now()
  const turned: Promise<void>[] = []
  for (let turn = 1; turn <= turns; turn += 1) {
    turned.push(page.mouse.wheel(0, (down ? height : -height) / turns))
    await setTimeout(Math.max(0, start + turn * TURN - performance.now()))
  }
  await Promise.all(turned)
}

interface Measured {
  readonly frames: readonly number[]
  /** How far the list went down, of how much it could, in pixels. */
  readonly reached: number
  readonly height: number
  readonly seconds: number
}

async function measure(page: Page): Promise<Measured> {
  const list = page.locator('.images-scroller')
  const height = await list.evaluate((element) => element.scrollHeight - element.clientHeight)
  await list.hover()
  const frames = await watchFrames(page)
  const start = performance.now()
  await scroll(page, height * 1.02, true)
  const reached = await list.evaluate((element) => element.scrollTop)
  await scroll(page, height * 1.02, false)
  const seconds = (performance.now() - start) / 1000
  return { frames: await frames.stop(), reached, height, seconds }
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)
}

function tell({ frames, reached, height, seconds }: Measured): void {
  const sorted = frames.toSorted((a, b) => a - b)
  const late = frames.filter((frame) => frame > LATE).length
  process.stdout.write(
    [
      `${IMAGES} images, ${Math.round(height)} px (reached ${Math.round(reached)}), there and back in ${seconds.toFixed(1)} s`,
      `${frames.length} frames: p50 ${at(sorted, 0.5)} ms, p95 ${at(sorted, 0.95)} ms, p99 ${at(sorted, 0.99)} ms, max ${at(sorted, 1)} ms`,
      `over ${LATE} ms: ${late} (${((100 * late) / frames.length).toFixed(1)} %)`,
      '',
    ].join('\n'),
  )
}

async function inBrowser(browser: Browser, host: HeadlessHost): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const start = performance.now()
  await page.goto(host.invitation)
  await page.getByRole('grid').getByRole('row').nth(3).waitFor({ timeout: 120_000 })
  console.error(`    list shown after ${((performance.now() - start) / 1000).toFixed(1)} s`)
  // What comes with the start is over by then.
  await page.waitForTimeout(3000)
  if (SLOWDOWN > 1) {
    const session = await page.context().newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  }
  tell(await measure(page))
}

async function bench(dir: string, engine: Engine): Promise<void> {
  console.error(`Making ${IMAGES} images…`)
  const file = join(dir, 'many.tar')
  await manyImages(file)
  engine.docker('load', '--quiet', '--input', file)
  console.error(`    ${engine.docker('images', '--quiet').split('\n').length} in the engine`)
  const host = await startHeadless({ dockerHost: engine.host, home: join(dir, 'home') })
  const executablePath = ['chromium', 'chromium-browser', 'google-chrome'].map(findCommand).find(Boolean)
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  try {
    await inBrowser(browser, host)
  } finally {
    await browser.close()
    await host.end()
  }
}

ensureBuilt()
const dir = tempDir()
let engine: Engine | undefined
try {
  engine = await startEngine()
  await bench(dir, engine)
} finally {
  await engine?.stop()
  removeDir(dir)
}
