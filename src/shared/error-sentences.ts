import type { ErrorCode, ErrorData } from './errors.ts'

/**
 * The sentences of every error code, in both languages: what happened, and what to do now. They live here and not in the
 * page because the command line says them too. `{part}` is replaced by the error's part of that name; `[…]` is left out
 * when a part inside it is absent.
 */
export interface Sentence {
  readonly what: string
  readonly next: string
}
export type Language = 'fr' | 'en'

const en: Record<ErrorCode, Sentence> = {
  'docker-missing': {
    what: 'Docker was not found on this computer[ (looked at {address})].',
    next: 'Install Docker, then try again. Image files can be opened and checked without it.',
  },
  'docker-stopped': {
    what: 'Docker is installed but does not answer[ at {address}].',
    next: 'Start Docker (Docker Desktop, or “systemctl start docker”), then try again.',
  },
  'docker-denied': {
    what: 'You do not have permission to use Docker[ at {address}].',
    next: 'Add yourself to the “docker” group (sudo usermod -aG docker $USER), log out and in, then try again.',
  },
  'docker-too-old': {
    what: 'This Docker is too old: version {version}, at least {least} is needed.',
    next: 'Update Docker on that computer.',
  },
  'docker-unsupported-address': {
    what: 'Caboteur cannot reach Docker at “{address}” yet.',
    next: 'Use a Docker on this computer (a unix:// address), or choose another docker context.',
  },
  'docker-lost': {
    what: 'The connection to Docker was lost.',
    next: 'Check that Docker is running, then try again. No name was moved.',
  },
  'docker-full': {
    what: 'Docker has no room left on its disk.',
    next: 'Remove images or containers you no longer need (“docker system df” shows what takes room), then try again.',
  },
  'docker-refused': {
    what: 'Docker refused: {reason}.',
    next: 'The details below are what Docker answered.',
  },
  'image-missing': {
    what: 'The image {image} is not there[ in {place}].',
    next: 'It may have been removed meanwhile: look at the list again.',
  },
  'image-in-use': {
    what: 'The image is used by a container ({containers}) and stays.',
    next: 'Remove that container first, if nobody needs it.',
  },
  'image-changed': {
    what: '“{name}” has changed meanwhile: it now names another image.',
    next: 'Look at the list again and decide anew. Nothing was changed.',
  },
  'platform-missing': {
    what: '“{image}” is not there for {platform}; it is there for {have}.',
    next: 'Choose one of those platforms.',
  },
  'platform-refused': {
    what: 'This Docker runs {engine} images; “{image}” is made for {platform}.',
    next: 'Load it on a computer that runs {platform} images.',
  },
  'name-invalid': {
    what: '“{name}” is not a valid image name.',
    next: 'Use lower-case letters, digits and . _ - in the name; for instance acme/shop:1.0.',
  },
  'name-unclear': {
    what: 'A name was given for {count} images.',
    next: 'Choose one image, or leave the name out.',
  },
  'file-missing': {
    what: 'There is no file “{path}”.',
    next: 'Check the name, or whether the drive is still plugged in.',
  },
  'file-denied': {
    what: 'You do not have permission for “{path}”.',
    next: 'Choose another place, or ask the owner of that folder.',
  },
  'file-is-folder': { what: '“{path}” is a folder.', next: 'Choose a file.' },
  'file-in-use': { what: 'Another transfer is writing “{path}”.', next: 'Wait for it, or choose another name.' },
  'file-changed': {
    what: '“{path}” changed while it was being read.',
    next: 'Wait until it is complete, then open it again.',
  },
  'file-damaged-on-disk': {
    what: 'What was read back from “{path}” is not what was written.',
    next: 'The drive may be failing: use another one. The bad file was removed.',
  },
  'folder-outside': {
    what: '“{path}” is outside the folders this host offers.',
    next: 'Choose a folder inside them, or start the host with another --root.',
  },
  'disk-full': {
    what: 'No room left for “{path}”[: {needed} bytes needed, {free} free].',
    next: 'Free some room or choose another drive. No half-written file stays.',
  },
  'drive-gone': {
    what: 'The drive of “{path}” has gone or does not answer.',
    next: 'Plug it in again and repeat. Treat a file that was being written there as lost.',
  },
  'drive-read-only': {
    what: '“{path}” cannot be written: the drive is read-only.',
    next: 'Move the switch on the stick or card, or choose another drive.',
  },
  'archive-empty': { what: '“{path}” is empty: 0 bytes.', next: 'Copy or download it again from where it came.' },
  'archive-not-images': {
    what: '“{path}” is not a Docker image file: it looks like {kind}.',
    next: 'Look for the file that “docker save” made.',
  },
  'archive-rootfs': {
    what: '“{path}” holds the files of a system, not an image (as “docker export” makes them).',
    next: 'It has no name, command or layers to load. Ask for a file made by “docker save”, or use “docker import”.',
  },
  'archive-truncated': {
    what: '“{path}” stops before its end: part of it is missing.',
    next: 'Copy or download it again. Nothing was changed.',
  },
  'archive-damaged': {
    what: '“{path}” is damaged[: {detail}].',
    next: 'Copy it again from where it came. Nothing was changed.',
  },
  'archive-hostile': {
    what: '“{path}” contains something no image file should: {detail}.',
    next: 'Do not use it; ask where it comes from. Nothing was written.',
  },
  'archive-too-large': {
    what: '“{path}” describes itself with more data than any image needs ({detail}).',
    next: 'Do not use it; ask where it comes from.',
  },
  'layer-missing': {
    what: 'A layer of {image} is not in “{path}”.',
    next: 'The file needs images that are elsewhere: ask for a complete one.',
  },
  'digest-mismatch': {
    what: 'The content of {file} is not what its digest says: it was changed or damaged.',
    next: 'Copy the file again from where it came. Nothing was changed.',
  },
  cancelled: { what: 'Cancelled.', next: 'Nothing was left behind.' },
  usage: { what: '{detail}', next: 'See “caboteur --help”.' },
  internal: {
    what: 'Something unexpected happened.',
    next: 'Try again; if it happens again, report it with the details below.',
  },
}

