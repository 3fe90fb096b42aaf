import { HubPulls } from '../src/main/testing/emulated/hub-pulls.ts'
import { type HubPage, HubSearch } from '../src/main/testing/emulated/hub-search.ts'
import { type MadeImage, makeImage } from '../src/main/testing/handmade-archives.ts'
import { Internet } from '../src/main/testing/internet.ts'

/** Docker Hub as a test has it: found, read and fetched from under its real names. */
export interface TestHub {
  readonly internet: Internet
  readonly search: HubSearch
  readonly pulls: HubPulls
  /** Puts another image under a tag of the web server. */
  publishAgain(text: string): Promise<void>
  close(): Promise<void>
}

const README = `# What is nginx?

nginx (pronounced *engine-x*) is an open source reverse proxy server for **HTTP**, HTTPS, SMTP, POP3 and IMAP.
<img src="https://www.example.com/pixel.png" alt="">

![logo](https://www.example.com/logo.png)

# How to use this image

- run it: \`docker run --name web -d nginx\`
- serve your own pages from \`/usr/share/nginx/html\`

\`\`\`console
$ docker run --name web -v /srv/pages:/usr/share/nginx/html:ro -d nginx
\`\`\`

Its source: https://github.com/nginxinc/docker-nginx. Questions: [the forum](https://forums.docker.com).
`

const ARM = { os: 'linux', architecture: 'arm64' }
const PUSHED = ['2026-11-19T09:00:00Z', '2026-11-18T09:00:00Z', '2026-10-02T09:00:00Z'] as const

/** Prints `<text> runs`. */
async function server(text: string, platform?: MadeImage['platform']): Promise<MadeImage> {
  return await makeImage({
    names: ['nginx'],
    layers: ['busybox', { files: { 'srv/index.html': text }, textBytes: 60_000, seed: text }],
    cmd: ['/bin/sh', '-c', `echo ${text} runs`],
    labels: { 'org.opencontainers.image.source': 'https://github.com/nginxinc/docker-nginx' },
    ...(platform ? { platform } : {}),
  })
}

function other(path: string, more: Partial<HubPage>, tags: HubPage['tags']): HubPage {
  return { path, description: '', stars: 0, pulls: 0, updated: PUSHED[2], tags, ...more }
}

export async function startHub(): Promise<TestHub> {
  const internet = await Internet.start()
  const search = new HubSearch()
  const pulls = new HubPulls()
  search.enter(internet)
  pulls.enter(internet)
  const [plain, alpine, arm] = [await server('web-1.27'), await server('web-alpine'), await server('web-arm', ARM)]
  const publish = (images: readonly MadeImage[], tags: readonly string[], pushed: string): HubPage['tags'] =>
    tags.map((tag) => pulls.publish('library/nginx', tag, images, pushed))
  const nginx = {
    path: 'library/nginx',
    description: 'Official build of Nginx.',
    readme: README,
    badge: 'official',
    stars: 20_431,
    pulls: 12_345_678_901,
    updated: PUSHED[0],
  } as const
  const tags = [
    ...publish([plain, arm], ['latest', '1.27', '1.27.3', 'bookworm'], PUSHED[0]),
    ...publish([alpine, arm], ['alpine', '1.27-alpine3.20'], PUSHED[1]),
  ]
  const redis = pulls.publish('library/redis', '7', [await server('redis')], PUSHED[2])
  const armOnly = [{ ...redis, parts: redis.parts.map((part) => ({ ...part, architecture: 'arm64' })) }]
  const rest = [
    other(
      'bitnami/nginx',
      {
        description: 'Nginx packaged by Bitnami',
        badge: 'verified_publisher',
        publisher: 'VMware',
        stars: 190,
        pulls: 2e8,
      },
      [redis],
    ),
    other(
      'nginxproxy/nginx-proxy',
      { description: 'Automated Nginx reverse proxy for Docker', badge: 'open_source', stars: 1200, pulls: 4e8 },
      [redis],
    ),
    other('lea/nginx-test', { description: 'nginx of mine, for a Raspberry Pi', stars: 1, pulls: 831 }, armOnly),
    other('library/redis', { description: 'Keeps data in memory.', badge: 'official', stars: 13_000, pulls: 4e9 }, [
      redis,
    ]),
  ]
  search.pages.push({ ...nginx, tags }, ...rest)
  return {
    internet,
    search,
    pulls,
    publishAgain: async (text) => {
      const again = publish([await server(text), arm], ['latest', '1.27'], '2026-11-20T12:00:00Z')
      const former = tags.filter(({ name }) => !['latest', '1.27'].includes(name))
      search.pages.splice(0, 1, { ...nginx, tags: [...again, ...former] })
    },
    close: async () => await internet.close(),
  }
}
