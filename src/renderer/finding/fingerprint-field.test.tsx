// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it } from 'vitest'
import type { ImageDetails } from '../../shared/contract.ts'
import { useUi } from '../shell/ui.ts'
import { fakeHost } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { FingerprintField } from './fingerprint-field.tsx'

const hex = (digit: string): string => digit.repeat(64)
const DETAILS: ImageDetails = {
  id: `sha256:${hex('a')}`,
  configDigest: `sha256:${hex('b')}`,
  names: ['acme/shop:1'],
  platform: { os: 'linux', architecture: 'amd64' },
  created: 0,
  size: 1,
  layers: [{ diffId: `sha256:${hex('c')}` }, { diffId: `sha256:${hex('d')}`, digest: `sha256:${hex('e')}` }],
  history: [],
  command: [],
  entrypoint: [],
  env: [],
  labels: {},
  ports: [],
  volumes: [],
  user: '',
  workingDir: '',
  containers: [],
}

/** As people do: nobody types one. */
async function paste(text: string): Promise<void> {
  await userEvent.click(screen.getByRole('textbox'))
  await userEvent.paste(text)
}

describe('a fingerprint held against an image', () => {
  afterEach(cleanup)

  it.each([
    [`sha256:${hex('a')}`, /^The same image\./],
    [` ${hex('A')} `, /^The same image\./],
    [hex('b'), /its configuration/],
    [hex('d'), /layer 2/],
    [hex('e'), /layer 2/],
    [hex('f'), /^Another one/],
  ])('%s', async (typed, says) => {
    await show(fakeHost().client, <FingerprintField details={DETAILS} />)
    await paste(typed)
    expect(screen.getByRole('status').textContent).toMatch(says)
  })

  it('of another image is looked for everywhere', async () => {
    await show(fakeHost().client, <FingerprintField details={DETAILS} />)
    await paste(hex('f'))
    await userEvent.click(screen.getByRole('button'))
    expect(useUi.getState().search).toBe(`sha256:${hex('f')}`)
  })

  it('is told from what is none', async () => {
    await show(fakeHost().client, <FingerprintField details={DETAILS} />)
    await paste('hello')
    expect(screen.getByText(/A fingerprint has 64/)).toBeTruthy()
    expect(screen.getByRole('status').textContent).toBe('')
  })
})
