import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { FolderChooser } from '../files/folder-chooser.tsx'
import { useApi, useHost } from '../host.tsx'
import { tellFailure } from '../shell/ui.ts'

/** Asks for one file of the host: by the system's own dialog where there is one, else by our chooser, which is to be shown. */
export function useOneFile(onFile: (path: string) => void): { readonly ask: () => void; readonly chooser: ReactNode } {
  const { client } = useApi()
  const host = useHost()
  const [choosing, setChoosing] = useState(false)
  const take = ([path]: readonly string[]): void => {
    if (path !== undefined) onFile(path)
  }
  const pick = useMutation({
    mutationFn: async () => take((await client.files.pick({ kind: 'open' })).paths),
    onError: tellFailure,
  })
  return {
    ask: () => (host?.can.dialogs ? pick.mutate() : setChoosing(true)),
    chooser: choosing && (
      <FolderChooser
        kind="files"
        onClose={() => setChoosing(false)}
        onChoose={(paths) => {
          setChoosing(false)
          take(paths)
        }}
      />
    ),
  }
}
