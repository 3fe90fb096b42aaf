import { runChecks } from '../preflight/checks.ts'
import { publicationOf } from '../preflight/publication.ts'
import { os, stream, until } from '../routing.ts'
import { lookAt } from './looked.ts'
import { publishedOf, rememberPublished } from './published.ts'
import { type Started, startOne } from './start.ts'
import { there } from './there.ts'

export const publishRoutes = os.publish.router({
  look: os.publish.look.handler(async ({ context: { app }, input: { from, ids, sources }, signal }) => {
    const looked = await Promise.all(ids.map(async (id) => await lookAt(app, from, id, until(signal))))
    return {
      images: looked.map(({ id, parts }) => ({
        id,
        labels: parts[0]?.labels ?? {},
        platforms: parts.map(({ platform }) => platform),
        created: parts[0]?.created ?? 0,
        artifact: parts.length === 0,
      })),
      published: await publishedOf(app.state, sources),
    }
  }),
  there: os.publish.there.handler(async ({ context: { app }, input: { host, account, path, wanted }, signal }) =>
    there(await app.opener.repository({ type: 'registry', host, account, repository: path }), wanted, until(signal)),
  ),
  checks: os.publish.checks.handler(async function* ({ context: { app }, input, signal }) {
    const publication = await publicationOf(app, input, until(signal))
    yield* stream(runChecks(publication, until(signal)))
  }),
  start: os.publish.start.handler(async ({ context: { app }, input, signal }) => {
    const { destinations, published, ...from } = input
    const started: Started[] = []
    for (const destination of destinations) started.push(await startOne(app, from, destination, until(signal)))
    if (started.some(({ type }) => type === 'started')) await rememberPublished(app.state, published)
    return started
  }),
})
