import { NAME_RULES, refusalsEn, refusalsFr } from './error-sentences-refusals.ts'
import type { ErrorCode, ErrorData } from './errors.ts'
import { siteName } from './presets.ts'

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
  'docker-too-new': {
    what: 'This Docker is too new: version {version} no longer speaks a language Caboteur knows.',
    next: 'Update Caboteur.',
  },
  'docker-address': {
    what: '“{address}” is not an address of a Docker.',
    next: 'It begins with unix://, npipe://, tcp:// or ssh://. Correct it where it comes from (DOCKER_HOST or the docker context).',
  },
  'docker-unreachable': {
    what: 'The computer at {address} does not answer.',
    next: 'Check the address, the network and that Docker listens there, then try again.',
  },
  'docker-tls': {
    what: 'The secured connection to Docker at {address} failed.',
    next: 'The certificates of this context may be missing, expired or not the right ones: ask who gave them to you.',
  },
  'docker-start': {
    what: 'Docker could not be started.',
    next: 'The details say why. Start it by hand, or ask the administrator of this computer.',
  },
  'ssh-missing': {
    what: 'The ssh command was not found on this computer.',
    next: 'Install OpenSSH (on Windows: Settings, Optional features, OpenSSH Client), then try again.',
  },
  'ssh-unreachable': {
    what: 'The computer {host} does not answer.',
    next: 'Check its name or address, the network, and that it is switched on and lets ssh in.',
  },
  'ssh-host-unknown': {
    what: 'The computer {host} is not known yet.',
    next: 'Look at its fingerprint, compare it with the one its administrator tells you, then trust it.',
  },
  'ssh-host-changed': {
    what: 'The computer {host} shows another fingerprint than before.',
    next: 'It may have been installed anew, or somebody pretends to be it. Ask its administrator before you go on; nothing was sent.',
  },
  'ssh-denied': {
    what: 'The computer {host} did not let you in.',
    next: 'Check the user name, and the key or password.',
  },
  'ssh-password': {
    what: 'The password for {host} is needed.',
    next: 'It was not kept: type it again.',
  },
  'ssh-no-docker': {
    what: 'On {host} Docker cannot be used.',
    next: 'It may not be installed there, not started, or {user} is not in its “docker” group. The details say what it answered.',
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
  'image-part': {
    what: 'The image {image} is one platform of another version, which would break without it.',
    next: 'Remove that version too, or first.',
  },
  'platform-missing': {
    what: '“{image}” is not there for {platform}; it is there for {have}.',
    next: 'Choose one of those platforms.',
  },
  'platform-refused': {
    what: 'This Docker runs {engine} images; “{image}” is made for {platform}.',
    next: 'Load it on a computer that runs {platform} images.',
  },
  'platform-foreign': {
    what: '“{image}” does not start there: it is made for {platform}, and that computer is {engine}.',
    next: 'Get it for {engine}, or run it on a computer it is made for.',
  },
  'platform-unchosen': {
    what: '“{image}” is there for several platforms ({have}), and one alone can go there.',
    next: 'Choose the platform.',
  },
  'name-invalid': {
    what: '“{name}” is not a valid image name.',
    next: 'Use lower-case letters, digits and . _ - in the name; for instance acme/shop:1.0.',
  },
  'name-unclear': {
    what: 'A name was given for {count} images.',
    next: 'Choose one image, or leave the name out.',
  },
  'labels-refused': {
    what: 'No labels can be added to “{image}”[: it is not here for all its computers ({absent} is missing)].',
    next: 'Send it without new labels, or from a place that has all of it.',
  },
  'names-left': {
    what: 'The copy did not end, and these names[ at {place}] could not be put back: {names}.',
    next: 'They may name the new image already: look at them there, or copy again. The details say why it did not end.',
  },
  'tag-last': {
    what: 'An image would lose its last name, “{name}”, and nobody was told so before.',
    next: 'Look at what would change again and decide anew. Nothing was changed.',
  },
  'tag-gone': {
    what: 'The image that “{name}” named before is not there any more.',
    next: 'Bring it back from a file or another place, then give it this name.',
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
  'folder-empty': {
    what: 'There is no image file in the folder “{path}”.',
    next: 'Look into the folders below it, or open it as a place: “Open a folder…”.',
  },
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
  'archive-nothing-saved': {
    what: 'No whole image can be had of “{path}”.',
    next: 'See what is wrong with it, and complete it from another copy or another place that has the image.',
  },
  'archive-window': {
    what: '[“{path}”: ]this file was packed with {method} so that unpacking takes more than {most} of memory.',
    next: 'Unpack it with {method} itself (zstd -d --long=31, or xz -d), then open the result.',
  },
  'password-needed': {
    what: '“{path}” is protected by a password.',
    next: 'Type the password of whoever made the file.',
  },
  'password-wrong': {
    what: 'This password does not open “{path}”.',
    next: 'Type it again: capital letters and the keyboard’s language count. Without it nobody can read the file.',
  },
  'openpgp-keys': {
    what: '“{path}” is encrypted for certain persons, not with a password (keys: {keys}).',
    next: 'Whoever has one of these keys writes it without: gpg --output images.tar --decrypt FILE. Then open images.tar.',
  },
  'openpgp-signed': {
    what: '“{path}” is only signed or packed by OpenPGP, not protected by a password.',
    next: 'Take it out with gpg --output images.tar --decrypt FILE, which checks the signature; then open images.tar.',
  },
  'openpgp-unsupported': {
    what: '“{path}” is encrypted in a way that is not opened here ({method}).',
    next: 'Take it out with gpg --output images.tar --decrypt FILE; then open images.tar.',
  },
  'layer-foreign': {
    what: 'A layer of {image} is not kept with it: its maker gives it from a place of their own[ ({url})].',
    next: 'Copy it to a registry or a folder, which only name that layer, or get the image on the computer that will run it.',
  },
  'set-incomplete': {
    what: '“{path}” was cut into parts, and some are missing: {missing}.',
    next: 'Copy the missing parts into the same folder as the others, then try again.',
  },
  'part-damaged': {
    what: 'Some parts of “{path}” are damaged: {parts}.',
    next: 'Copy those parts again from where they were made; the others are fine.',
  },
  'sum-mismatch': {
    what: '“{path}” is not what the file of sums beside it says: it was changed or damaged.',
    next: 'Copy it again from where it was made[; which part is damaged cannot be told of {count} parts].',
  },
  'signature-keychain': {
    what: 'This computer’s keychain is locked or absent. The key of a signature is kept there and nowhere else.',
    next: 'Unlock the keychain and try again, or save without a signature.',
  },
  'signature-none': {
    what: 'This computer has no key to sign with yet.',
    next: 'Make one in the window of Caboteur: save a file, “Sign the note”.',
  },
  'signature-changed': {
    what: 'The signature beside this file is not the one that was shown.',
    next: 'Open the file again, and compare the fingerprint once more.',
  },
  'layer-missing': {
    what: 'A layer of {image} is not in “{path}”.',
    next: 'The file needs images that are elsewhere: ask for a complete one.',
  },
  'digest-mismatch': {
    what: 'The content of {file} is not what its digest says: it was changed or damaged.',
    next: 'Copy the file again from where it came. Nothing was changed.',
  },
  'layout-not-one': {
    what: '“{path}” is no folder of images (OCI layout).',
    next: 'Choose such a folder, or an empty one to write to.',
  },
  'layout-unsupported': {
    what: '“{path}” uses something of OCI layouts that Caboteur does not know: {detail}.',
    next: 'Update Caboteur, or ask for it in the usual form (version 1.0.0, sha256).',
  },
  'layout-busy': {
    what: 'Another program is changing “{path}” and does not come to an end.',
    next: 'Wait a moment, then try again. Nothing was changed.',
  },
  'registry-unreachable': {
    what: '{place} cannot be reached.',
    next: 'Check its name and the network (and the proxy, where there is one), then try again.',
  },
  'registry-proxy': {
    what: 'The proxy of this network does not let Caboteur through to {place}.',
    next: 'Check the proxy’s address and password (HTTPS_PROXY), or add the registry to NO_PROXY.',
  },
  'registry-tls': {
    what: 'The certificate of {place} is signed by nobody this computer knows.',
    next: 'If the registry is your own, give the certificate of its authority (--ca FILE); else do not use it.',
  },
  'registry-certificate': {
    what: 'The certificate of {place} is not valid: it has expired, or belongs to another name.',
    next: 'Check the registry’s name and this computer’s date; whoever runs the registry can renew it.',
  },
  'registry-plain-http': {
    what: '{place} wants to talk without encryption (HTTP).',
    next: 'Allow HTTP for this registry only if you trust the network between.',
  },
  'registry-unauthorized': {
    what: '{place} wants to know who you are.',
    next: 'Sign in to this registry, then try again.',
  },
  'registry-credentials': {
    what: '{place} does not accept this user name and password or token.',
    next: 'Sign in again. A token may have expired; with two-factor authentication an access token is needed.',
  },
  'registry-denied': {
    what: '{place} does not let you do this[ in {name}].',
    next: 'Check the name, whether the repository exists, and the rights of your account or token.',
  },
  'registry-name-unknown': {
    what: 'There is no repository {name} on {place}.',
    next: 'Check the name; some registries want a repository to be created first.',
  },
  'registry-manifest-unknown': {
    what: 'There is no {image} on {place}.',
    next: 'Look at the list of its tags: it may have another name or be gone.',
  },
  'registry-blob-unknown': {
    what: 'A layer of {name} is missing on {place} ({file}).',
    next: 'The image there is incomplete: push it again from where it came.',
  },
  'registry-unsupported': {
    what: '{place} does not offer this.',
    next: 'Do it in the registry’s own web page, where it has one.',
  },
  'registry-too-many-requests': {
    what: '{place} has had too many requests[ and asks to wait {seconds} seconds][: no more than {limit} downloads are allowed in {hours} hours].',
    next: 'Wait, then try again; signed-in users are often allowed more.',
  },
  'registry-unavailable': {
    what: '{place} is out of order at the moment.',
    next: 'Try again later. Nothing became visible under a name.',
  },
  'registry-refused': {
    what: '{place} refused: {reason}.',
    next: 'The details below are what the registry answered.',
  },
  'registry-broken': {
    what: 'The connection to {place} broke too often.',
    next: 'Check the network, then try again: what arrived whole is not sent again.',
  },
  'registry-upload-lost': {
    what: '{place} has lost what was already sent of a layer.',
    next: 'Try again: the layer is sent anew.',
  },
  'registry-mismatch': {
    what: 'What {place} has under {file} is not what its digest says.',
    next: 'Try again; if it happens again, that image is damaged: ask whoever published it.',
  },
  'registry-answer': {
    what: '{place} does not answer as a registry does[: {detail}].',
    next: 'Check its name; a proxy or login page of the network may answer in its place.',
  },
  'own-name': {
    what: '“{name}” cannot be the name of this registry.',
    next: 'Use small letters, digits and hyphens, at most 40, or choose one that is not taken yet.',
  },
  'own-address': {
    what: 'Others need an address to reach this registry by[: “{address}” is none].',
    next: 'Type a name or an address as others will type it: registry.workshop.lan or 192.168.1.20.',
  },
  'own-user': {
    what: '“{name}” cannot be a user name here.',
    next: 'Use no spaces and no colon.',
  },
  'own-port': {
    what: 'Port {port} is taken by another program.',
    next: 'Choose another port.',
  },
  'own-image': {
    what: 'This image is no registry.',
    next: 'Choose the image “registry” (registry:2 or registry:3), or load it from a file.',
  },
  'own-start': {
    what: 'The registry did not start[: {reason}].',
    next: 'Nothing was left behind. The details are what it said.',
  },
  'own-last-user': {
    what: '{name} is the only user.',
    next: 'Add another user first: without any, everybody who reaches this registry could read and change it.',
  },
  ...refusalsEn,
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
  'docker-too-new': {
    what: 'Ce Docker est trop récent : la version {version} ne parle plus une langue que Caboteur connaît.',
    next: 'Mettez Caboteur à jour.',
  },
  'docker-address': {
    what: '« {address} » n’est pas une adresse de Docker.',
    next: 'Elle commence par unix://, npipe://, tcp:// ou ssh://. Corrigez-la là d’où elle vient (DOCKER_HOST ou le contexte docker).',
  },
  'docker-unreachable': {
    what: 'L’ordinateur à l’adresse {address} ne répond pas.',
    next: 'Vérifiez l’adresse, le réseau, et que Docker y écoute, puis réessayez.',
  },
  'docker-tls': {
    what: 'La connexion protégée à Docker ({address}) a échoué.',
    next: 'Les certificats de ce contexte manquent peut-être, ont expiré ou ne sont pas les bons : demandez à qui vous les a donnés.',
  },
  'docker-start': {
    what: 'Docker n’a pas pu être démarré.',
    next: 'Les détails disent pourquoi. Démarrez-le à la main, ou demandez à l’administrateur de cet ordinateur.',
  },
  'ssh-missing': {
    what: 'La commande ssh est introuvable sur cet ordinateur.',
    next: 'Installez OpenSSH (sous Windows : Paramètres, Fonctionnalités facultatives, Client OpenSSH), puis réessayez.',
  },
  'ssh-unreachable': {
    what: 'L’ordinateur {host} ne répond pas.',
    next: 'Vérifiez son nom ou son adresse, le réseau, et qu’il est allumé et accepte ssh.',
  },
  'ssh-host-unknown': {
    what: 'L’ordinateur {host} n’est pas encore connu.',
    next: 'Regardez son empreinte, comparez-la avec celle que donne son administrateur, puis faites-lui confiance.',
  },
  'ssh-host-changed': {
    what: 'L’ordinateur {host} montre une autre empreinte qu’avant.',
    next: 'Il a peut-être été réinstallé, ou quelqu’un se fait passer pour lui. Demandez à son administrateur avant de continuer ; rien n’a été envoyé.',
  },
  'ssh-denied': {
    what: 'L’ordinateur {host} ne vous a pas laissé entrer.',
    next: 'Vérifiez le nom d’utilisateur, et la clé ou le mot de passe.',
  },
  'ssh-password': {
    what: 'Il faut le mot de passe pour {host}.',
    next: 'Il n’a pas été conservé : tapez-le à nouveau.',
  },
  'ssh-no-docker': {
    what: 'Sur {host}, Docker n’est pas utilisable.',
    next: 'Il n’y est peut-être pas installé, pas démarré, ou {user} n’est pas dans son groupe « docker ». Les détails disent ce qu’il a répondu.',
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
  'image-part': {
    what: 'L’image {image} est une plate-forme d’une autre version, qui ne marcherait plus sans elle.',
    next: 'Retirez aussi cette version, ou d’abord celle-ci.',
  },
  'platform-missing': {
    what: '« {image} » n’existe pas pour {platform} ; elle existe pour {have}.',
    next: 'Choisissez une de ces plateformes.',
  },
  'platform-refused': {
    what: 'Ce Docker fait tourner des images {engine} ; « {image} » est faite pour {platform}.',
    next: 'Chargez-la sur un ordinateur qui accepte les images {platform}.',
  },
  'platform-foreign': {
    what: '« {image} » n’y démarre pas : elle est faite pour {platform}, et cet ordinateur est {engine}.',
    next: 'Récupérez-la pour {engine}, ou faites-la tourner sur un ordinateur pour lequel elle est faite.',
  },
  'platform-unchosen': {
    what: '« {image} » existe pour plusieurs plates-formes ({have}), et une seule peut aller là.',
    next: 'Choisissez la plate-forme.',
  },
  'name-invalid': {
    what: '« {name} » n’est pas un nom d’image valable.',
    next: 'Utilisez des minuscules, des chiffres et . _ - ; par exemple acme/boutique:1.0.',
  },
  'name-unclear': {
    what: 'Un seul nom a été donné pour {count} images.',
    next: 'Choisissez une seule image, ou ne donnez pas de nom.',
  },
  'labels-refused': {
    what: 'Aucune étiquette ne peut être ajoutée à « {image} »[ : elle n’est pas là pour tous ses ordinateurs (il manque {absent})].',
    next: 'Envoyez-la sans nouvelles étiquettes, ou depuis un endroit qui l’a en entier.',
  },
  'names-left': {
    what: 'La copie n’a pas abouti, et ces noms[ chez {place}] n’ont pas pu être remis : {names}.',
    next: 'Ils désignent peut-être déjà la nouvelle image : regardez-les là-bas, ou recommencez la copie. Les détails disent pourquoi elle n’a pas abouti.',
  },
  'tag-last': {
    what: 'Une image perdrait son dernier nom, « {name} », sans que cela ait été dit auparavant.',
    next: 'Regardez de nouveau ce qui changerait et décidez alors. Rien n’a été modifié.',
  },
  'tag-gone': {
    what: 'L’image que « {name} » désignait auparavant n’est plus là.',
    next: 'Ramenez-la d’un fichier ou d’un autre endroit, puis donnez-lui ce nom.',
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
  'folder-empty': {
    what: 'Il n’y a pas de fichier d’images dans le dossier « {path} ».',
    next: 'Regardez dans ses sous-dossiers, ou ouvrez-le comme un endroit : « Ouvrir un dossier… ».',
  },
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
  'archive-nothing-saved': {
    what: 'On ne peut tirer aucune image entière de « {path} ».',
    next: 'Regardez ce qui ne va pas, et complétez-le à partir d’une autre copie ou d’un endroit qui a l’image.',
  },
  'archive-window': {
    what: '[« {path} » : ]ce fichier a été compressé avec {method} de telle façon que l’ouvrir prend plus de {most} de mémoire.',
    next: 'Décompressez-le avec {method} lui-même (zstd -d --long=31, ou xz -d), puis ouvrez le résultat.',
  },
  'password-needed': {
    what: '« {path} » est protégé par un mot de passe.',
    next: 'Tapez le mot de passe de la personne qui a fait le fichier.',
  },
  'password-wrong': {
    what: 'Ce mot de passe n’ouvre pas « {path} ».',
    next: 'Tapez-le de nouveau : les majuscules et la langue du clavier comptent. Sans lui, personne ne peut lire le fichier.',
  },
  'openpgp-keys': {
    what: '« {path} » est chiffré pour certaines personnes, pas avec un mot de passe (clés : {keys}).',
    next: 'La personne qui a l’une de ces clés l’écrit sans chiffrement : gpg --output images.tar --decrypt FICHIER. Ouvrez ensuite images.tar.',
  },
  'openpgp-signed': {
    what: '« {path} » est seulement signé ou emballé par OpenPGP, pas protégé par un mot de passe.',
    next: 'Sortez-en le contenu avec gpg --output images.tar --decrypt FICHIER, qui vérifie la signature ; ouvrez ensuite images.tar.',
  },
  'openpgp-unsupported': {
    what: '« {path} » est chiffré d’une façon qui n’est pas ouverte ici ({method}).',
    next: 'Sortez-en le contenu avec gpg --output images.tar --decrypt FICHIER ; ouvrez ensuite images.tar.',
  },
  'layer-foreign': {
    what: 'Une couche de {image} n’est pas gardée avec elle : son auteur la donne depuis un endroit à lui[ ({url})].',
    next: 'Copiez l’image vers un registre ou un dossier, qui ne font que nommer cette couche, ou récupérez-la sur l’ordinateur qui l’exécutera.',
  },
  'set-incomplete': {
    what: '« {path} » a été découpé, et il manque des parties : {missing}.',
    next: 'Copiez les parties manquantes dans le même dossier que les autres, puis réessayez.',
  },
  'part-damaged': {
    what: 'Des parties de « {path} » sont abîmées : {parts}.',
    next: 'Copiez de nouveau ces parties-là depuis l’endroit où elles ont été faites ; les autres sont bonnes.',
  },
  'sum-mismatch': {
    what: '« {path} » ne correspond pas au fichier de sommes qui l’accompagne : il a été changé ou abîmé.',
    next: 'Recopiez-le depuis l’endroit où il a été fait[ ; laquelle des {count} parties est abîmée, rien ne le dit].',
  },
  'signature-keychain': {
    what: 'Le trousseau de cet ordinateur est verrouillé ou absent. La clé d’une signature y est gardée, et nulle part ailleurs.',
    next: 'Déverrouillez le trousseau et réessayez, ou enregistrez sans signature.',
  },
  'signature-none': {
    what: 'Cet ordinateur n’a pas encore de clé pour signer.',
    next: 'Créez-en une dans la fenêtre de Caboteur : enregistrez un fichier, « Signer le bordereau ».',
  },
  'signature-changed': {
    what: 'La signature qui accompagne ce fichier n’est pas celle qui a été montrée.',
    next: 'Ouvrez de nouveau le fichier, et comparez encore l’empreinte.',
  },
  'layer-missing': {
    what: 'Une couche de {image} n’est pas dans « {path} ».',
    next: 'Le fichier a besoin d’images qui sont ailleurs : demandez-en un complet.',
  },
  'digest-mismatch': {
    what: 'Le contenu de {file} ne correspond pas à son empreinte : il a été changé ou abîmé.',
    next: 'Recopiez le fichier depuis sa source. Rien n’a été modifié.',
  },
  'layout-not-one': {
    what: '« {path} » n’est pas un dossier d’images (OCI layout).',
    next: 'Choisissez un tel dossier, ou un dossier vide pour y écrire.',
  },
  'layout-unsupported': {
    what: '« {path} » utilise ce que Caboteur ne connaît pas des dossiers d’images : {detail}.',
    next: 'Mettez Caboteur à jour, ou demandez la forme habituelle (version 1.0.0, sha256).',
  },
  'layout-busy': {
    what: 'Un autre programme modifie « {path} » et n’en finit pas.',
    next: 'Attendez un moment, puis recommencez. Rien n’a été modifié.',
  },
  'registry-unreachable': {
    what: '{place} est injoignable.',
    next: 'Vérifiez son nom et le réseau (et le proxy, s’il y en a un), puis réessayez.',
  },
  'registry-proxy': {
    what: 'Le proxy de ce réseau ne laisse pas Caboteur joindre {place}.',
    next: 'Vérifiez l’adresse et le mot de passe du proxy (HTTPS_PROXY), ou ajoutez le registre à NO_PROXY.',
  },
  'registry-tls': {
    what: 'Le certificat de {place} n’est signé par personne que cet ordinateur connaisse.',
    next: 'Si ce registre est à vous, donnez le certificat de son autorité (--ca FICHIER) ; sinon, ne l’utilisez pas.',
  },
  'registry-certificate': {
    what: 'Le certificat de {place} n’est pas valable : il a expiré, ou il est à un autre nom.',
    next: 'Vérifiez le nom du registre et la date de cet ordinateur ; qui gère le registre peut le renouveler.',
  },
  'registry-plain-http': {
    what: '{place} veut communiquer sans chiffrement (HTTP).',
    next: 'N’autorisez HTTP pour ce registre que si le réseau entre vous est sûr.',
  },
  'registry-unauthorized': {
    what: '{place} veut savoir qui vous êtes.',
    next: 'Connectez-vous à ce registre, puis réessayez.',
  },
  'registry-credentials': {
    what: '{place} n’accepte pas ce nom et ce mot de passe ou jeton.',
    next: 'Connectez-vous de nouveau. Un jeton a pu expirer ; avec la double authentification il faut un jeton d’accès.',
  },
  'registry-denied': {
    what: '{place} ne vous permet pas de faire cela[ dans {name}].',
    next: 'Vérifiez le nom, si le dépôt existe, et les droits de votre compte ou jeton.',
  },
  'registry-name-unknown': {
    what: 'Il n’y a pas de dépôt {name} sur {place}.',
    next: 'Vérifiez le nom ; certains registres veulent que le dépôt soit créé d’abord.',
  },
  'registry-manifest-unknown': {
    what: 'Il n’y a pas de {image} sur {place}.',
    next: 'Regardez la liste de ses étiquettes : elle a peut-être un autre nom ou n’existe plus.',
  },
  'registry-blob-unknown': {
    what: 'Une couche de {name} manque sur {place} ({file}).',
    next: 'L’image y est incomplète : envoyez-la de nouveau depuis sa source.',
  },
  'registry-unsupported': {
    what: '{place} ne propose pas cela.',
    next: 'Faites-le dans la page web du registre, s’il en a une.',
  },
  'registry-too-many-requests': {
    what: '{place} a reçu trop de demandes[ et prie d’attendre {seconds} secondes][ : {limit} téléchargements sont permis en {hours} heures].',
    next: 'Attendez, puis réessayez ; les utilisateurs connectés ont souvent droit à plus.',
  },
  'registry-unavailable': {
    what: '{place} est en panne pour le moment.',
    next: 'Réessayez plus tard. Rien n’est devenu visible sous un nom.',
  },
  'registry-refused': {
    what: '{place} a refusé : {reason}.',
    next: 'Les détails ci-dessous sont la réponse du registre.',
  },
  'registry-broken': {
    what: 'La connexion avec {place} s’est rompue trop souvent.',
    next: 'Vérifiez le réseau puis réessayez : ce qui est arrivé en entier n’est pas renvoyé.',
  },
  'registry-upload-lost': {
    what: '{place} a perdu ce qui était déjà envoyé d’une couche.',
    next: 'Réessayez : la couche est envoyée de nouveau.',
  },
  'registry-mismatch': {
    what: 'Ce que {place} garde sous {file} ne correspond pas à son empreinte.',
    next: 'Réessayez ; si cela se reproduit, cette image est abîmée : demandez à qui l’a publiée.',
  },
  'registry-answer': {
    what: '{place} ne répond pas comme un registre[ : {detail}].',
    next: 'Vérifiez son nom ; un proxy ou une page de connexion du réseau répond peut-être à sa place.',
  },
  'own-name': {
    what: '« {name} » ne peut pas être le nom de ce registre.',
    next: 'Utilisez des minuscules, des chiffres et des tirets, 40 au plus, ou choisissez un nom encore libre.',
  },
  'own-address': {
    what: 'Il faut une adresse par laquelle les autres trouvent ce registre[ : « {address} » n’en est pas une].',
    next: 'Tapez un nom ou une adresse comme les autres la taperont : registre.atelier.lan ou 192.168.1.20.',
  },
  'own-user': {
    what: '« {name} » ne peut pas être un nom d’utilisateur ici.',
    next: 'N’utilisez ni espace ni deux-points.',
  },
  'own-port': {
    what: 'Le port {port} est pris par un autre programme.',
    next: 'Choisissez un autre port.',
  },
  'own-image': {
    what: 'Cette image n’est pas un registre.',
    next: 'Choisissez l’image « registry » (registry:2 ou registry:3), ou chargez-la depuis un fichier.',
  },
  'own-start': {
    what: 'Le registre n’a pas démarré[ : {reason}].',
    next: 'Rien n’est resté. Les détails sont ce qu’il a dit.',
  },
  'own-last-user': {
    what: '{name} est le seul utilisateur.',
    next: 'Ajoutez d’abord un autre utilisateur : sans aucun, quiconque atteint ce registre pourrait le lire et le modifier.',
  },
  ...refusalsFr,
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
  openpgp: { en: 'a file protected twice (OpenPGP)', fr: 'un fichier protégé deux fois (OpenPGP)' },
  'openpgp-signed': { en: 'a signature or a signed text (OpenPGP)', fr: 'une signature ou un texte signé (OpenPGP)' },
  'openpgp-key': { en: 'a key (OpenPGP)', fr: 'une clé (OpenPGP)' },
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
  artifact: { en: 'an OCI artifact, which is no image', fr: 'un artefact OCI, qui n’est pas une image' },
  compose: { en: 'a Compose project', fr: 'un projet Compose' },
  layer: { en: 'a single layer of an image', fr: 'une seule couche d’une image' },
  'docker-v1': { en: 'an image file of a Docker from before 2016', fr: 'un fichier d’images d’un Docker d’avant 2016' },
  tar: { en: 'a tar archive of other files', fr: 'une archive tar d’autres fichiers' },
  binary: { en: 'another kind of file', fr: 'un autre type de fichier' },
}

function fill(template: string, error: ErrorData, language: Language): string {
  const part = (name: string): string | undefined => {
    const value = error.parts[name]
    if (name === 'rule' && value !== undefined) return NAME_RULES[String(value)]?.[language] ?? String(value)
    // A place is called by what people know it by: Docker Hub, not docker.io.
    if (name === 'place' && value !== undefined) return siteName(String(value)) ?? String(value)
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
