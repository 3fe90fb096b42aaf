import type { DeliveryNote } from '../../shared/delivery-note.ts'
import type { Language } from '../../shared/error-sentences.ts'
import { scriptMark } from './charger-sh.ts'
import { copyLines, openedName } from './commands.ts'
import { filled, WORDS } from './words.ts'

/** `charger.cmd`: as `charger.sh`, for cmd.exe of Windows 7 and newer with what it has: certutil, `copy /b`. */

/** What no file of Windows can have in its name. */
const FOREIGN = /[<>:"|?*\\/\p{Cc}]/u

/** Whether files of these names can be on Windows at all: where they cannot, a script for it is no use. */
export function isForWindows({ file }: DeliveryNote): boolean {
  return [file, ...(file.parts ?? [])].every(({ name }) => !FOREIGN.test(name))
}

/** Inside quotation marks a batch file still replaces what stands between percent signs, and nothing else. */
export function batchText(text: string): string {
  return text.replaceAll('%', '%%')
}

function quoted(text: string): string {
  return `"${batchText(text)}"`
}

/**
 * Text that is only shown, outside quotation marks: these characters would be commands. Fonts of older consoles lack the
 * typographic ones.
 */
function shown(text: string): string {
  const plain = text.replaceAll('…', '...').replaceAll('’', "'")
  return batchText(plain).replaceAll(/[&<>|^()"]/g, '^$&')
}

/** With a bracket behind it, `echo` takes whatever follows for text. */
export function echo(text: string): string {
  return `echo(${shown(text)}`
}

interface Piece {
  readonly name: string
  readonly sha256: string
}

/** Names go through a variable: an argument of `call` would be read for percent signs and carets twice. */
function check({ name, sha256 }: Piece): string[] {
  return [`set "part=${batchText(name)}"`, `set "wanted=${sha256}"`, 'call :check']
}

/** What became of the part that is checked. */
function result(text: string): string {
  return `echo(  "%part%": ${shown(text)}`
}

const WORK = '%work%\\'

export function chargerCmd(note: DeliveryNote, language: Language): string {
  const { file } = note
  const words = WORDS[language].script
  const pieces = file.parts ?? [file]
  const joined = file.parts ? `"${WORK}${batchText(file.name)}"` : quoted(file.name)
  const opened = file.protected ? `"${WORK}${batchText(openedName(file.name))}"` : joined
  const zstd = file.compression === 'zstd'
  const lines = [
    '@echo off',
    `rem "${batchText(scriptMark(file.name))}"`,
    'setlocal EnableExtensions DisableDelayedExpansion',
    'chcp 65001 >nul',
    // A folder of the network has no letter until it is given one.
    'pushd "%~dp0" || exit /b 1',
    // Nothing of that name in the environment may be taken for ours, least of all to be removed.
    'set "work="',
    echo(filled(words.title, { file: file.name })),
    'where docker >nul 2>nul || goto nodocker',
    'docker info >nul 2>nul || goto silent',
    ...(file.protected ? ['where gpg >nul 2>nul || goto nogpg'] : []),
    '',
    echo(words.checking),
    'set "bad="',
    ...pieces.flatMap(check),
    'if defined bad goto bad',
    '',
    'set "new=%TEMP%\\caboteur-%RANDOM%%RANDOM%"',
    'mkdir "%new%" || goto failed',
    'set "work=%new%"',
    ...(file.parts
      ? [
          echo(words.joining),
          ...copyLines(
            pieces.map(({ name }) => quoted(name)),
            joined,
          ).map((line) => `${line} >nul || goto failed`),
        ]
      : []),
    ...(file.protected
      ? [echo(words.opening), `gpg --quiet --output ${opened} --decrypt ${joined} || goto notopened`]
      : []),
    echo(words.loading),
    // Docker 23 and newer read zstd themselves.
    ...(zstd
      ? [
          'where zstd >nul 2>nul || goto whole',
          `zstd -dcq ${opened} | docker load`,
          'if errorlevel 1 goto nozstd',
          'goto done',
          ':whole',
        ]
      : []),
    `docker load --input ${opened} || goto ${zstd ? 'nozstd' : 'notloaded'}`,
    ...(zstd ? [':done'] : []),
    echo(words.done),
    'set "status=0"',
    'goto end',
    '',
    ':check',
    'set "found="',
    'if not exist "%part%" goto missing',
    // Windows 7 prints the bytes with spaces between them.
    'for /f "skip=1 delims=" %%h in (\'certutil -hashfile "%part%" SHA256\') do if not defined found set "found=%%h"',
    'if not defined found goto damaged',
    'set "found=%found: =%"',
    'if /i not "%found%"=="%wanted%" goto damaged',
    result(words.good),
    'exit /b 0',
    ':missing',
    result(words.missing),
    'set "bad=1"',
    'exit /b 0',
    ':damaged',
    result(words.damaged),
    'set "bad=1"',
    'exit /b 0',
    '',
    ...(
      [
        ['bad', words.bad],
        ['nodocker', words.noDocker],
        ['silent', words.dockerSilent],
        ...(file.protected ? [['nogpg', words.noGpg] as const, ['notopened', words.notOpened] as const] : []),
        ...(zstd ? [['nozstd', words.noZstd] as const] : [['notloaded', words.notLoaded] as const]),
      ] as const
    ).flatMap(([label, text]) => [`:${label}`, echo(text), 'goto failed']),
    ':failed',
    'set "status=1"',
    ':end',
    'if defined work rmdir /s /q "%work%"',
    // Started by a double click, its window would close with it.
    'if not defined CABOTEUR_NO_PAUSE pause',
    'exit /b %status%',
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}
