import type { HostInfo } from '../../shared/contract.ts'
import type { Client } from '../connect.ts'
import { lookIntoPaths } from '../loading/load-queue.ts'
import { openSheet } from '../shell/ui.ts'

/** "Load a file…": the system's own dialog where there is one, else our chooser. */
export async function askForFiles(client: Client, host: HostInfo | undefined): Promise<void> {
  if (!host?.can.dialogs) return openSheet({ type: 'choose-files' })
  const { paths } = await client.files.pick({ kind: 'open' })
  lookIntoPaths(paths)
}
