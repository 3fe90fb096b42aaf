import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { besideOf, type DeliveryNote, deliveryNoteSchema } from '../../shared/delivery-note.ts'
import type { Digest } from '../../shared/reference.ts'
import { chargerCmd, echo, isForWindows } from './charger-cmd.ts'
import { chargerSh } from './charger-sh.ts'
import { copyLines, openedName, shellWord, stepsFor } from './commands.ts'
import { noteText } from './text.ts'
import { counted, sizeText, WORDS } from './words.ts'

function digest(letter: string): Digest {
  return `sha256:${letter.repeat(64)}`
}

type NoteFile = DeliveryNote['file']

function noteOf(file: Partial<NoteFile> = {}, change: Partial<DeliveryNote> = {}): DeliveryNote {
  return deliveryNoteSchema.parse({
    kind: 'caboteur-delivery-note',
    version: 1,
    made: { at: '2026-11-25T14:30:00.000Z', computer: 'atelier-01', by: 'Caboteur 1.0.0' },
    file: {
      name: 'shop.tar',
      size: 212_345_678,
      sha256: 'a'.repeat(64),
      compression: 'none',
      protected: false,
      sums: 'shop.tar.sha256',
      ...file,
    },
    images: [
      {
        names: ['acme/shop:2.4.1', 'acme/shop:latest'],
        digest: digest('1'),
        platforms: [
          {
            platform: 'linux/amd64',
            config: digest('2'),
            manifest: digest('1'),
            size: 212_000_000,
            created: '2026-11-20T10:00:00Z',
            labels: { source: 'https://git.example/shop', odd: 'one\nline' },
            layers: [{ diffId: digest('3'), digest: digest('4'), size: 212_000_000 }],
          },
        ],
      },
    ],
    ...change,
  })
}