const fr: Record<ErrorCode, Sentence> = {
  'docker-missing': {
    what: 'Docker est introuvable sur cet ordinateur[ (cherché à {address})].',
    next: 'Installez Docker puis réessayez. Les fichiers d’images s’ouvrent et se vérifient sans lui.',
  },
  'docker-stopped': {
    what: 'Docker est installé mais ne répond pas[ à {address}].',
    next: 'Démarrez Docker (Docker Desktop, ou « systemctl start docker »), puis réessayez.',
  },
  'docker-denied': {
    what: 'Vous n’avez pas le droit d’utiliser Docker[ à {address}].',
    next: 'Ajoutez-vous au groupe « docker » (sudo usermod -aG docker $USER), rouvrez votre session, puis réessayez.',
  },
  'docker-too-old': {
    what: 'Ce Docker est trop ancien : version {version}, il faut au moins {least}.',
    next: 'Mettez Docker à jour sur cet ordinateur.',
  },
  'docker-unsupported-address': {
    what: 'Caboteur ne sait pas encore joindre Docker à « {address} ».',
    next: 'Utilisez un Docker de cet ordinateur (adresse unix://) ou choisissez un autre contexte docker.',
  },
  'docker-lost': {
    what: 'La connexion à Docker a été perdue.',
    next: 'Vérifiez que Docker tourne, puis réessayez. Aucun nom n’a été déplacé.',
  },
  'docker-full': {
    what: 'Docker n’a plus de place sur son disque.',
    next: 'Supprimez des images ou conteneurs inutiles (« docker system df » montre ce qui prend la place), puis réessayez.',
  },
  'docker-refused': { what: 'Docker a refusé : {reason}.', next: 'Les détails ci-dessous sont la réponse de Docker.' },
  'image-missing': {
    what: 'L’image {image} n’est pas là[ dans {place}].',
    next: 'Elle a peut-être été supprimée entre-temps : regardez de nouveau la liste.',
  },
  'image-in-use': {
    what: 'Un conteneur utilise l’image ({containers}) : elle reste.',
    next: 'Supprimez d’abord ce conteneur, si personne n’en a besoin.',
  },
  'image-changed': {
    what: '« {name} » a changé entre-temps : ce nom désigne une autre image.',
    next: 'Regardez de nouveau la liste et décidez alors. Rien n’a été modifié.',
  },
  'platform-missing': {
    what: '« {image} » n’existe pas pour {platform} ; elle existe pour {have}.',
    next: 'Choisissez une de ces plateformes.',
  },
  'platform-refused': {
    what: 'Ce Docker fait tourner des images {engine} ; « {image} » est faite pour {platform}.',
    next: 'Chargez-la sur un ordinateur qui accepte les images {platform}.',
  },
  'name-invalid': {
    what: '« {name} » n’est pas un nom d’image valable.',
    next: 'Utilisez des minuscules, des chiffres et . _ - ; par exemple acme/boutique:1.0.',
  },
  'name-unclear': {
    what: 'Un seul nom a été donné pour {count} images.',
    next: 'Choisissez une seule image, ou ne donnez pas de nom.',
  },
  'file-missing': {
    what: 'Il n’y a pas de fichier « {path} ».',
    next: 'Vérifiez le nom, ou si la clé est toujours branchée.',
  },
  'file-denied': {
    what: 'Vous n’avez pas le droit d’accéder à « {path} ».',
    next: 'Choisissez un autre endroit, ou demandez au propriétaire du dossier.',
  },
  'file-is-folder': { what: '« {path} » est un dossier.', next: 'Choisissez un fichier.' },
  'file-in-use': {
    what: 'Un autre transfert écrit déjà « {path} ».',
    next: 'Attendez qu’il finisse, ou choisissez un autre nom.',
  },
  'file-changed': {
    what: '« {path} » a changé pendant la lecture.',
    next: 'Attendez qu’il soit complet, puis rouvrez-le.',
  },
  'file-damaged-on-disk': {
    what: 'Ce qui a été relu de « {path} » n’est pas ce qui a été écrit.',
    next: 'Le support est peut-être défaillant : prenez-en un autre. Le mauvais fichier a été supprimé.',
  },
  'folder-outside': {
    what: '« {path} » est hors des dossiers proposés ici.',
    next: 'Choisissez un dossier parmi eux, ou relancez avec un autre --root.',
  },
  'disk-full': {
    what: 'Plus de place pour « {path} »[ : {needed} octets nécessaires, {free} libres].',
    next: 'Faites de la place ou choisissez un autre support. Aucun fichier incomplet ne reste.',
  },
  'drive-gone': {
    what: 'Le support de « {path} » a disparu ou ne répond plus.',
    next: 'Rebranchez-le et recommencez. Considérez comme perdu un fichier en cours d’écriture.',
  },
  'drive-read-only': {
    what: 'Impossible d’écrire « {path} » : le support est en lecture seule.',
    next: 'Déplacez le verrou de la clé ou de la carte, ou choisissez un autre support.',
  },
  'archive-empty': { what: '« {path} » est vide : 0 octet.', next: 'Copiez-le ou téléchargez-le de nouveau.' },
  'archive-not-images': {
    what: '« {path} » n’est pas un fichier d’images Docker : on dirait {kind}.',
    next: 'Cherchez le fichier produit par « docker save ».',
  },
  'archive-rootfs': {
    what: '« {path} » contient les fichiers d’un système, pas une image (comme ceux de « docker export »).',
    next: 'Il n’a ni nom, ni commande, ni couches à charger. Demandez un fichier fait par « docker save », ou utilisez « docker import ».',
  },
  'archive-truncated': {
    what: '« {path} » s’arrête avant la fin : il en manque une partie.',
    next: 'Copiez-le ou téléchargez-le de nouveau. Rien n’a été modifié.',
  },
  'archive-damaged': {
    what: '« {path} » est abîmé[ : {detail}].',
    next: 'Recopiez-le depuis sa source. Rien n’a été modifié.',
  },
  'archive-hostile': {
    what: '« {path} » contient ce qu’aucun fichier d’images ne devrait : {detail}.',
    next: 'Ne l’utilisez pas ; demandez d’où il vient. Rien n’a été écrit.',
  },
  'archive-too-large': {
    what: '« {path} » se décrit avec plus de données qu’aucune image n’en demande ({detail}).',
    next: 'Ne l’utilisez pas ; demandez d’où il vient.',
  },
  'layer-missing': {
    what: 'Une couche de {image} n’est pas dans « {path} ».',
    next: 'Le fichier a besoin d’images qui sont ailleurs : demandez-en un complet.',
  },
  'digest-mismatch': {
    what: 'Le contenu de {file} ne correspond pas à son empreinte : il a été changé ou abîmé.',
    next: 'Recopiez le fichier depuis sa source. Rien n’a été modifié.',
  },
  cancelled: { what: 'Annulé.', next: 'Rien n’est resté.' },
  usage: { what: '{detail}', next: 'Voir « caboteur --help ».' },
  internal: {
    what: 'Quelque chose d’imprévu est arrivé.',
    next: 'Réessayez ; si cela se reproduit, signalez-le avec les détails ci-dessous.',
  },
}

