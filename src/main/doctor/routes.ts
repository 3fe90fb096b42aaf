import type { DoctorEvent } from '../../shared/contract-doctor.ts'
import { Feed } from '../feed.ts'
import { os, stream, until } from '../routing.ts'
import { describePatient } from './describe.ts'
import type { PatientRef, Ward } from './ward.ts'

/** Progress is told at most this often, in milliseconds. */
const PACE = 200

async function* examining(
  ward: Ward,
  asked: Pick<PatientRef, 'path' | 'beside'>,
  signal: AbortSignal,
): AsyncGenerator<DoctorEvent> {
  const stop = new AbortController()
  const progress = new Feed<DoctorEvent | undefined>(undefined)
  const work = ward
    .examine(asked, signal, (done, total) => progress.set({ type: 'reading', done, total }))
    .finally(() => stop.abort())
  work.catch(() => undefined)
  for await (const event of progress.watch(AbortSignal.any([signal, stop.signal]), PACE)) if (event) yield event
  yield { type: 'diagnosed', diagnosis: describePatient(await work) }
}

export const doctorRoutes = {
  diagnose: os.doctor.diagnose.handler(({ context: { app }, input, signal }) =>
    stream(examining(app.opener.ward, input, until(signal))),
  ),
}
