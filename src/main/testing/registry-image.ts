import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { requireCommand } from './commands.ts'
import type { SharedEngine } from './engine.ts'
import { removeDir, tempDir } from './temp.ts'

/** The entry point of the registry's own image (distribution/distribution-library-image), word for word in what it decides. */
const ENTRY_POINT = `#!/bin/sh
set -e
case "$1" in
  *.yaml|*.yml) set -- registry serve "$@" ;;
  serve|garbage-collect|help|-*) set -- registry "$@" ;;
esac
exec "$@"
`

/** Shared libraries of a program, with its loader. */
function librariesOf(program: string): string[] {
  const told = execFileSync('ldd', [program], { encoding: 'utf8' })
  return [...told.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
}

/** What says of an image that it is a registry's. */
const REGISTRY_LINES = [
  'VOLUME /var/lib/registry',
  'EXPOSE 5000',
  'ENTRYPOINT ["/entrypoint.sh"]',
  'CMD ["/etc/docker/registry/config.yml"]',
]

/** Makes one whose program is of no processor Linux knows: it fails as one made for another computer does. */
export function buildForeignImage(engine: SharedEngine, name: string): void {
  const dir = tempDir()
  try {
    writeFileSync(join(dir, 'entrypoint.sh'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff]), { mode: 0o755 })
    writeFileSync(join(dir, 'Dockerfile'), ['FROM scratch', 'COPY entrypoint.sh /', ...REGISTRY_LINES].join('\n'))
    engine.docker('build', '--quiet', '--tag', name, dir)
  } finally {
    removeDir(dir)
  }
}

/** Makes an image that runs as `registry:2` does, from this computer's docker-registry: no image can be pulled here. */
export function buildRegistryImage(engine: SharedEngine, name: string): void {
  const dir = tempDir()
  try {
    const program = requireCommand('docker-registry')
    const files = [
      [program, '/bin/registry'],
      [requireCommand('busybox'), '/bin/sh'],
      ...librariesOf(program).map((path) => [path, path] as const),
    ] as const
    for (const [from, to] of files) {
      mkdirSync(join(dir, 'root', dirname(to)), { recursive: true })
      copyFileSync(from, join(dir, 'root', to))
    }
    writeFileSync(join(dir, 'root', 'entrypoint.sh'), ENTRY_POINT, { mode: 0o755 })
    const lines = ['FROM scratch', 'COPY root /', ...REGISTRY_LINES]
    writeFileSync(join(dir, 'Dockerfile'), lines.join('\n'))
    engine.docker('build', '--quiet', '--tag', name, dir)
  } finally {
    removeDir(dir)
  }
}
