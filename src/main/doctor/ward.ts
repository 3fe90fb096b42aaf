import type { DonorRef, PlaceRef } from '../../shared/contract-words.ts'
import { diagnose, type OnRead, type Patient } from './diagnose.ts'
import type { Donor } from './patient.ts'

/** How many files that were looked through are remembered: each was read whole for it. */
const KEPT = 4

/** What a place beside is opened with: another copy is read by the doctor too, everything else is a place of its own. */
export interface Opening {
  /** @throws folder-outside */
  admit(path: string): Promise<void>
  donor(place: Exclude<DonorRef, { type: 'archive' }>, signal: AbortSignal): Promise<Donor>
}

/** The place of a damaged file. */
export type PatientRef = Extract<PlaceRef, { type: 'archive' }> & { readonly beside: readonly DonorRef[] }

export function isPatient(place: PlaceRef): place is PatientRef {
  return place.type === 'archive' && place.beside !== undefined
}

/** Damaged files that were looked through, as long as they stay what they were. */
export class Ward {
  readonly #patients = new Map<string, Patient>()
  readonly #opening: Opening

  constructor(opening: Opening) {
    this.#opening = opening
  }

  /** Looks through it, however often that was done before: a donor may have something new. */
  async examine(
    { path, beside }: Pick<PatientRef, 'path' | 'beside'>,
    signal: AbortSignal,
    onRead?: OnRead,
  ): Promise<Patient> {
    await this.#opening.admit(path)
    const copies: string[] = []
    const donors: Donor[] = []
    for (const place of beside) {
      if (place.type !== 'archive') donors.push(await this.#opening.donor(place, signal))
      else {
        await this.#opening.admit(place.path)
        copies.push(place.path)
      }
    }
    return this.#keep(keyOf({ path, beside }), await diagnose(path, { copies, donors }, signal, onRead))
  }

  /** As it was looked through, if its files are still the same. */
  async patient(place: PatientRef, signal: AbortSignal): Promise<Patient> {
    const known = this.#patients.get(keyOf(place))
    if (known && (await isUnchanged(known))) return known
    return await this.examine(place, signal)
  }

  #keep(key: string, patient: Patient): Patient {
    this.#patients.delete(key)
    this.#patients.set(key, patient)
    const oldest = this.#patients.keys().next().value
    if (this.#patients.size > KEPT && oldest !== undefined) this.#patients.delete(oldest)
    return patient
  }
}

function keyOf({ path, beside }: Pick<PatientRef, 'path' | 'beside'>): string {
  return JSON.stringify([path, beside])
}

async function isUnchanged({ pool }: Patient): Promise<boolean> {
  const carriers = pool.surveys.map(({ carrier }) => carrier)
  const same = await Promise.all(carriers.map(async (carrier) => await carrier.isUnchanged()))
  return same.every(Boolean)
}
