import { Button } from '@mantine/core'
import { useRef } from 'react'

interface TextFileProps {
  label: string
  /** As the browser's own field takes it: `.pem,.crt`. */
  accept: string
  onText: (text: string) => void
}

/** A button that fills a field with the text of a file of this computer. */
export function TextFile({ label, accept, onText }: TextFileProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          const field = event.currentTarget
          void field.files?.[0]?.text().then((text) => {
            onText(text)
            // The same file may be chosen once more.
            field.value = ''
          })
        }}
      />
      <Button variant="default" size="compact-sm" onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  )
}
