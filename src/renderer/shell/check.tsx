import { type ComponentProps, useEffect, useRef } from 'react'

interface CheckProps extends Pick<ComponentProps<'input'>, 'tabIndex' | 'checked' | 'aria-label'> {
  /** Some, not all. */
  mixed?: boolean
  onChange: () => void
}

/** A box to tick in the list: the browser's own, one element, because a list that scrolls draws hundreds a second. */
export function Check({ mixed = false, onChange, ...input }: CheckProps) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current) box.current.indeterminate = mixed
  }, [mixed])
  return <input ref={box} type="checkbox" className="check" onChange={onChange} {...input} />
}
