import type { DeliveryNote } from '../../shared/delivery-note.ts'
import type { Language } from '../../shared/error-sentences.ts'
import { oneLine } from './text.ts'
import { filled, WORDS } from './words.ts'

/** `charger.sh`: checks, joins, opens and loads a file with what a Unix has. POSIX sh; whatever happens is said. */

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A file of the folder the script is in; no name is taken for an option. */
function pathOf(name: string): string {
  return quoted(`./${name}`)
}

/** What says whose script it is, whoever wants to put another in its place. */
export function scriptMark(file: string): string {
  return `caboteur: ${oneLine(file)}`
}

/** Takes the joined bytes on its standard input, gives the tar Docker reads. */
function stages({ file }: DeliveryNote): string {
  return ['joined', ...(file.protected ? ['opened'] : []), ...(file.compression === 'zstd' ? ['unpacked'] : [])].join(
    ' | ',
  )
}

export function chargerSh(note: DeliveryNote, language: Language): string {
  const { file } = note
  const words = WORDS[language].script
  const pieces = file.parts ?? [file]
  const say = (text: string): string => `say ${quoted(text)}`
  return `#!/bin/sh
# ${scriptMark(file.name)}
set -u

say() {
  printf '%s\\n' "$1"
}

stop() {
  say "$1" >&2
  exit 1
}

CDPATH= cd -- "$(dirname -- "$0")" || exit 1
${say(filled(words.title, { file: oneLine(file.name) }))}

if command -v docker >/dev/null 2>&1; then engine=docker
elif command -v podman >/dev/null 2>&1; then engine=podman
else stop ${quoted(words.noDocker)}
fi
$engine info >/dev/null 2>&1 || stop ${quoted(words.dockerSilent)}
${file.protected ? `command -v gpg >/dev/null 2>&1 || stop ${quoted(words.noGpg)}\n` : ''}
if command -v sha256sum >/dev/null 2>&1; then
  sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
elif command -v shasum >/dev/null 2>&1; then
  sum() { shasum -a 256 <"$1" | cut -d ' ' -f 1; }
elif command -v openssl >/dev/null 2>&1; then
  sum() { openssl dgst -sha256 -r <"$1" | cut -d ' ' -f 1; }
else
  stop ${quoted(words.noSums)}
fi

bad=
check() {
  if [ ! -f "$1" ]; then
    result=${quoted(words.missing)}
    bad=1
  elif [ "$(sum "$1")" = "$2" ]; then
    result=${quoted(words.good)}
  else
    result=${quoted(words.damaged)}
    bad=1
  fi
  printf '  %s: %s\\n' "\${1#./}" "$result"
}

${say(words.checking)}
${pieces.map(({ name, sha256 }) => `check ${pathOf(name)} ${sha256}`).join('\n')}
[ -z "$bad" ] || stop ${quoted(words.bad)}

# A pipe tells of its last command only: the others leave a file here when they fail.
work=\${TMPDIR:-/tmp}/caboteur-$$
(umask 077 && mkdir "$work") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Whose bytes nobody took any more (SIGPIPE) is not to blame.
failed() {
  [ "$2" -eq 141 ] || : >"$work/$1"
}

joined() {
  cat${pieces.map(({ name }) => ` \\\n    ${pathOf(name)}`).join('')} || failed unpacked $?
}
${
  file.protected
    ? `
# gpg asks for the password on the terminal, for its own input is the file.
if terminal=$(tty); then
  GPG_TTY=$terminal
  export GPG_TTY
fi

opened() {
  gpg --quiet --status-file "$work/status" --decrypt || {
    # Otherwise nobody took what it gave.
    if grep -q DECRYPTION_FAILED "$work/status"; then : >"$work/opened"; fi
  }
}
`
    : ''
}${
  file.compression === 'zstd'
    ? `
# Docker 23 and newer read it themselves.
unpacked() {
  if command -v zstd >/dev/null 2>&1; then zstd -dcq || failed unpacked $?
  else cat
  fi
}
`
    : ''
}
${file.protected ? `${say(words.opening)}\n` : ''}${say(words.loading)}
${stages(note)} | $engine load || : >"$work/loaded"
[ ! -e "$work/opened" ] || stop ${quoted(words.notOpened)}
[ ! -e "$work/unpacked" ] || stop ${quoted(words.notUnpacked)}
[ ! -e "$work/loaded" ] || stop ${quoted(file.compression === 'zstd' ? words.noZstd : words.notLoaded)}
${say(words.done)}
`
}
