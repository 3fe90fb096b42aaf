import type { Finding } from './contract-doctor.ts'
import type { Language } from './error-sentences.ts'

/** What the doctor noticed of a file, in both languages; the command line says it too. `{bytes}` is written as a size. */

const en: Record<Finding['code'], string> = {
  truncated: '“{name}” ends before its end: it was not copied or downloaded whole. What comes before that is used.',
  headers: 'Damaged places between the files inside “{name}”: {count}. What follows them was found again.',
  'junk-before': '“{name}” begins with {bytes} that do not belong to it. They are passed over.',
  'junk-after': 'After its end “{name}” goes on for {bytes} that do not belong to it. They are passed over.',
  compression: 'Places where “{name}” does not unpack ({method}): {count}. It is unpacked again from behind each.',
  'compression-cut': '“{name}” unpacks ({method}) up to a damaged place; what comes after it cannot be had.',
  'parts-missing': 'Parts that are not there: {parts}. Copy them again, and all may be whole.',
  'parts-damaged': 'Parts that are damaged or too short: {parts}. Copying these again is enough.',
  unreadable: 'The drive cannot read {bytes} of “{name}”.',
  'packed-often': '“{name}” was compressed several times ({methods}).',
  nested: 'The images are in “{name}”, a file inside this one.',
  folder: '“{name}” is a folder: the files in it are looked at as if they were one image file.',
  'listing-missing': 'The list of the images is missing. They were found by their descriptions.',
  'listing-damaged': 'A list of images is damaged: {file}.',
  'listing-twice': 'There are several files {file}, and they differ. What each of them lists is shown.',
  'name-twice': 'Two images are called {name}. The one that is listed last keeps the name, as when Docker loads it.',
  'image-lost': 'Nothing can be told of the image {name} any more: its description is damaged or missing.',
  unused: 'Whole layers that no image here needs: {count} ({bytes}).',
  partial: '“{name}” holds more files than are remembered: some may have been missed.',
  rootfs:
    '“{name}” holds the files of a system, as “docker export” writes them, and no image. Making an image of it (import) is not built in yet.',
  nothing: 'No image was found in “{name}”.',
}

const fr: Record<Finding['code'], string> = {
  truncated:
    '« {name} » s’arrête avant sa fin : il n’a pas été copié ou téléchargé en entier. Ce qui vient avant est utilisé.',
  headers: 'Endroits abîmés entre les fichiers de « {name} » : {count}. La suite a été retrouvée.',
  'junk-before': '« {name} » commence par {bytes} qui n’en font pas partie. On passe par-dessus.',
  'junk-after': 'Après sa fin, « {name} » continue avec {bytes} qui n’en font pas partie. On passe par-dessus.',
  compression:
    'Endroits où « {name} » ne se décompresse pas ({method}) : {count}. La décompression reprend après chacun.',
  'compression-cut':
    '« {name} » se décompresse ({method}) jusqu’à un endroit abîmé ; ce qui vient après ne peut pas être récupéré.',
  'parts-missing': 'Morceaux absents : {parts}. Copiez-les de nouveau, et tout sera peut-être entier.',
  'parts-damaged': 'Morceaux abîmés ou trop courts : {parts}. Il suffit de copier ceux-là de nouveau.',
  unreadable: 'Le support ne peut pas lire {bytes} de « {name} ».',
  'packed-often': '« {name} » a été compressé plusieurs fois ({methods}).',
  nested: 'Les images sont dans « {name} », un fichier à l’intérieur de celui-ci.',
  folder: '« {name} » est un dossier : les fichiers qu’il contient sont regardés comme un seul fichier d’images.',
  'listing-missing': 'La liste des images manque. Elles ont été retrouvées par leurs descriptions.',
  'listing-damaged': 'Une liste d’images est abîmée : {file}.',
  'listing-twice': 'Il y a plusieurs fichiers {file}, et ils diffèrent. Ce que chacun indique est montré.',
  'name-twice':
    'Deux images s’appellent {name}. La dernière de la liste garde ce nom, comme lorsque Docker charge le fichier.',
  'image-lost': 'On ne peut plus rien dire de l’image {name} : sa description est abîmée ou absente.',
  unused: 'Couches entières dont aucune image d’ici n’a besoin : {count} ({bytes}).',
  partial: '« {name} » contient plus de fichiers qu’on ne peut en retenir : certains ont pu échapper.',
  rootfs:
    '« {name} » contient les fichiers d’un système, comme « docker export » les écrit, et pas d’image. En faire une image (import) n’est pas encore possible ici.',
  nothing: 'Aucune image n’a été trouvée dans « {name} ».',
}

const SENTENCES: Record<Language, Record<Finding['code'], string>> = { en, fr }

export function findingSentence({ code, parts }: Finding, language: Language, size: (bytes: number) => string): string {
  return SENTENCES[language][code].replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parts[name]
    return name === 'bytes' && typeof value === 'number' ? size(value) : String(value ?? '?')
  })
}
