import { create } from 'zustand'
import type { PlaceRef, Replaced, Spot } from '../../shared/contract.ts'
import type { ErrorData } from '../../shared/errors.ts'
import type { PresetId } from '../../shared/presets.ts'
import type { TagOperation } from '../../shared/tag-plan.ts'
import { asFailure } from '../errors/failure.ts'
import type { DroppedList } from '../notes/listed-files.ts'
import type { RegistryPlace } from '../places/place-ref.ts'
import type { PublishRow } from '../publishing/draft.ts'

export type Sheet =
  | { readonly type: 'details'; readonly place: PlaceRef; readonly id: string }
  /** `folder`: where the file is to go. */
  | { readonly type: 'save'; readonly place: PlaceRef; readonly ids: readonly string[]; readonly folder?: string }
  /** Images of the place on screen to another; `to`: where they were dropped. */
  | { readonly type: 'copy'; readonly place: PlaceRef; readonly ids: readonly string[]; readonly to?: PlaceRef }
  /** To registries; the sheet may outlive the list the rows are from. */
  | {
      readonly type: 'publish'
      readonly place: PlaceRef
      readonly rows: readonly PublishRow[]
      /** Registries there were before one was added for it, by `placeKey`. */
      readonly before?: readonly string[]
    }
  /** All of a place, whether it is on screen or not. */
  | { readonly type: 'whole'; readonly place: PlaceRef }
  | { readonly type: 'removal'; readonly place: PlaceRef; readonly ids: readonly string[] }
  | { readonly type: 'last-name'; readonly engine: string; readonly id: string }
  /** Back to the version that is kept as `backup`. */
  | { readonly type: 'back'; readonly engine: string; readonly backup: string }
  /** The tags of one image in a repository; `operations`: what was asked for at once. */
  | {
      readonly type: 'tags'
      readonly place: PlaceRef
      readonly repository: string
      readonly id: string
      readonly operations?: readonly TagOperation[]
    }
  | { readonly type: 'kept-versions'; readonly engine: string }
  /** A Docker on another computer: a new one, or the one of `engine`; `password`: that is the field to fill in. */
  | { readonly type: 'computer'; readonly engine?: string; readonly password?: boolean }
  | { readonly type: 'forget'; readonly engine: string }
  /** The fingerprint of a computer that is in the list, but not known yet. */
  | { readonly type: 'consent'; readonly engine: string }
  /** A registry: a new one (`preset`: which), or what is kept of this one; `another`: one more account there. */
  | { readonly type: 'registry'; readonly place?: PlaceRef; readonly another?: boolean; readonly preset?: PresetId }
  | { readonly type: 'which-registry' }
  | { readonly type: 'sign-out'; readonly host: string; readonly account: string }
  /** About a repository of a registry: who sees it, its texts. */
  | { readonly type: 'repository'; readonly place: RegistryPlace; readonly path: string }
  | { readonly type: 'new-repository'; readonly place: RegistryPlace }
  /** The words before a repository is shown to others, or to nobody else. */
  | {
      readonly type: 'visibility'
      readonly place: RegistryPlace
      readonly path: string
      readonly to: 'public' | 'private'
    }
  /** A registry of one's own: made, managed, or added from the file another computer gave. */
  | { readonly type: 'own' }
  | { readonly type: 'own-manage'; readonly host: string }
  | { readonly type: 'own-join'; readonly file: File }
  /** A compose file or a list of names that was dropped. */
  | { readonly type: 'listed'; readonly list: DroppedList }
  | { readonly type: 'open-folder' }
  | { readonly type: 'forget-place'; readonly place: PlaceRef }
  | { readonly type: 'compare'; readonly left: Spot; readonly right: Spot }
  | { readonly type: 'choose-files' }
  /** What can be saved of a damaged file; `sent`: this browser sent it. */
  | { readonly type: 'doctor'; readonly path: string; readonly name: string; readonly sent?: boolean }
  /** Images from registries. `text`: what is looked for at once; `to`: where it goes unless the person says otherwise. */
  | { readonly type: 'get'; readonly text?: string; readonly to?: PlaceRef }
  | { readonly type: 'help' }

interface Ui {
  search: string
  sheet: Sheet | undefined
  /** What is shown again once the sheet in front is put away: something was to be done for it first. */
  back: Sheet | undefined
  /** The registry that is signed in to in front of the sheet, which stays as it is behind. */
  signIn: PlaceRef | undefined
  /** The last failure of something done on the page itself, until put away. */
  failure: ErrorData | undefined
  /** The last name that was moved here to another image, until put away. */
  moved: { readonly place: PlaceRef; readonly replaced: Replaced } | undefined
  /** Said by the live region; a new object each time, so that the same words can be said twice. */
  said: { readonly text: string }
}

export const useUi = create<Ui>(() => ({
  search: '',
  sheet: undefined,
  back: undefined,
  signIn: undefined,
  failure: undefined,
  moved: undefined,
  said: { text: '' },
}))

export function openSheet(sheet: Sheet): void {
  useUi.setState({ sheet })
}

export function closeSheet(): void {
  useUi.setState(({ back }) => ({ sheet: back, back: undefined }))
}

/** Signs in to a registry without leaving the sheet in front, if there is one. */
export function signInTo(place: PlaceRef): void {
  useUi.setState(({ sheet }) => (sheet ? { signIn: place } : { sheet: { type: 'registry', place } }))
}

/** Shows a failure on the page; for actions that have no sheet of their own to say it in. */
export function tellFailure(error: unknown): void {
  useUi.setState({ failure: asFailure(error) })
}

export function dismissFailure(): void {
  useUi.setState({ failure: undefined })
}

/** Tells what a moved name left behind; one that moved from no other image is nothing to tell. */
export function tellMoved(place: PlaceRef, replaced: Replaced | undefined): void {
  useUi.setState({ moved: replaced && { place, replaced } })
}

export function dismissMoved(): void {
  useUi.setState({ moved: undefined })
}

/** Has the live region say something, once. */
export function announce(text: string): void {
  useUi.setState({ said: { text } })
}
