import type { Language } from '../../shared/error-sentences.ts'

/** Every word of the note and of what else lies beside a file. Read in a plain editor or a console, without this app. */

const en = {
  title: 'DELIVERY NOTE',
  made: 'Made on {date} on {computer}, by {by}',
  content: { one: '1 image, {size}', other: '{count} images, {size}' },
  file: 'File',
  parts: { one: '1 part', other: '{count} parts' },
  images: 'IMAGES',
  noName: '(without a name)',
  platform: 'Platform',
  config: 'Config',
  manifest: 'Manifest',
  index: 'Index',
  size: 'Size',
  sizeLayers: { one: '{size} in 1 layer', other: '{size} in {count} layers' },
  created: 'Built on',
  labels: 'Labels',
  files: 'FILES',
  bytes: '{count} bytes',
  sums: 'The sums stand in {sums}, too.',
  addOn: {
    one: 'AN ADD-ON, NOT A WHOLE IMAGE: one layer is not in the file. Load it only on a machine that has it already.',
    other:
      'AN ADD-ON, NOT A WHOLE IMAGE: {count} layers are not in the file. Load it only on a machine that has them already.',
  },
  load: 'HOW TO LOAD IT WITHOUT CABOTEUR',
  where: 'In a terminal, in the folder where these files are:',
  linux: 'Linux',
  macos: 'macOS',
  windows: 'Windows (Command Prompt, not PowerShell)',
  check: 'Check: every line must end with OK.',
  checkOne: 'Check: it must print {sum}.',
  checkWindows: 'Check: each must print the sum that stands above.',
  join: 'Join the parts into one file.',
  decrypt: 'Open it with its password (GnuPG; on Windows: Gpg4win).',
  loadIt: 'Load it.',
  oldDocker: 'A Docker older than 23 does not read zstd. Then, with zstd installed:',
  withCaboteur: 'With Caboteur: drop any of these files on its window.',
  signed: 'SIGNATURE',
  signedText:
    'The file {json} is signed by {computer}. Compare the fingerprint with the one you were told by another way:',
  signedHow: 'To check it with GnuPG:',
  inspection: 'WHAT THE IMAGES SAY OF THEMSELVES',
  author: 'Author',
  command: 'Command',
  entrypoint: 'Entry point',
  env: 'Environment',
  ports: 'Ports',
  volumes: 'Volumes',
  user: 'User',
  workingDir: 'Folder',
  layers: 'Layers',
  history: 'Build steps',
  script: {
    title: 'Loads {file} into Docker.',
    checking: 'Checking the files…',
    good: 'good',
    missing: 'MISSING',
    damaged: 'DAMAGED: copy it again from where it was made',
    bad: 'Nothing was loaded: files are missing or damaged.',
    noDocker: 'Docker was not found on this computer. Install it, then start this again.',
    dockerSilent: 'Docker does not answer. Start it (or ask for the right to use it), then start this again.',
    noSums: 'No command to check sums was found (sha256sum, shasum or openssl). Nothing was loaded.',
    noGpg: 'The file is protected by a password: GnuPG (gpg) is needed to open it. Install it, then start this again.',
    opening: 'Asking for the password…',
    notOpened: 'Nothing was loaded: the password is not the right one, or the file was changed.',
    notUnpacked: 'Nothing was loaded: the file could not be unpacked.',
    joining: 'Joining the parts (this needs room on this computer)…',
    loading: 'Loading…',
    notLoaded: 'Docker did not load it. What it said stands above.',
    noZstd:
      'Docker did not load it. A Docker older than 23 does not read zstd: install zstd, or a newer Docker, then start this again.',
    done: 'Done.',
  },
} as const

type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }
export type NoteWords = Shape<typeof en>

