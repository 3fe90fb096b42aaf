import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fullPath, requireCommand } from './commands.ts'
import { smallDisk } from './drives.ts'
import { type Engine, launchEngine, PRIVATE_ARGS } from './engine.ts'
import { tempDir } from './temp.ts'

/**
 * An engine with the containerd image store, which the Docker of this distribution may be too old for: Debian trixie's
 * docker.io 26.1 in a chroot. The chroot is made once with debootstrap (network, half a minute) in a cache folder outside
 * the repository; $CABOTEUR_TEST_CACHE names another one. Tests ask for it only under CABOTEUR_TEST_CONTAINERD=1.
 */

/** Debian's release whose docker.io it is; `sid` has the newest, which moves. */
const SUITE = process.env['CABOTEUR_TEST_SUITE'] ?? 'trixie'

function cacheDir(): string {
  return process.env['CABOTEUR_TEST_CACHE'] ?? join(tmpdir(), 'caboteur-test-cache')
}

// Everything is mounted in a namespace of its own and vanishes with the process: no folder ever holds the machine's /dev.
const BOOTSTRAP = `
set -e
exec 9> "$1.lock"
flock 9
[ -e "$1/.complete" ] && exit 0
rm -rf --one-file-system "$1.part" "$1"
debootstrap --variant=minbase --include=docker.io,containerd,ca-certificates,iptables "$2" "$1.part" >&2
mkdir -p "$1.part/var/lib/engine"
rm -rf "$1.part/var/cache/apt/archives"
touch "$1.part/.complete"
mv "$1.part" "$1"
`

// The root is bound onto itself, or containers do not start in it; a data folder that is no mount point fails containerd's plugins.
const START = `
set -e
root=$1 own=$2
shift 2
mount --rbind "$root" "$root"
cd "$root"
mount --bind "$own/data" var/lib/engine
mount -t tmpfs tmpfs run
mkdir run/engine
mount --bind "$own/run" run/engine
for m in proc sys dev; do mount --rbind "/$m" "$m"; done
exec chroot . dockerd "$@"
`

/** Makes the chroot unless it is there already, and gives its path. */
export function containerdRoot(): string {
  const root = join(cacheDir(), `engine-${SUITE}`)
  if (existsSync(join(root, '.complete'))) return root
  mkdirSync(cacheDir(), { recursive: true })
  requireCommand('debootstrap')
  execFileSync(
    requireCommand('unshare'),
    ['--mount', '--propagation', 'private', 'sh', '-c', BOOTSTRAP, 'sh', root, SUITE],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: fullPath() }, maxBuffer: 64 * 1024 * 1024 },
  )
  return root
}

/** Starts a private engine with the containerd store, or with the newer Docker's classic store. Needs root on Linux. */
export async function startContainerdEngine(
  options: { readonly store?: 'classic'; readonly dataRootSize?: number } = {},
): Promise<Engine> {
  const root = containerdRoot()
  const dir = tempDir()
  const own = join(dir, 'run')
  mkdirSync(own)
  const data = join(dir, 'data')
  mkdirSync(data)
  const dataDisk = options.dataRootSize === undefined ? undefined : smallDisk(options.dataRootSize, data)
  const containerd = options.store !== 'classic'
  writeFileSync(join(own, 'engine.json'), JSON.stringify({ features: { 'containerd-snapshotter': containerd } }))
  return launchEngine({
    dir,
    socketPath: join(own, 's'),
    store: containerd ? 'containerd' : 'classic',
    command: requireCommand('unshare'),
    execRoot: join(own, 'exec'),
    args: [
      ...['--mount', '--propagation', 'private', 'sh', '-c', START, 'sh', root, dir],
      '--config-file=/run/engine/engine.json',
      '--data-root=/var/lib/engine',
      '--exec-root=/run/engine/exec',
      '--pidfile=/run/engine/pid',
      '--host=unix:///run/engine/s',
      ...PRIVATE_ARGS,
    ],
    ...(dataDisk ? { dataDisk } : {}),
  })
}
