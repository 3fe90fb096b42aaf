const MOST = 120

/** A name out of a file, as an error may show it: without characters that a terminal obeys, and with an end. */
export function shown(name: string): string {
  const plain = name.slice(0, MOST + 1).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd')
  return plain.length > MOST ? `${plain.slice(0, MOST - 1)}…` : plain
}
