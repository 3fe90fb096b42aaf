// @vitest-environment jsdom
import { cleanup, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlaceRef } from '../../shared/contract.ts'
import { usePlaces } from '../places/other-places.ts'
import { OpenSheet } from '../shell/open-sheet.tsx'
import { useUi } from '../shell/ui.ts'
import { fakeHost } from '../testing/fake-host.ts'
import { show } from '../testing/render.tsx'
import { FailureNotice } from './failure-notice.tsx'
import { SigningIn } from './remedy-button.tsx'

const host = 'registry.acme.example'
const REFUSED = { code: 'registry-unauthorized', parts: { place: host } } as const
const lea: PlaceRef = { type: 'registry', host, account: 'lea' }
const toni: PlaceRef = { type: 'registry', host, account: 'toni' }
const info = (place: PlaceRef) => ({ place, name: host, kept: true })

const button = (name: string) => screen.getByRole('button', { name })

beforeEach(() => {
  usePlaces.setState({ places: [info(lea), info(toni)] as never, chosen: undefined })
  useUi.setState({ sheet: undefined, signIn: undefined })
})
afterEach(cleanup)

describe('the button of a refusal', () => {
  it('leads to the account that was refused', async () => {
    const { client } = fakeHost({ answers: {} })
    await show(client, <FailureNotice error={{ ...REFUSED, parts: { place: host, user: 'toni' } }} />)
    await userEvent.click(button('Sign in…'))
    expect(useUi.getState().sheet).toEqual({ type: 'registry', place: toni })
  })

  it('leads to the place it is about, where the refusal names nobody', async () => {
    const { client } = fakeHost({ answers: {} })
    await show(client, <FailureNotice error={REFUSED} place={toni} />)
    await userEvent.click(button('Sign in…'))
    expect(useUi.getState().sheet).toEqual({ type: 'registry', place: toni })
  })

  it('says in French that it is the connection, and where the web of a registry is', async () => {
    const { client } = fakeHost({ answers: {} })
    const full = { code: 'registry-quota', parts: { place: 'quay.io' } } as const
    await show(
      client,
      <>
        <FailureNotice error={{ code: 'registry-tls', parts: { place: host } }} />
        <FailureNotice error={full} />
      </>,
      'fr',
    )
    expect(button('Modifier la connexion…')).toBeTruthy()
    expect(screen.getByRole('link', { name: /^Ouvrir sa page sur le Web/ }).getAttribute('href')).toBe(
      'https://quay.io/',
    )
  })

  it('is not where one signs in already', async () => {
    const { client } = fakeHost({ answers: {} })
    await show(
      client,
      <SigningIn value={true}>
        <FailureNotice error={REFUSED} />
      </SigningIn>,
    )
    expect(screen.queryByRole('button', { name: 'Sign in…' })).toBeNull()
  })

  it('leaves a sheet as it is behind, and the page, too', async () => {
    const { client } = fakeHost({ answers: {} })
    const chosen: PlaceRef = { type: 'engine', engine: 'default' }
    usePlaces.setState({ chosen })
    useUi.setState({ sheet: { type: 'help' } })
    await show(
      client,
      <>
        <FailureNotice error={REFUSED} />
        <OpenSheet />
      </>,
    )
    const help = await screen.findByRole('dialog')
    const title = within(help).getByRole('heading', { level: 2 }).textContent
    screen.getByRole('button', { name: 'Sign in…', hidden: true }).click()
    await waitFor(() => expect(screen.getAllByRole('dialog', { hidden: true })).toHaveLength(2))
    expect(useUi.getState().sheet).toEqual({ type: 'help' })
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.getAllByRole('dialog', { hidden: true })).toHaveLength(1))
    expect(screen.getByRole('dialog').textContent).toContain(title)
    expect(usePlaces.getState().chosen).toEqual(chosen)
  })
})
