import { ORPCError } from '@orpc/client'
import { ERROR_CODES, type ErrorCode, type ErrorData } from '../../shared/errors.ts'

function isCode(value: unknown): value is ErrorCode {
  return ERROR_CODES.some((code) => code === value)
}

function partsFrom(value: unknown): Record<string, string | number> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
    ),
  )
}

/** Plain data of the shape `{ code, parts, raw }`, as an error; undefined when it is something else. */
export function errorFrom(value: unknown): ErrorData | undefined {
  if (typeof value !== 'object' || value === null || !('code' in value) || !isCode(value.code)) return undefined
  const parts = 'parts' in value ? partsFrom(value.parts) : {}
  return { code: value.code, parts, ...('raw' in value && typeof value.raw === 'string' ? { raw: value.raw } : {}) }
}

/** Whatever a call to the host threw, as the error data a person can be told. */
export function asFailure(error: unknown): ErrorData {
  if (error instanceof ORPCError && error.code === 'FAILED') {
    const data = errorFrom(error.data)
    if (data) return data
  }
  return { code: 'internal', parts: {}, raw: error instanceof Error ? error.message : String(error) }
}

/** A failure that came as part of an answer, to be thrown as one that a call ended with. */
export function failed(error: ErrorData): ORPCError<string, ErrorData> {
  return new ORPCError('FAILED', { defined: true, data: error })
}
