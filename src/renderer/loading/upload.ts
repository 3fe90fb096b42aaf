import { AppError, asAppError } from '../../shared/errors.ts'
import { errorFrom } from '../errors/failure.ts'

function answerOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function pathFrom(request: XMLHttpRequest): string {
  const answer = answerOf(request.responseText)
  if (request.status === 200 && typeof answer === 'object' && answer !== null && 'path' in answer)
    return String(answer.path)
  const error = errorFrom(answer)
  throw error
    ? new AppError(error.code, error.parts, error.raw === undefined ? {} : { raw: error.raw })
    : new AppError('internal', {}, { raw: `${request.status} ${request.statusText}` })
}

/** Sends a file of this browser to the host, beside one that was sent before or by itself, and returns its path there. XMLHttpRequest, because fetch tells nothing of an upload's progress. */
export function upload(
  file: File,
  signal: AbortSignal,
  progress: (done: number) => void,
  beside?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const place = beside === undefined ? '' : `&beside=${encodeURIComponent(beside)}`
    request.open('PUT', `/upload?name=${encodeURIComponent(file.name)}${place}`)
    request.upload.addEventListener('progress', ({ loaded }) => progress(loaded))
    request.addEventListener('load', () => {
      try {
        resolve(pathFrom(request))
      } catch (error) {
        reject(asAppError(error))
      }
    })
    request.addEventListener('error', () => reject(new AppError('internal', {}, { raw: 'upload interrupted' })))
    request.addEventListener('abort', () => reject(new AppError('cancelled')))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
