/** A whole fingerprint as a person pastes it, with or without `sha256:`; undefined for any other text. */
export function fingerprintIn(text: string): string | undefined {
  const hex = /^(?:sha256:)?([a-f0-9]{64})$/i.exec(text.trim())?.[1]
  return hex === undefined ? undefined : `sha256:${hex.toLowerCase()}`
}