function parts(name: string, count: number): NonNullable<NoteFile['parts']> {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}.part-${String(index + 1).padStart(3, '0')}`,
    size: 1000,
    sha256: 'b'.repeat(64),
  }))
}

describe('the note as text', () => {
  const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ')

  it('says what, when, where from, by which digests, in both languages', () => {
    const english = plain(noteText(noteOf(), 'en', 'Europe/Paris'))
    for (const said of [
      'Made on 25 November 2026 at 15:30 CET on atelier-01, by Caboteur 1.0.0',
      '1 image, 212 MB',
      '1. acme/shop:2.4.1, acme/shop:latest',
      `Config           ${digest('2')}`,
      `Manifest         ${digest('1')}`,
      '212 MB in 1 layer',
      '20 November 2026',
      'odd=one line',
      '212,345,678 bytes',
      `SHA-256          ${'a'.repeat(64)}`,
      'docker load -i shop.tar',
    ])
      expect(english).toContain(said)
    const french = plain(noteText(noteOf(), 'fr', 'Europe/Paris'))
    for (const said of ['Fait le 25 novembre 2026 à 15:30', '212 Mo en 1 couche', '212 345 678 octets'])
      expect(french).toContain(said)
    expect(english).not.toMatch(/[^\r]\n/)
  })

  it('says of an add-on that it is none to be loaded anywhere, first of all', () => {
    const layers = [{ diffId: digest('3') }, { diffId: digest('5'), digest: digest('5'), size: 5 }]
    const [image] = noteOf().images
    const [platform] = image?.platforms ?? []
    if (!image || !platform) throw new TypeError('an image')
    const note = noteOf({}, { images: [{ ...image, platforms: [{ ...platform, layers }] }] })
    const text = noteText(note, 'en')
    expect(text.indexOf('AN ADD-ON')).toBeGreaterThan(0)
    expect(text.indexOf('AN ADD-ON')).toBeLessThan(text.indexOf('IMAGES'))
    expect(noteText(noteOf(), 'en')).not.toContain('ADD-ON')
  })

  it('has the same words in both languages, with the same parts', () => {
    const flat = (of: object, path = ''): [string, string][] =>
      Object.entries(of).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'string'
          ? [[path + key, [...value.matchAll(/\{\w+\}/g)].map(String).sort().join(' ')] as [string, string]]
          : flat(value as object, `${path}${key}.`),
      )
    const sortable = (language: 'en' | 'fr'): string[] => flat(WORDS[language]).map(String).sort()
    expect(sortable('fr')).toEqual(sortable('en'))
  })

  it('counts as each language does', () => {
    expect(counted(WORDS.fr.parts, 1, 'fr')).toBe('1 partie')
    expect(counted(WORDS.en.parts, 2, 'en')).toBe('2 parts')
    expect(plain(sizeText(11_400_000_000, 'fr'))).toBe('11,4 Go')
    expect(sizeText(999, 'en')).toBe('999 B')
  })
})

describe('the commands', () => {
  it.each([
    [{}, ['sha256sum -c shop.tar.sha256', 'docker load -i shop.tar']],
    [
      { name: 'a b.tar.gz', sums: 'a b.tar.gz.sha256', compression: 'gzip' as const },
      ["sha256sum -c 'a b.tar.gz.sha256'", "docker load -i 'a b.tar.gz'"],
    ],
    [
      { sums: 'SHA256SUMS', parts: parts('shop.tar', 2) },
      ['sha256sum -c SHA256SUMS', 'cat shop.tar.part-* > shop.tar', 'docker load -i shop.tar'],
    ],
    [
      { name: 's.tar.zst.gpg', sums: 's.tar.zst.gpg.sha256', compression: 'zstd' as const, protected: true },
      [
        'sha256sum -c s.tar.zst.gpg.sha256',
        'gpg -o s.tar.zst -d s.tar.zst.gpg',
        'docker load -i s.tar.zst',
        'zstd -dc s.tar.zst | docker load',
      ],
    ],
  ])('are those of the file: %j', (file, lines) => {
    const { check, join, decrypt, load, older } = stepsFor(noteOf(file), 'linux')
    expect([...check, ...join, ...decrypt, ...load, ...older]).toEqual(lines)
  })

  it('join more than 999 parts in their order', () => {
    const [line] = stepsFor(noteOf({ name: 's.tar', parts: parts('s.tar', 1001) }), 'linux').join
    expect(line).toBe('cat s.tar.part-???  s.tar.part-???? > s.tar'.replace('  ', ' '))
  })

  it('of Windows stay below what a line may hold, and add up', () => {
    const names = parts('a long name of a file.tar', 500).map(({ name }) => `"${name}"`)
    const lines = copyLines(names, '"whole.tar"')
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.every((line) => line.length <= 7000 && line.endsWith(' "whole.tar"'))).toBe(true)
    const sources = lines.flatMap((line) => line.slice('copy /b '.length, -' "whole.tar"'.length).split('+'))
    expect(sources.filter((source) => source !== '"whole.tar"')).toEqual(names)
    expect(lines.slice(1).every((line) => line.startsWith('copy /b "whole.tar"+'))).toBe(true)
  })

  it.each(["it's", '$HOME `x`', '-rf', 'a\nb', '"q"', '*', '~', 'plain-1.2_3.tar', 'été'])(
    'a name is one word of a shell: %j',
    (name) => {
      const said = execFileSync('sh', ['-c', `printf %s ${shellWord(name)}`], { encoding: 'utf8' })
      expect(said.replace(/^\.\//, '')).toBe(name)
    },
  )

  it('know the name of what is inside', () => {
    expect(openedName('a.tar.zst.gpg')).toBe('a.tar.zst')
    expect(openedName('secret')).toBe('secret.tar')
  })
})

// cmd.exe is not here to run it: what is written for it is compared with what its rules ask for.
describe('charger.cmd', () => {
  const lines = (note: DeliveryNote, language: 'en' | 'fr' = 'en'): string[] => chargerCmd(note, language).split('\r\n')

  it('ends every line as cmd.exe wants it', () => {
    expect(chargerCmd(noteOf(), 'fr').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  it.each([
    ['100% & more.tar', 'set "part=100%% & more.tar"'],
    ['a^b (1).tar', 'set "part=a^b (1).tar"'],
    ['wow!.tar', 'set "part=wow!.tar"'],
    ['%TEMP%.tar', 'set "part=%%TEMP%%.tar"'],
  ])('keeps %s one name', (name, line) => {
    expect(lines(noteOf({ name }))).toContain(line)
    expect(lines(noteOf({ name }))).toContain(`docker load --input "${name.replaceAll('%', '%%')}" || goto notloaded`)
  })

  it.each([
    ['a & b', 'echo(a ^& b'],
    ['(x) > y | z', 'echo(^(x^) ^> y ^| z'],
    ['50 % ^ "q"', 'echo(50 %% ^^ ^"q^"'],
    ['l’image…', "echo(l'image..."],
  ])('shows %s as it is', (text, line) => expect(echo(text)).toBe(line))

  it('checks every part, joins, opens and loads in this order', () => {
    const file = {
      name: 's.tar.zst.gpg',
      compression: 'zstd' as const,
      protected: true,
      parts: parts('s.tar.zst.gpg', 2),
    }
    const script = lines(noteOf(file))
    const steps = [
      'set "part=s.tar.zst.gpg.part-001"',
      'call :check',
      'set "part=s.tar.zst.gpg.part-002"',
      'if defined bad goto bad',
      'copy /b "s.tar.zst.gpg.part-001"+"s.tar.zst.gpg.part-002" "%work%\\s.tar.zst.gpg" >nul || goto failed',
      'gpg --quiet --output "%work%\\s.tar.zst" --decrypt "%work%\\s.tar.zst.gpg" || goto notopened',
      'docker load --input "%work%\\s.tar.zst" || goto nozstd',
      'exit /b %status%',
    ].map((step) => script.indexOf(step))
    expect(steps.every((at) => at >= 0)).toBe(true)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  })

  it('goes to no label that is not there, and removes nothing it did not make', () => {
    for (const file of [{}, { protected: true }, { compression: 'zstd' as const, parts: parts('shop.tar', 3) }])
      for (const language of ['en', 'fr'] as const) {
        const script = lines(noteOf(file), language)
        const labels = new Set(script.flatMap((line) => /^:(\w+)$/.exec(line)?.[1] ?? []))
        const gone = script.flatMap((line) =>
          [...line.matchAll(/(?:goto|call) :?(\w+)/g)].map(([, label]) => label ?? ''),
        )
        expect(gone.filter((label) => !labels.has(label))).toEqual([])
        const emptied = script.indexOf('set "work="')
        expect(emptied).toBeGreaterThan(0)
        expect(emptied).toBeLessThan(script.indexOf('where docker >nul 2>nul || goto nodocker'))
        expect(script.indexOf('set "work=%new%"')).toBe(script.indexOf('mkdir "%new%" || goto failed') + 1)
      }
  })

  it('is made only where Windows can have the files', () => {
    expect(isForWindows(noteOf())).toBe(true)
    expect(isForWindows(noteOf({ name: 'a:b.tar' }))).toBe(false)
    expect(isForWindows(noteOf({ name: 'a"b.tar' }))).toBe(false)
  })
})

describe('charger.sh', () => {
  it.each(['dash', 'bash'])('is read by %s to its end, whatever the file is', (shell) => {
    for (const compression of ['none', 'gzip', 'zstd', 'bzip2'] as const)
      for (const isProtected of [false, true])
        for (const language of ['en', 'fr'] as const) {
          const note = noteOf({
            name: "it's a\nname $x.tar",
            compression,
            protected: isProtected,
            parts: parts("a'b", 3),
          })
          execFileSync(shell, ['-n'], { input: chargerSh(note, language), stdio: ['pipe', 'pipe', 'pipe'] })
        }
  })
})

it('what lies beside a file names it', () => {
  expect(besideOf('shop.tar.note.json')).toBe('shop.tar')
  expect(besideOf('shop.tar.note.json.asc')).toBe('shop.tar')
  expect(besideOf('shop.tar.note.key.asc')).toBe('shop.tar')
  expect(besideOf('shop.tar.inspect.txt')).toBe('shop.tar')
  expect(besideOf('shop.tar')).toBeUndefined()
})
