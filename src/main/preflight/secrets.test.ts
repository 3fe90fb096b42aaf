import { describe, expect, it } from 'vitest'
import { secretKind, secretsInStep } from './secrets.ts'

// Made up here, and put together so that nobody's scanner takes them for real ones.
const AWS = `AKIA${'IOSFODNN7EXAMPLE'.slice(0, 16)}`
const GITHUB = `ghp_${'a1B2'.repeat(9)}`
const HUB = `dckr_pat_${'abcd_-12'.repeat(3)}`
const JWT = `eyJ${'hbGciOiJI'}.eyJ${'zdWIiOiIx'}.${'c2lnbmF0dXJl'}`
const PRIVATE = `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIB…`

describe('a named value', () => {
  it.each([
    ['DB_PASSWORD', 'hunter2', 'name'],
    ['PGPASSWORD', '123456', 'name'],
    ['dbPassword', 'hunter2', 'name'],
    ['SECRET_KEY_BASE', 'f00', 'name'],
    ['API_KEY', 'f00', 'name'],
    ['AWS_SECRET_ACCESS_KEY', 'wJalr', 'name'],
    ['NPM_TOKEN', 'x', 'name'],
    ['com.acme.deploy-token', 'x', 'name'],
    ['ANYTHING', AWS, 'aws'],
    ['ANYTHING', GITHUB, 'token'],
    ['ANYTHING', HUB, 'token'],
    ['ANYTHING', JWT, 'token'],
    ['ANYTHING', PRIVATE, 'private-key'],
    ['DATABASE_URL', 'postgres://lea:hunter2@db:5432/shop', 'address'],
  ])('%s holds a secret', (name, value, kind) => expect(secretKind(name, value)).toBe(kind))

  it.each([
    ['PATH', '/usr/bin'],
    ['PWD', '/srv'],
    ['GPG_KEY', 'E3FF2839C048B25C084DEBE9B26995E310250568'],
    ['PUBLIC_KEY', 'ssh-ed25519 AAAA'],
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['DB_PASSWORD', '$DB_PASSWORD'],
    ['DB_PASSWORD', `\${DB_PASSWORD}`],
    ['DB_PASSWORD', ''],
    ['TOKEN_TTL', '3600'],
    ['MONKEY', 'x'],
    ['KEYBOARD', 'fr'],
    ['SECRETS_ENABLED', 'true'],
    ['COMPASS', 'north'],
    ['DATABASE_URL', 'postgres://lea@db:5432/shop'],
    ['DATABASE_URL', `postgres://lea:$PASS@db/shop`],
  ])('%s=%s holds none', (name, value) => expect(secretKind(name, value)).toBeUndefined())
})

describe('a build step', () => {
  it.each([
    ['/bin/sh -c #(nop)  ENV DB_PASSWORD=hunter2 LANG=C', [{ name: 'DB_PASSWORD', kind: 'name' }]],
    ['ARG NPM_TOKEN=x1', [{ name: 'NPM_TOKEN', kind: 'name' }]],
    ['|2 NPM_TOKEN=x1 LANG=C /bin/sh -c npm ci', [{ name: 'NPM_TOKEN', kind: 'name' }]],
    ['RUN /bin/sh -c mysql --password="hunter 2" -u lea', [{ name: 'password', kind: 'name' }]],
    ['RUN /bin/sh -c tool login --token x1', [{ name: 'token', kind: 'name' }]],
    [`RUN /bin/sh -c curl -H "Authorization: Bearer ${GITHUB}" https://example.com`, [{ name: '', kind: 'token' }]],
    ['RUN git clone https://lea:hunter2@git.example.com/shop', [{ name: '', kind: 'address' }]],
  ])('%s', (command, met) => expect(secretsInStep(command)).toEqual(met))

  it.each([
    'RUN /bin/sh -c npm ci --token $NPM_TOKEN && rm -rf /root/.npmrc',
    'RUN --mount=type=secret,id=npm npm ci',
    "RUN set -eux; key='B42F6819007F00F88E364FD4036A9C25BF357DD4'; gpg --recv-keys $key",
    'CMD ["/srv/shop" "--port" "8080"]',
    'COPY --chown=app:app . /srv',
  ])('%s holds none', (command) => expect(secretsInStep(command)).toEqual([]))

  it('names what it found and never the value', () => {
    const all = [GITHUB, AWS, HUB, 'hunter2'].map((value) => secretsInStep(`ENV MY_PASSWORD=${value}`))
    expect(JSON.stringify(all)).not.toMatch(/hunter2|AKIA|ghp_|dckr/)
  })
})
