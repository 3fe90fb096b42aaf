/**
 * What the words in tags mean: `20-alpine3.20`, `3.12-slim-bookworm`. Each has one sentence in the window's words. Only what
 * makers of images agree on; a word nobody agrees on says nothing.
 */
const VARIANTS = [
  ['alpine', /^alpine(?:\d+(?:\.\d+)*)?$/],
  ['slim', /^slim$/],
  ['trixie', /^trixie$/],
  ['bookworm', /^bookworm$/],
  ['bullseye', /^bullseye$/],
  ['buster', /^buster$/],
  ['noble', /^noble$/],
  ['jammy', /^jammy$/],
  ['focal', /^focal$/],
  ['ubi', /^ubi\d*(?:minimal|micro)?$/],
  ['distroless', /^(?:distroless|chiseled|nonroot)$/],
  ['nanoserver', /^nanoserver$/],
  ['windowsservercore', /^windowsservercore$/],
  ['windows', /^(?:windows|win|ltsc\d{4})$/],
  ['fpm', /^fpm$/],
  ['apache', /^apache$/],
  ['jdk', /^jdk\d*$/],
  ['jre', /^jre\d*$/],
  ['dind', /^dind$/],
  ['rootless', /^(?:rootless|unprivileged)$/],
  ['onbuild', /^onbuild$/],
  ['debug', /^debug$/],
  ['cuda', /^cuda(?:\d+(?:\.\d+)*)?$/],
  ['preview', /^(?:alpha|beta|rc|preview|nightly|edge|dev|snapshot|canary|unstable)\d*$/],
  ['lts', /^lts$/],
  ['latest', /^latest$/],
] as const satisfies readonly (readonly [string, RegExp])[]

export type Variant = (typeof VARIANTS)[number][0]

/** The variants a tag names, in the order of the tag; `1.2.0-rc1` and `3.13rc2` are previews. */
export function variantsOf(tag: string): Variant[] {
  const parts = tag.toLowerCase().split(/[-_+]/)
  const glued = parts.flatMap((part) => {
    const preview = /^\d+(?:\.\d+)*(?:\.)?((?:alpha|beta|rc)\d*)$/.exec(part)?.[1]
    return preview === undefined ? [part] : [part, preview]
  })
  const found = glued.flatMap((part) => VARIANTS.filter(([, pattern]) => pattern.test(part)).map(([name]) => name))
  return [...new Set(found)]
}
