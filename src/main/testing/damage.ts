import { pick, type Random } from './random.ts'

/** What happens to files, at random and the same for the same seed. */
export interface Damage {
  readonly what: string
  readonly bytes: Buffer
}

type Harm = (bytes: Buffer, random: Random) => Buffer

function noise(length: number, random: Random): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => random(256)))
}

const HARMS: Readonly<Record<string, Harm>> = {
  flip(bytes, random) {
    const changed = Buffer.from(bytes)
    const at = random(bytes.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << random(8))
    return changed
  },
  truncate: (bytes, random) => bytes.subarray(0, random(bytes.length)),
  /** A sector or more that a drive lost. */
  zeros(bytes, random) {
    const changed = Buffer.from(bytes)
    const at = random(bytes.length)
    changed.fill(0, at, Math.min(bytes.length, at + 512 + random(8192)))
    return changed
  },
  noise(bytes, random) {
    const at = random(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), noise(1 + random(2000), random), bytes.subarray(at)])
  },
  hole(bytes, random) {
    const at = random(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(20_000))])
  },
  prefix: (bytes, random) => Buffer.concat([noise(1 + random(3000), random), bytes]),
  suffix: (bytes, random) => Buffer.concat([bytes, noise(1 + random(3000), random)]),
  /** Two pieces that changed places. */
  swapped(bytes, random) {
    const size = 512 * (1 + random(40))
    const blocks = Math.floor(bytes.length / size)
    if (blocks < 2) return bytes
    const [a, b] = [random(blocks), random(blocks)].map((block) => block * size) as [number, number]
    const changed = Buffer.from(bytes)
    bytes.copy(changed, a, b, b + size)
    bytes.copy(changed, b, a, a + size)
    return changed
  },
  twice: (bytes) => Buffer.concat([bytes, bytes]),
}

/** One to three harms to a file. */
export function damageAtRandom(bytes: Buffer, random: Random): Damage {
  let harmed = bytes
  const what: string[] = []
  for (let left = 1 + random(3); left > 0; left--) {
    const name = pick(random, Object.keys(HARMS))
    harmed = HARMS[name]?.(harmed, random) ?? harmed
    if (harmed.length === 0) harmed = noise(1 + random(600), random)
    what.push(name)
  }
  return { what: what.join(' '), bytes: harmed }
}
