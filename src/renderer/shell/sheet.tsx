import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/use-words.ts'
import { useLayer } from './layers.ts'

interface SheetFrameProps {
  title: ReactNode
  /** Under the title: what this is about, in one line. */
  about?: ReactNode
  children: ReactNode
  /** What will happen, in view however far the body is scrolled. */
  summary?: ReactNode
  footer?: ReactNode
  wide?: boolean
  /** Mostly text: the body itself can be focused, to scroll it with the keyboard. */
  reading?: boolean
  onClose: () => void
}

/** The frame of every sheet: title, one line about it, a scrolling body, the buttons always in view. */
export function SheetFrame({
  title,
  about,
  children,
  summary,
  footer,
  wide = false,
  reading = false,
  onClose,
}: SheetFrameProps) {
  const { t } = useWords()
  const front = useLayer()
  return (
    <Modal.Root
      opened
      onClose={onClose}
      closeOnEscape={front}
      size={wide ? 780 : 560}
      centered
      classNames={{ content: 'sheet' }}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Modal.Header: its <header> would count as a second banner of the page. */}
        <div className="sheet-head">
          <div className="sheet-heading">
            <Modal.Title className="sheet-title">{title}</Modal.Title>
            {about && <div className="sheet-about">{about}</div>}
          </div>
          <Modal.CloseButton aria-label={t('common.close')} />
        </div>
        <Modal.Body className="sheet-body" {...(reading ? { tabIndex: 0 } : {})}>
          {children}
        </Modal.Body>
        {summary && <div className="sheet-summary">{summary}</div>}
        {footer && <div className="sheet-foot">{footer}</div>}
      </Modal.Content>
    </Modal.Root>
  )
}
