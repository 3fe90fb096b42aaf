import { describe, expect, it } from 'vitest'
import { familiar } from './reference.ts'
import { type Meant, readWanted } from './wanted.ts'

const HEX = 'a'.repeat(64)
const DIGEST = `sha256:${HEX}`

/** As one reads it: names, `name for platform`, `? words`, `! problem`. */
function said(meant: Meant): string {
  switch (meant.type) {
    case 'image':
      return familiar(meant.reference) + (meant.platform === undefined ? '' : ` for ${meant.platform}`)
    case 'digest':
      return meant.digest
    case 'words':
      return `? ${meant.words}`
    case 'problem':
      return `! ${meant.problem}${meant.fix === undefined ? '' : ` → ${meant.fix}`}`
  }
}

function read(text: string): string[] {
  return readWanted(text).map(({ meant }) => said(meant))
}

describe('one line', () => {
  it.each([
    ['nginx', '? nginx'],
    ['  web server ', '? web server'],
    ['nginx:1.27', 'nginx:1.27'],
    ['docker.io/library/nginx', 'nginx'],
    ['grafana/grafana', 'grafana/grafana'],
    ['ghcr.io/acme/shop:2', 'ghcr.io/acme/shop:2'],
    ['localhost:5000/shop', 'localhost:5000/shop'],
    [`nginx@${DIGEST}`, `nginx@${DIGEST}`],
    [`nginx:1.27@${DIGEST}`, `nginx:1.27@${DIGEST}`],
    [DIGEST, DIGEST],
    [HEX, DIGEST],
    [HEX.toUpperCase(), DIGEST],
    ['605c77e624dd', '! id'],
    ['"nginx:1.27"', 'nginx:1.27'],
    ['docker://quay.io/skopeo/stable:latest', 'quay.io/skopeo/stable:latest'],
    ['Nginx:1.27', '! uppercase → nginx:1.27'],
    ['Acme/Shop:RC1', '! uppercase → acme/shop:RC1'],
    ['nginx:1 27', '? nginx:1 27'],
    ['nginx:-1', '! tag'],
    ['nginx@sha256:abc', '! digest'],
    ['node:$VERSION', '! variable'],
    ['<registry>/shop:1', '! variable'],
  ])('%s means %s', (text, meant) => {
    expect(read(text)).toEqual([meant])
  })

  it('of nothing means nothing', () => {
    expect(read(' \n ')).toEqual([])
    expect(read('# docker pull nginx')).toEqual([])
  })
})

describe('commands', () => {
  it.each([
    ['docker pull nginx', 'nginx'],
    ['$ docker pull nginx:1.27', 'nginx:1.27'],
    ['PS C:\\Users\\lea> docker pull nginx:1.27', 'nginx:1.27'],
    ['sudo docker image pull --quiet nginx', 'nginx'],
    ['docker pull --platform linux/arm64 nginx', 'nginx for linux/arm64'],
    ['docker pull --platform=linux/arm/v7 -q nginx', 'nginx for linux/arm/v7'],
    ['docker pull -a alpine', 'alpine'],
    ['docker --context nas pull alpine', 'alpine'],
    ['docker run nginx', 'nginx'],
    ['docker run -d -p 8080:80 --name web nginx:1.27 nginx -g "daemon off;"', 'nginx:1.27'],
    ['docker run -it --rm -v "$(pwd)":/work -w /work node:20-alpine npm ci', 'node:20-alpine'],
    ['docker run -itp 80:80 nginx', 'nginx'],
    ['docker run -p80:80 -eA=b nginx', 'nginx'],
    ['docker run -a stdout alpine echo hello', 'alpine'],
    ["docker run --env='A=b c' --restart=always redis:7", 'redis:7'],
    [
      'docker container run --gpus all nvidia/cuda:12.4.1-base-ubuntu22.04 nvidia-smi',
      'nvidia/cuda:12.4.1-base-ubuntu22.04',
    ],
    ['docker create --name data busybox', 'busybox'],
    ['podman pull quay.io/podman/hello', 'quay.io/podman/hello'],
    ['nerdctl run --rm alpine', 'alpine'],
    ['skopeo inspect docker://docker.io/library/alpine:3.20', 'alpine:3.20'],
    ['docker pull', '! command'],
    ['docker ps -a', '! command'],
    ['docker pull Nginx', '! uppercase → nginx'],
  ])('%s', (text, meant) => {
    expect(read(text)).toEqual([meant])
  })

  it('of one line one after the other, and over several lines', () => {
    expect(read('docker pull nginx && docker pull redis:7; docker run alpine')).toEqual(['nginx', 'redis:7', 'alpine'])
    expect(read('docker run -d \\\n  -p 80:80 \\\n  nginx:1.27')).toEqual(['nginx:1.27'])
    expect(read('docker run -d `\r\n  -p 80:80 `\r\n  nginx:1.27')).toEqual(['nginx:1.27'])
  })
})

