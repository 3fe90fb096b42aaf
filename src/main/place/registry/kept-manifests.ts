import type { StoredManifest } from './manifests.ts'

/** Bytes of manifests that are kept in mind for one registry: a manifest has a few thousand. */
const MOST = 8 << 20
/** Milliseconds: who deleted one elsewhere is not hidden from for longer. */
const LIFE = 300_000

interface Kept {
  readonly manifest: StoredManifest
  readonly at: number
}

/** Manifests that were read lately, by repository and digest; those read longest ago go first. */
export class KeptManifests {
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  get(repository: string, digest: string): StoredManifest | undefined {
    const key = `${repository} ${digest}`
    const kept = this.#kept.get(key)
    if (kept && Date.now() - kept.at > LIFE) this.#forget(key)
    else return kept?.manifest
    return undefined
  }

  add(repository: string, manifest: StoredManifest): void {
    const key = `${repository} ${manifest.digest}`
    this.#forget(key)
    this.#kept.set(key, { manifest, at: Date.now() })
    this.#bytes += manifest.bytes.length
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MOST) return
      this.#forget(oldest)
    }
  }

  drop(repository: string, digest: string): void {
    this.#forget(`${repository} ${digest}`)
  }

  #forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.manifest.bytes.length ?? 0
    this.#kept.delete(key)
  }
}
