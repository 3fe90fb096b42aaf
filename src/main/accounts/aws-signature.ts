import { createHash, createHmac } from 'node:crypto'

/**
 * Amazon's Signature Version 4 for the one kind of request this app makes: a POST to `/` without a query. Its own, because that is all it takes,
 * and a library would see the secret key.
 */

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary keys. */
  readonly sessionToken?: string | undefined
}

export interface AwsRequest {
  readonly host: string
  readonly region: string
  /** As signatures name it: `ecr`, `ecr-public`. */
  readonly service: string
  /** Those to sign beside host and date; lower-case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly at: Date
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The headers to send, the signature among them; the host is left to whoever connects. */
export function signed(
  { accessKeyId, secretAccessKey, sessionToken }: AwsKeys,
  request: AwsRequest,
): Record<string, string> {
  const { host, region, service, body, at } = request
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  }
  const lines = Object.entries({ ...headers, host }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = lines.map(([name]) => name).join(';')
  const canonical = lines.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`).join('')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(`POST\n/\n\n${canonical}\n${names}\n${hash(body)}`)}`
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day))
  const signature = hmac(key, toSign).toString('hex')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
