import type { Digest } from '../../shared/reference.ts'
import { promisedDigest } from '../format/contents.ts'
import type { Find, Survey } from './survey.ts'

/** All that was found, in the file itself and in what was laid beside it, by what it proved to be. */
export class Pool {
  readonly surveys: readonly Survey[]
  readonly #byDigest = new Map<Digest, Find>()
  readonly #byDiffId = new Map<Digest, Find>()
  /** Files that are not what their names promise, by what those promise. */
  readonly #spoilt = new Map<Digest, Find>()
  readonly #byName = new Map<Survey, Map<string, Find>>()

  constructor(surveys: readonly Survey[]) {
    this.surveys = surveys
    for (const survey of surveys) {
      const names = new Map<string, Find>()
      for (const find of survey.finds) {
        // The last of a name is what unpacking would leave.
        names.set(find.name, find)
        this.#add(find)
      }
      this.#byName.set(survey, names)
    }
  }

  #add(find: Find): void {
    const { digest, diffId, name } = find
    const promised = promisedDigest(name)
    if (promised !== undefined && promised !== digest && promised !== diffId && !this.#spoilt.has(promised))
      this.#spoilt.set(promised, find)
    if (digest === undefined || diffId === undefined) return
    if (!this.#byDigest.has(digest)) this.#byDigest.set(digest, find)
    if (!this.#byDiffId.has(diffId)) this.#byDiffId.set(diffId, find)
  }

  get finds(): Iterable<Find> {
    return this.surveys.flatMap(({ finds }) => finds)
  }

  byDigest(digest: Digest): Find | undefined {
    return this.#byDigest.get(digest)
  }

  byDiffId(diffId: Digest): Find | undefined {
    return this.#byDiffId.get(diffId)
  }

  spoilt(digest: Digest): Find | undefined {
    return this.#spoilt.get(digest)
  }

  /** A file by its name, links followed. */
  named(survey: Survey, name: string): Find | undefined {
    let at = name
    for (let hops = 0; hops < 16; hops++) {
      const target = survey.links.get(at)
      if (target === undefined) break
      at = target
    }
    return this.#byName.get(survey)?.get(at)
  }
}
