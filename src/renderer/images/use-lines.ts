import { useMemo } from 'react'
import type { ImageFacts, PlaceRef } from '../../shared/contract.ts'
import { engineOf } from '../places/place-ref.ts'
import { useUi } from '../shell/ui.ts'
import { useWords } from '../words/use-words.ts'
import { type ListRow, useImages } from './image-store.ts'
import { groupImages, type Line, type Sort } from './lines.ts'
import { useFacts } from './use-facts.ts'

const NO_FACTS: Readonly<Record<string, ImageFacts>> = {}
const NO_ROWS: readonly ListRow[] = []
const NO_IDS: readonly string[] = []

/** The lines of the list on screen. While something is searched, the containers of all images are learnt: their names are found, too. */
export function useLines(place: PlaceRef, sort: Sort): readonly Line[] {
  const { compare } = useWords()
  const search = useUi((state) => state.search)
  const searching = search.trim() !== ''
  const rows = useImages((state) => state.rows) ?? NO_ROWS
  const facts = useImages((state) => (searching ? state.facts : NO_FACTS))
  useFacts(
    engineOf(place),
    useMemo(() => (searching ? rows.map(({ id }) => id) : NO_IDS), [searching, rows]),
  )
  return useMemo(() => {
    const containers = (id: string): string => facts[id]?.containers.map(({ name }) => name).join(' ') ?? ''
    return groupImages(rows, { search, sort, compare, containers })
  }, [rows, search, sort, compare, facts])
}
