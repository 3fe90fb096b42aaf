/** What must not be read anywhere: taken out of every text that came from outside before it becomes part of an error. */
export class Secrets {
  readonly #values = new Set<string>()

  /** A user's password or a token, and the forms it travels in. */
  add(secret: string, username?: string): void {
    // Shorter ones would blank out half of every text; nothing is that short and secret.
    if (secret.length < 3) return
    this.#values.add(secret)
    this.#values.add(encodeURIComponent(secret))
    this.#values.add(new URLSearchParams({ '': secret }).toString().slice(1))
    this.#values.add(JSON.stringify(secret).slice(1, -1))
    if (username !== undefined) this.#values.add(Buffer.from(`${username}:${secret}`).toString('base64'))
  }

  /** The text without secrets, without what stands in URLs beside host and path, and without control characters. */
  redact(text: string): string {
    let clean = text
    for (const value of [...this.#values].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(value, '…')
    return clean
      .replaceAll(/\/\/[^/\s@"'<>]+@/g, '//')
      .replaceAll(/(https?:\/\/[^\s"'<>?]*)\?[^\s"'<>]*/g, '$1')
      .replaceAll(/\b(Bearer|Basic) [\w.~+/=-]{8,}/g, '$1 …')
      .replaceAll(/[\p{Cc}]+/gu, ' ')
      .trim()
  }
}