describe('files', () => {
  it('a Dockerfile names its bases, not its stages', () => {
    const text = `# syntax=docker/dockerfile:1
ARG NODE=20
FROM --platform=$BUILDPLATFORM node:\${NODE}-alpine AS build
RUN npm ci && \\
    npm run build
FROM build AS test
FROM scratch
COPY --from=build /app /app
COPY --from=busybox:1.36 /bin/sh /bin/sh
FROM --platform=linux/arm64 nginx:\${NGINX}`
    expect(read(text)).toEqual(['node:20-alpine', 'busybox:1.36', '! variable'])
  })

  it('one line of a Dockerfile is no search', () => {
    expect(read('FROM nginx')).toEqual(['nginx'])
    expect(read('FROM scratch')).toEqual([])
  })

  it('compose and Kubernetes name images; a default stands for what is not known', () => {
    const text = `services:
  web:
    image: "nginx:1.27" # the front
    ports:
      - "80:80"
    depends_on: [db]
  db:
    image: postgres:\${PG:-16}
  own:
    image: \${REGISTRY}/own
  build:
    build: .
---
    containers:
      - image: redis:7
        name: cache`
    expect(read(text)).toEqual(['nginx:1.27', 'postgres:16', '! variable', 'redis:7'])
    expect(read('image: nginx')).toEqual(['nginx'])
  })

  it('a list: one a line, bullets and comments, each once; what is unclear is told', () => {
    const text = `# for the class room
nginx
- redis:7   # cache
* grafana/grafana
2. alpine:3.20
nginx
Nginx
some words here
postgres:16, mariadb:11
605c77e624dd`
    expect(read(text)).toEqual([
      'nginx',
      'redis:7',
      'grafana/grafana',
      'alpine:3.20',
      '! uppercase → nginx',
      '! words',
      'postgres:16',
      'mariadb:11',
      '! id',
    ])
  })

  it('the table that docker images prints', () => {
    const text = `REPOSITORY       TAG       IMAGE ID       CREATED       SIZE
nginx            1.27      605c77e624dd   2 years ago   141MB
acme/shop        <none>    a5c77e624dd0   2 days ago    41MB
<none>           <none>    b5c77e624dd0   2 days ago    41MB`
    expect(read(text)).toEqual(['nginx:1.27', 'acme/shop', '! id'])
  })
})

describe('addresses', () => {
  it.each([
    ['https://hub.docker.com/_/nginx', 'nginx'],
    ['https://hub.docker.com/_/nginx/tags?name=1.27', 'nginx'],
    ['https://hub.docker.com/r/grafana/grafana', 'grafana/grafana'],
    ['https://hub.docker.com/r/grafana/grafana/tags#top', 'grafana/grafana'],
    ['http://registry.hub.docker.com/r/grafana/grafana/', 'grafana/grafana'],
    [`https://hub.docker.com/layers/library/nginx/1.27/images/sha256-${HEX}?context=explore`, `nginx:1.27@${DIGEST}`],
    [`https://hub.docker.com/layers/nginx/library/nginx/1.27/images/sha256-${HEX}`, `nginx:1.27@${DIGEST}`],
    ['https://hub.docker.com/layers/grafana/grafana/11.0', 'grafana/grafana:11.0'],
    ['https://hub.docker.com/repository/docker/acme/shop/general', 'acme/shop'],
    ['https://hub.docker.com/search?q=web+server&type=image', '? web server'],
    ['https://hub.docker.com/u/acme', '! page'],
    ['https://hub.docker.com/', '! page'],
    ['https://github.com/acme/app/pkgs/container/shop', 'ghcr.io/acme/shop'],
    ['https://github.com/Acme/app/pkgs/container/app%2Fshop/123456?tag=1.0', 'ghcr.io/acme/app/shop:1.0'],
    ['https://github.com/orgs/acme/packages/container/package/shop', 'ghcr.io/acme/shop'],
    ['https://github.com/users/lea/packages/container/shop/99', 'ghcr.io/lea/shop'],
    ['https://github.com/acme/app', '! page'],
    ['https://ghcr.io/acme/shop:1.0', 'ghcr.io/acme/shop:1.0'],
    ['https://quay.io/repository/podman/stable?tab=tags', 'quay.io/podman/stable'],
    ['https://quay.io/repository/podman/stable?tab=tags&tag=v5', 'quay.io/podman/stable:v5'],
    [`https://quay.io/repository/podman/stable/manifest/${DIGEST}`, `quay.io/podman/stable@${DIGEST}`],
    ['https://gitlab.com/acme/tools/shop/container_registry/123', 'registry.gitlab.com/acme/tools/shop'],
    ['https://gitlab.com/acme/shop/-/container_registry', 'registry.gitlab.com/acme/shop'],
    ['https://gitlab.com/acme/shop', '! page'],
    ['https://gallery.ecr.aws/docker/library/nginx', 'public.ecr.aws/docker/library/nginx'],
    ['https://gallery.ecr.aws/nginx/nginx', 'public.ecr.aws/nginx/nginx'],
    ['https://mcr.microsoft.com/en-us/artifact/mar/dotnet/sdk/about', 'mcr.microsoft.com/dotnet/sdk'],
    ['https://mcr.microsoft.com/product/dotnet/sdk/tags', 'mcr.microsoft.com/dotnet/sdk'],
    ['https://registry.example.com/v2/team/shop/manifests/1.0', 'registry.example.com/team/shop:1.0'],
    [`https://registry.example.com:5000/v2/shop/manifests/${DIGEST}`, `registry.example.com:5000/shop@${DIGEST}`],
    ['https://registry.example.com/v2/team/shop/tags/list', 'registry.example.com/team/shop'],
    ['https://registry.example.com/team/shop', 'registry.example.com/team/shop'],
    ['https://lea:secret@registry.example.com/team/shop', '! page'],
    ['https://', '! page'],
  ])('%s is %s', (text, meant) => {
    expect(read(text)).toEqual([meant])
  })
})
