import type { Archive, ArchiveImage, CopyRequest, Plan, Platform, Wanted } from '../../shared/contract.ts'
import { datedName, normaliseName } from '../../shared/reference.ts'
import { fitsPlatform } from '../words/platform.ts'

export type MoveChoice = 'keep' | 'replace' | 'leave'
export type PlannedImage = Plan['images'][number]
export type PlannedName = PlannedImage['names'][number]

/** What the person decided in the sheet; everything not decided follows from the file and the plan. */
export interface LoadChoices {
  readonly ticked: Readonly<Record<string, boolean>>
  /** Names taken away, `id name`. */
  readonly off: ReadonlySet<string>
  /** Text typed for images without a name. */
  readonly given: Readonly<Record<string, string>>
  /** What to do with the image that has a name now, by `id name`. */
  readonly moves: Readonly<Record<string, MoveChoice>>
}

export const NO_CHOICES: LoadChoices = { ticked: {}, off: new Set(), given: {}, moves: {} }

export function nameKey(id: string, name: string): string {
  return `${id} ${name}`
}

/** Images that share a name with another of the file and are for another platform than the engine's: left out at first. */
export function otherPlatforms(images: readonly ArchiveImage[], engine: Platform | undefined): ReadonlySet<string> {
  const out = new Set<string>()
  for (const image of images) {
    const rivals = images.filter((other) => other !== image && other.names.some((name) => image.names.includes(name)))
    if (rivals.length === 0) continue
    const fits = engine !== undefined && fitsPlatform(image.platform, engine)
    const chosenRival = rivals.some((rival) =>
      engine && rivals.concat(image).some(({ platform }) => fitsPlatform(platform, engine))
        ? fitsPlatform(rival.platform, engine)
        : images.indexOf(rival) < images.indexOf(image),
    )
    if (!fits && chosenRival) out.add(image.id)
  }
  return out
}

/** Nothing would change at the destination: the image is there and has every name already. */
export function isSame(planned: PlannedImage | undefined): boolean {
  return planned?.present === true && planned.names.every(({ same }) => same)
}

interface Situation {
  readonly archive: Archive
  readonly choices: LoadChoices
  readonly engine: Platform | undefined
  readonly plan: Plan | undefined
}

export function isTicked(image: ArchiveImage, { archive, choices, engine, plan }: Situation): boolean {
  const chosen = choices.ticked[image.id]
  if (chosen !== undefined) return chosen
  if (archive.checked === 'problems' || otherPlatforms(archive.images, engine).has(image.id)) return false
  return !isSame(plan?.images.find(({ id }) => id === image.id))
}

/** The names an image goes under, before anything is said of names that move. */
export function namesOf(image: ArchiveImage, choices: LoadChoices): string[] {
  const kept = image.names.filter((name) => !choices.off.has(nameKey(image.id, name)))
  const given = image.names.length === 0 ? normaliseName(choices.given[image.id] ?? '') : undefined
  return given === undefined ? kept : [...kept, given]
}

/** What to ask the plan about: every image of the file; a name that two of them share goes with the one for this engine. */
export function askedOf(archive: Archive, choices: LoadChoices, engine: Platform | undefined): Wanted[] {
  const others = otherPlatforms(archive.images, engine)
  const leading = archive.images.filter(({ id }) => !others.has(id))
  const taken = new Set<string>()
  const wanted = new Map<string, Wanted>()
  for (const image of [...leading, ...archive.images.filter(({ id }) => others.has(id))]) {
    const names = namesOf(image, choices).filter((name) => !taken.has(name))
    for (const name of names) taken.add(name)
    wanted.set(image.id, { id: image.id, names: names.map((name) => ({ name })) })
  }
  return archive.images.flatMap(({ id }) => wanted.get(id) ?? [])
}

/** Names that two ticked images both want; an engine can give a name to one only. */
export function clashes(images: readonly ArchiveImage[], choices: LoadChoices): string[] {
  const names = images.flatMap((image) => namesOf(image, choices))
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

export function moveChoice(choices: LoadChoices, id: string, name: string): MoveChoice {
  return choices.moves[nameKey(id, name)] ?? 'keep'
}

/** The ticked images with their names, as the copy is asked for: a name left where it is is not in it. */
export function wantedOf(
  images: readonly ArchiveImage[],
  choices: LoadChoices,
  plan: Plan | undefined,
  date: Date,
): Wanted[] {
  return images.map((image) => {
    const planned = plan?.images.find(({ id }) => id === image.id)
    const names = namesOf(image, choices).flatMap((name) => {
      const replaces = planned?.names.find((other) => other.name === name)?.replaces
      if (!replaces) return [{ name }]
      const choice = moveChoice(choices, image.id, name)
      if (choice === 'leave') return []
      return choice === 'keep' ? [{ name, keepAs: datedName(name, date) }] : [{ name }]
    })
    return { id: image.id, names }
  })
}

export function loadRequest(path: string, engine: string, images: Wanted[]): CopyRequest {
  return { from: { type: 'archive', path }, to: { type: 'engine', engine }, images }
}

function quoted(path: string, windows: boolean): string {
  if (windows) return `"${path}"`
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

/** The docker line that does the same; undefined where none does: other compressions, renamed or left-out images, kept names. */
export function loadCommand(
  archive: Archive,
  wanted: readonly Wanted[],
  engine: { id: string; current: boolean },
  windows: boolean,
): string | undefined {
  if (
    archive.format !== 'docker-archive' ||
    archive.protected ||
    archive.parts ||
    (archive.compression !== 'none' && archive.compression !== 'gzip')
  )
    return
  const asInFile = archive.images.every((image) => {
    const names = wanted.find(({ id }) => id === image.id)?.names
    return (
      names?.length === image.names.length &&
      names.every(({ name, keepAs }) => keepAs === undefined && image.names.includes(name))
    )
  })
  if (!asInFile) return
  const context = engine.current ? '' : `--context ${quoted(engine.id, windows)} `
  return `docker ${context}load -i ${quoted(archive.path, windows)}`
}
