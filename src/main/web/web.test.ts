import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Internet } from '../testing/internet.ts'
import { Web } from './web.ts'

const forever = new AbortController().signal

describe('questions to a web API', () => {
  let internet: Internet
  let leave: () => void
  let web: Web
  let failures = 0

  beforeAll(async () => {
    internet = await Internet.start()
    internet.host('hub.docker.com', (request, response) => {
      const { url = '' } = request
      if (url === '/busy' && failures > 0) {
        failures -= 1
        response.writeHead(503).end()
      } else if (url === '/refused') {
        response.writeHead(401, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ detail: `who is ${request.headers.authorization}?` }))
      } else response.end(JSON.stringify({ url, type: request.headers['content-type'] ?? '' }))
    })
    leave = internet.enter()
    web = new Web({ place: 'docker.io', patience: { wait: async () => undefined } })
  })
  afterAll(async () => {
    await web.close()
    leave()
    await internet.close()
  })

  function at(path: string): URL {
    return new URL(path, 'https://hub.docker.com')
  }

  it('reach hosts under their own names, by the proxy of the environment', async () => {
    const { value } = await web.ask({ method: 'POST', url: at('/v2/x?page=2'), json: { a: 1 }, signal: forever })
    expect(value).toEqual({ url: '/v2/x?page=2', type: 'application/json' })
    expect(internet.asked).toEqual(['POST https://hub.docker.com/v2/x?page=2'])
    const away = web.ask({ method: 'GET', url: new URL('https://nobody.example/'), signal: forever })
    await expect(away).rejects.toMatchObject({ code: 'registry-proxy', parts: { place: 'nobody.example' } })
    expect(internet.unknown).toEqual(['nobody.example'])
  })

  it('are asked again where that is safe, and not where it is not', async () => {
    failures = 2
    expect((await web.ask({ method: 'GET', url: at('/busy'), signal: forever })).status).toBe(200)
    failures = 1
    const sent = web.ask({ method: 'POST', url: at('/busy'), json: {}, signal: forever })
    await expect(sent).rejects.toMatchObject({ code: 'registry-unavailable' })
  })

  it('keep what is secret out of their errors', async () => {
    web.secrets.add('dckr_pat_secret')
    const headers = { authorization: 'Bearer dckr_pat_secret' }
    const error: unknown = await web
      .ask({ method: 'GET', url: at('/refused'), headers, signal: forever })
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'registry-credentials', parts: { place: 'docker.io' } })
    expect(JSON.stringify(error)).not.toContain('dckr_pat_secret')
  })

  it('never go unprotected to another computer', async () => {
    const plain = web.ask({ method: 'GET', url: new URL('http://hub.docker.com/'), signal: forever })
    await expect(plain).rejects.toMatchObject({ code: 'registry-plain-http' })
  })
})