const SENTENCES: Record<Language, Record<ErrorCode, Sentence>> = { en, fr }

/** Kinds of files that are not image files, as `archive-not-images` names them in its part `kind`. */
const KINDS: Record<string, { readonly en: string; readonly fr: string }> = {
  zip: { en: 'a ZIP archive', fr: 'une archive ZIP' },
  '7z': { en: 'a 7-Zip archive', fr: 'une archive 7-Zip' },
  openpgp: { en: 'a file protected by a password (OpenPGP)', fr: 'un fichier protégé par un mot de passe (OpenPGP)' },
  iso: { en: 'a disc image (ISO)', fr: 'une image de disque (ISO)' },
  squashfs: { en: 'a SquashFS file system', fr: 'un système de fichiers SquashFS' },
  qcow2: { en: 'a virtual disk (QCOW2)', fr: 'un disque virtuel (QCOW2)' },
  ova: { en: 'a virtual machine (OVA)', fr: 'une machine virtuelle (OVA)' },
  html: {
    en: 'a web page (perhaps a login page downloaded instead of the file)',
    fr: 'une page web (peut-être une page de connexion, téléchargée à la place du fichier)',
  },
  lfs: { en: 'a Git LFS pointer, not the file itself', fr: 'un pointeur Git LFS, pas le fichier lui-même' },
  json: { en: 'a JSON text', fr: 'un texte JSON' },
  text: { en: 'a text', fr: 'un texte' },
  helm: { en: 'a Helm chart', fr: 'un paquet Helm' },
  compose: { en: 'a Compose project', fr: 'un projet Compose' },
  layer: { en: 'a single layer of an image', fr: 'une seule couche d’une image' },
  'docker-v1': { en: 'an image file of a Docker from before 2016', fr: 'un fichier d’images d’un Docker d’avant 2016' },
  tar: { en: 'a tar archive of other files', fr: 'une archive tar d’autres fichiers' },
  binary: { en: 'another kind of file', fr: 'un autre type de fichier' },
}

function fill(template: string, error: ErrorData, language: Language): string {
  const part = (name: string): string | undefined => {
    const value = error.parts[name]
    if (name === 'kind' && value !== undefined) return KINDS[String(value)]?.[language] ?? String(value)
    return value === undefined ? undefined : String(value)
  }
  const replace = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => part(name) ?? '?')
  const optional = template.replaceAll(/\[([^\]]*)\]/g, (_, inner: string) => {
    const names = [...inner.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
    return names.every((name) => part(name) !== undefined) ? inner : ''
  })
  return replace(optional)
}

/** What happened and what to do now, in words. */
export function sentence(error: ErrorData, language: Language): Sentence {
  const { what, next } = SENTENCES[language][error.code]
  return { what: fill(what, error, language), next: fill(next, error, language) }
}
