import { spawn, spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommand } from '../src/main/testing/commands.ts'
import { digestOf } from '../src/main/testing/content.ts'
import { RAW_END, rawFile, rawHeader } from '../src/main/testing/raw-tar.ts'
import { removeDir, tempDir } from '../src/main/testing/temp.ts'
import { ensureBuilt, ROOT } from './build.ts'

/**
 * How fast a plain file is looked into: `node scripts/bench-index.ts`. Our command line beside `tar tf FILE > /dev/null` in
 * one run, three alternating pairs each, their medians. Bounds: no slower than tar and 0.3 s, 150 MiB at most.
 */

const PAIRS = 3
const LAYERS = 10
const LAYER_BYTES = 512 * 2 ** 20
const ENTRIES = 130_000
const RSS_POLL = 5

interface Run {
  readonly seconds: number
  /** MiB; 0 where the system does not tell. */
  readonly peak: number
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function timed(command: string, args: readonly string[]): Promise<Run> {
  const start = process.hrtime.bigint()
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  let peak = 0
  const poll = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid))
  }, RSS_POLL)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(poll)
      const seconds = Number(process.hrtime.bigint() - start) / 1e9
      if (code === 0) resolve({ seconds, peak })
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`))
    })
  })
}

function padded(size: number): number {
  return Math.ceil(size / 512) * 512
}

/** As `docker save` writes: layers of half a gigabyte, holes on the disk, and the manifest at the end. */
function writeLarge(path: string): void {
  const file = openSync(path, 'w')
  const diffIds = Array.from({ length: LAYERS }, (_, index) => digestOf(`layer ${index}`))
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds } })
  const names = diffIds.map((id) => `${id.slice(7)}/layer.tar`)
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['bench/large:1'], Layers: names }])
  let at = 0
  const write = (bytes: Buffer): void => {
    writeSync(file, bytes, 0, bytes.length, at)
    at += bytes.length
  }
  try {
    for (const [index, name] of names.entries()) {
      write(rawHeader({ name: `${name.slice(0, 64)}/`, type: '5' }))
      write(rawFile(`${name.slice(0, 64)}/VERSION`, '1.0'))
      write(rawFile(`${name.slice(0, 64)}/json`, `{"id":"${index}"}`))
      write(rawHeader({ name, size: LAYER_BYTES }))
      at += padded(LAYER_BYTES)
    }
    for (const part of [rawFile('config.json', config), rawFile('manifest.json', manifest), RAW_END]) write(part)
    ftruncateSync(file, at)
  } finally {
    closeSync(file)
  }
}

function* manyFiles(): Generator<Buffer> {
  for (const name of ['bin/', 'etc/', 'usr/', 'var/']) yield rawHeader({ name, type: '5' })
  for (let number = 0; number < ENTRIES; number++) {
    yield rawFile(
      `usr/lib/folder-${Math.floor(number / 100)}/file-${number}.js`,
      Buffer.alloc((number * 7) % 3000, 'x'),
    )
  }
  yield RAW_END
}

/** As `docker export` writes: the files of a system, most of them small. */
function writeMany(path: string): void {
  let parts: Buffer[] = []
  writeFileSync(path, '')
  const file = openSync(path, 'a')
  const flush = (): void => {
    writeSync(file, Buffer.concat(parts))
    parts = []
  }
  try {
    for (const part of manyFiles()) {
      parts.push(part)
      if (parts.length >= 2000) flush()
    }
    flush()
  } finally {
    closeSync(file)
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function measure(title: string, path: string): Promise<void> {
  const ours = (): Promise<Run> =>
    timed(process.execPath, [join(ROOT, 'out/main/headless.js'), 'inspect', `archive:${path}`, '--json'])
  const rival = (): Promise<Run> => timed(requireCommand('bash'), ['-c', `exec tar tf "$1" > /dev/null`, 'bash', path])
  // Both find the file in memory, as far as it fits there.
  await rival()
  await ours()
  const pairs: { readonly ours: Run; readonly rival: Run }[] = []
  for (let turn = 0; turn < PAIRS; turn++) {
    const first = await (turn % 2 === 0 ? ours() : rival())
    const second = await (turn % 2 === 0 ? rival() : ours())
    pairs.push(turn % 2 === 0 ? { ours: first, rival: second } : { ours: second, rival: first })
  }
  const our = median(pairs.map((pair) => pair.ours.seconds))
  const their = median(pairs.map((pair) => pair.rival.seconds))
  const peak = Math.max(...pairs.map((pair) => pair.ours.peak))
  const ratio = median(pairs.map((pair) => pair.ours.seconds / pair.rival.seconds))
  process.stdout.write(
    `${title}: ours ${our.toFixed(3)} s, ${Math.round(peak)} MiB; tar tf ${their.toFixed(3)} s; ` +
      `ours - tar ${(our - their).toFixed(3)} s, ratio ${ratio.toFixed(2)}\n`,
  )
}

ensureBuilt()
const dir = tempDir()
try {
  const large = join(dir, 'large.tar')
  writeLarge(large)
  await measure(`${LAYERS} layers, ${((LAYERS * LAYER_BYTES) / 2 ** 30).toFixed(0)} GiB`, large)
  const many = join(dir, 'many.tar')
  writeMany(many)
  spawnSync('sync')
  await measure(`${ENTRIES} entries`, many)
} finally {
  removeDir(dir)
}
