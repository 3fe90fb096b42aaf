import { Button, TextInput } from '@mantine/core'
import { IconFolder } from '@tabler/icons-react'
import { useState } from 'react'
import { FolderChooser } from '../files/folder-chooser.tsx'
import { useWords } from '../words/use-words.ts'
import type { FileProblem } from './file-name.ts'

interface FileFieldsProps {
  file: string
  folder: string | undefined
  problem: FileProblem | undefined
  choosesFolder: boolean
  onFile: (file: string) => void
  onFolder: (folder: string) => void
}

/** File name and, for a folder of the host, where it goes. */
export function FileFields({ file, folder, problem, choosesFolder, onFile, onFolder }: FileFieldsProps) {
  const { t } = useWords()
  const [choosing, setChoosing] = useState(false)
  return (
    <>
      <TextInput
        label={t('save.file')}
        value={file}
        spellCheck={false}
        autoComplete="off"
        error={problem && t(problem)}
        onChange={(event) => onFile(event.currentTarget.value)}
      />
      {choosesFolder && (
        <div className="folder-field">
          <TextInput label={t('save.folder')} readOnly value={folder ?? ''} />
          <Button
            variant="default"
            leftSection={<IconFolder size={16} aria-hidden />}
            onClick={() => setChoosing(true)}
          >
            {t('save.chooseFolder')}
          </Button>
        </div>
      )}
      {choosing && (
        <FolderChooser
          kind="folder"
          start={folder}
          onChoose={([path]) => {
            setChoosing(false)
            if (path !== undefined) onFolder(path)
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </>
  )
}
