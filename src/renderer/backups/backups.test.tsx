// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Backup, ImageRow } from '../../shared/contract.ts'
import { useImages } from '../images/image-store.ts'
import type { ImageLine } from '../images/lines.ts'
import { TagChips } from '../images/tag-chips.tsx'
import { useUi } from '../shell/ui.ts'
import { type Answers, fakeHost } from '../testing/fake-host.ts'
import { show, wordsIn } from '../testing/render.tsx'
import { BackDialog } from './back-dialog.tsx'
import { backupsOf, useBackups, usePreferences } from './backup-store.ts'
import { KeptSheet } from './kept-sheet.tsx'

const rows: ImageRow[] = [
  { id: 'new', names: ['shop:latest', 'shop:2'], repositories: [], size: 9e6, created: 1 },
  { id: 'old', names: ['shop:latest-20261120-1430'], repositories: [], size: 12e6, created: 1 },
  { id: 'older', names: ['shop:latest-20261119-0900', 'shop:0'], repositories: [], size: 11e6, created: 1 },
]
const at = Date.parse('2026-11-20T14:30:00')
const newest: Backup = { name: 'shop:latest-20261120-1430', of: 'shop:latest', id: 'old', size: 12e6, at }
const older: Backup = { name: 'shop:latest-20261119-0900', of: 'shop:latest', id: 'older', size: 11e6, at: at - 9e7 }
const line: ImageLine = { kind: 'image', key: 'k', repository: 'shop', tags: ['latest', '2'], row: rows[0] as ImageRow }

function given(answers: Answers = {}) {
  return { ...fakeHost({ answers }), user: userEvent.setup() }
}

beforeEach(() => {
  useImages.setState({ place: 'engine default', rows })
  useBackups.setState({ engine: 'default', backups: [newest, older] })
  usePreferences.setState({ keepBackups: 3 })
})
afterEach(() => {
  cleanup()
  useUi.setState({ sheet: undefined, moved: undefined })
})

describe('backupsOf', () => {
  it('finds the newest version before of each name, and what a line is kept of', () => {
    expect(backupsOf(['shop:2', 'shop:latest'], [newest, older])).toEqual({ before: [newest], keptOf: [] })
    expect(backupsOf(['shop:latest-20261119-0900'], [newest, older])).toEqual({ before: [], keptOf: [older] })
    expect(backupsOf(['api:1'], [newest])).toEqual({ before: [], keptOf: [] })
  })
})

describe('the way back', () => {
  it('is on the line whose version moved', async () => {
    const { client, user } = given()
    await show(
      client,
      <TagChips words={await wordsIn('en')} place={{ type: 'engine', engine: 'default' }} line={line} />,
    )
    await user.click(screen.getByRole('button', { name: 'Back to the version before of shop:latest…' }))
    expect(useUi.getState().sheet).toEqual({ type: 'back', engine: 'default', backup: newest.name })
  })

  it('says what will happen, does it, and tells what still runs the other version', async () => {
    const replaced = { name: 'shop:latest', former: 'new', keptAs: 'shop:latest-x', containers: [], dropped: [] }
    const { client, asked, user } = given({ back: () => ({ replaced }) })
    const onClose = vi.fn()
    await show(client, <BackDialog engine="default" backup={newest.name} onClose={onClose} />)
    expect(screen.getByText(/^shop:latest names again the version it had until November 20, 2026/)).toBeTruthy()
    expect(screen.getByText(/The name shop:latest-20261120-1430 then goes/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Go back' }))
    await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
    expect(asked).toEqual([['back', { engine: 'default', backup: newest.name, expected: 'new' }]])
    expect(useUi.getState().moved).toEqual({ place: { type: 'engine', engine: 'default' }, replaced })
  })
})

describe('the versions kept', () => {
  it('are removed by name while the image has others', async () => {
    const { client, asked, user } = given()
    await show(client, <KeptSheet engine="default" onClose={() => undefined} />)
    await user.click(screen.getByRole('button', { name: `Remove ${older.name}` }))
    await vi.waitFor(() => expect(asked).toEqual([['untag', { engine: 'default', id: 'older', name: older.name }]]))
    await user.selectOptions(screen.getByLabelText('Versions kept of each name'), 'all')
    await vi.waitFor(() => expect(asked.at(-1)).toEqual(['set', { keepBackups: 0 }]))
  })
})