const fr: NoteWords = {
  title: 'BORDEREAU',
  made: 'Fait le {date} sur {computer}, par {by}',
  content: { one: '1 image, {size}', other: '{count} images, {size}' },
  file: 'Fichier',
  parts: { one: '1 partie', other: '{count} parties' },
  images: 'IMAGES',
  noName: '(sans nom)',
  platform: 'Plateforme',
  config: 'Configuration',
  manifest: 'Manifeste',
  index: 'Index',
  size: 'Taille',
  sizeLayers: { one: '{size} en 1 couche', other: '{size} en {count} couches' },
  created: 'Construite le',
  labels: 'Étiquettes',
  files: 'FICHIERS',
  bytes: '{count} octets',
  sums: 'Les sommes sont aussi dans {sums}.',
  addOn: {
    one: 'UN COMPLÉMENT, PAS UNE IMAGE ENTIÈRE : une couche n’est pas dans le fichier. À charger seulement sur une machine qui l’a déjà.',
    other:
      'UN COMPLÉMENT, PAS UNE IMAGE ENTIÈRE : {count} couches ne sont pas dans le fichier. À charger seulement sur une machine qui les a déjà.',
  },
  load: 'COMMENT LE CHARGER SANS CABOTEUR',
  where: 'Dans un terminal, dans le dossier où sont ces fichiers :',
  linux: 'Linux',
  macos: 'macOS',
  windows: 'Windows (invite de commandes, pas PowerShell)',
  check: 'Vérifier : chaque ligne doit finir par OK (ou Réussi).',
  checkOne: 'Vérifier : il doit s’afficher {sum}.',
  checkWindows: 'Vérifier : chacun doit afficher la somme écrite plus haut.',
  join: 'Réunir les parties en un seul fichier.',
  decrypt: 'L’ouvrir avec son mot de passe (GnuPG ; sous Windows : Gpg4win).',
  loadIt: 'Le charger.',
  oldDocker: 'Un Docker antérieur à 23 ne lit pas zstd. Alors, avec zstd installé :',
  withCaboteur: 'Avec Caboteur : déposez n’importe lequel de ces fichiers sur sa fenêtre.',
  signed: 'SIGNATURE',
  signedText:
    'Le fichier {json} est signé par {computer}. Comparez l’empreinte avec celle qu’on vous a donnée par un autre chemin :',
  signedHow: 'Pour vérifier avec GnuPG :',
  inspection: 'CE QUE LES IMAGES DISENT D’ELLES-MÊMES',
  author: 'Auteur',
  command: 'Commande',
  entrypoint: 'Point d’entrée',
  env: 'Environnement',
  ports: 'Ports',
  volumes: 'Volumes',
  user: 'Utilisateur',
  workingDir: 'Dossier',
  layers: 'Couches',
  history: 'Étapes de construction',
  script: {
    title: 'Charge {file} dans Docker.',
    checking: 'Vérification des fichiers…',
    good: 'bon',
    missing: 'MANQUANT',
    damaged: 'ABÎMÉ : à recopier depuis l’endroit où il a été fait',
    bad: 'Rien n’a été chargé : des fichiers manquent ou sont abîmés.',
    noDocker: 'Docker est introuvable sur cet ordinateur. Installez-le, puis relancez.',
    dockerSilent: 'Docker ne répond pas. Démarrez-le (ou demandez le droit de vous en servir), puis relancez.',
    noSums:
      'Aucune commande pour vérifier les sommes n’a été trouvée (sha256sum, shasum ou openssl). Rien n’a été chargé.',
    noGpg:
      'Le fichier est protégé par un mot de passe : il faut GnuPG (gpg) pour l’ouvrir. Installez-le, puis relancez.',
    opening: 'Demande du mot de passe…',
    notOpened: 'Rien n’a été chargé : le mot de passe n’est pas le bon, ou le fichier a été changé.',
    notUnpacked: 'Rien n’a été chargé : le fichier n’a pas pu être décompressé.',
    joining: 'Réunion des parties (il faut de la place sur cet ordinateur)…',
    loading: 'Chargement…',
    notLoaded: 'Docker ne l’a pas chargé. Ce qu’il a dit est ci-dessus.',
    noZstd:
      'Docker ne l’a pas chargé. Un Docker antérieur à 23 ne lit pas zstd : installez zstd, ou un Docker plus récent, puis relancez.',
    done: 'Terminé.',
  },
}

export const WORDS: Readonly<Record<Language, NoteWords>> = { en, fr }

/** `{name}` replaced by the value of that name. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** The form for a number, filled with it. French counts 0 and 1 as one. */
export function counted(
  forms: { readonly one: string; readonly other: string },
  count: number,
  language: Language,
  values: Readonly<Record<string, string>> = {},
): string {
  const form = new Intl.PluralRules(language).select(count) === 'one' ? forms.one : forms.other
  return filled(form, { ...values, count: new Intl.NumberFormat(language).format(count) })
}

const UNITS: readonly (readonly [string, string])[] = [
  ['B', 'o'],
  ['kB', 'ko'],
  ['MB', 'Mo'],
  ['GB', 'Go'],
  ['TB', 'To'],
]

/** Decimal, as drives are sold. */
export function sizeText(bytes: number, language: Language): string {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: value < 100 && step > 0 ? 1 : 0 })
  return `${number.format(value)} ${UNITS[step]?.[language === 'fr' ? 1 : 0]}`
}
