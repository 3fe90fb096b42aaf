import type { Sentence } from './error-sentences.ts'

/** Why a registry refused, and what a sign-in lacks: part of `error-sentences.ts`. */

export const refusalsEn = {
  'registry-namespace': {
    what: '“{name}” on {place} is not below a name that is yours[ (you are signed in as {user})].',
    next: 'Begin the name with your user name there, or with that of an organisation that lets you publish.',
  },
  'registry-name': {
    what: '{place} does not take the name “{name}”.',
    next: 'There a name has {rule}.',
  },
  'registry-create-repository': {
    what: 'There is no repository {name} on {place} yet, and a push does not make one.',
    next: 'Create the repository first, then send again.',
  },
  'registry-create-writer': {
    what: '{place} has no repository for {name}, or your account may not write to it.',
    next: 'Create the repository in Artifact Registry, or have the role “Artifact Registry Writer” given to you for it.',
  },
  'registry-create-project': {
    what: '“{name}” on {place} does not belong to a project that you may push to.',
    next: 'Create the project first, or ask its owner for the right to push (the role Developer).',
  },
  'registry-create-key': {
    what: '{place} has no repository that takes {name}.',
    next: 'The name begins with the key of an Artifactory repository: ask its administrator for the key, or to create it.',
  },
  'registry-token-rights': {
    what: 'What you signed in to {place} with may read, but not write[ to {name}].',
    next: 'Sign in with a token that has the right to write, or ask for that right.',
  },
  'registry-token-classic': {
    what: 'The token you signed in to {place} with may not write[ to {name}].',
    next: 'Make a classic token that has “write:packages”, and sign in with it; fine-grained tokens are not taken there.',
  },
  'registry-two-factor': {
    what: '{place} does not take the password of this account.',
    next: 'It is protected by a second factor or a company sign-in: make an access token there, and sign in with it instead.',
  },
  'registry-email': {
    what: 'The e-mail address of your account on {place} is not confirmed yet.',
    next: 'Open the message you were sent, confirm the address, then try again.',
  },
  'registry-private-quota': {
    what: 'Your account on {place} has as many private repositories as it may have.',
    next: 'Make one of them public or delete one, make this one public, or have more allowed there.',
  },
  'registry-quota': {
    what: 'The space you have on {place} is full[: {name}].',
    next: 'Delete versions nobody needs any more there, or ask for more space.',
  },
  'registry-pull-limit': {
    what: '{place} lets you get no more images for the moment[ and asks to wait {seconds} seconds][: no more than {limit} downloads are allowed in {hours} hours].',
    next: 'The limit is per account, or per address for those not signed in, over some hours: sign in, or wait.',
  },
  'registry-read-only': {
    what: '{place} takes nothing at the moment: it may only be read.',
    next: 'It is being looked after, was archived, or is a copy of another registry: ask whoever runs it, or send to another one.',
  },
  'registry-tag-immutable': {
    what: '[{image}: ]this version is there already on {place}, and may not be replaced.',
    next: 'Give it another version number; versions are protected there against change.',
  },
  'registry-policy': {
    what: '{place} has a rule against this image: {reason}.',
    next: 'Have it signed or its weaknesses mended as the rule asks, or ask whoever runs the registry.',
  },
  'registry-ip-blocked': {
    what: '{place} does not let this network in.',
    next: 'Ask its administrator to allow your address in its firewall, or use the network of your company (VPN).',
  },
  'registry-api-disabled': {
    what: 'Artifact Registry is not switched on in the project of {place}.',
    next: 'Switch on the Artifact Registry API in the Google console, wait a few minutes, then try again.',
  },
  'registry-layer-large': {
    what: 'A layer[ of {name}] is larger than {place} takes.',
    next: 'Split what makes it large over several layers; whoever runs the registry, or a proxy before it, can raise the limit.',
  },
  'aws-keys': {
    what: '{place} does not know these access keys.',
    next: 'Check the access key ID and the secret key (temporary keys need their session token, too).',
  },
  'aws-denied': {
    what: 'These access keys may not do this on {place}[ ({action})].',
    next: 'Have that right given to them in IAM, for instance by the policy AmazonEC2ContainerRegistryPowerUser.',
  },
  'aws-expired': {
    what: 'The temporary access keys for {place} are over.',
    next: 'Get new ones, and sign in with them.',
  },
  'clock-wrong': {
    what: 'The clock of this computer is wrong[ by {minutes} minutes]: {place} cannot trust what it signs.',
    next: 'Set date, time and time zone right (best: automatically), then try again.',
  },
  'google-key-invalid': {
    what: 'This is no key of a Google service account ({missing} is missing or wrong).',
    next: 'In the Google console, open the service account, “Keys”, “Add key”, JSON: give the file you get there.',
  },
} as const satisfies Record<string, Sentence>

export const refusalsFr: Record<keyof typeof refusalsEn, Sentence> = {
  'registry-namespace': {
    what: '« {name} » sur {place} n’est pas sous un nom qui est le vôtre[ (connecté comme {user})].',
    next: 'Commencez le nom par votre nom d’utilisateur là-bas, ou par celui d’une organisation qui vous laisse publier.',
  },
  'registry-name': {
    what: '{place} ne prend pas le nom « {name} ».',
    next: 'Là-bas, un nom a {rule}.',
  },
  'registry-create-repository': {
    what: 'Il n’y a pas encore de dépôt {name} sur {place}, et un envoi n’en crée pas.',
    next: 'Créez d’abord le dépôt, puis envoyez de nouveau.',
  },
  'registry-create-writer': {
    what: '{place} n’a pas de dépôt pour {name}, ou votre compte ne peut pas y écrire.',
    next: 'Créez le dépôt dans Artifact Registry, ou faites-vous donner le rôle « Artifact Registry Writer » pour lui.',
  },
  'registry-create-project': {
    what: '« {name} » sur {place} ne fait pas partie d’un projet où vous pouvez publier.',
    next: 'Créez d’abord le projet, ou demandez à son propriétaire le droit d’y publier (rôle Developer).',
  },
  'registry-create-key': {
    what: '{place} n’a pas de dépôt qui prend {name}.',
    next: 'Le nom commence par la clé d’un dépôt Artifactory : demandez-la à son administrateur, ou qu’il le crée.',
  },
  'registry-token-rights': {
    what: 'Ce avec quoi vous êtes connecté à {place} peut lire, mais pas écrire[ dans {name}].',
    next: 'Connectez-vous avec un jeton qui a le droit d’écrire, ou demandez ce droit.',
  },
  'registry-token-classic': {
    what: 'Le jeton avec lequel vous êtes connecté à {place} ne peut pas écrire[ dans {name}].',
    next: 'Créez un jeton classique qui a « write:packages » et connectez-vous avec lui ; les jetons « fine-grained » n’y sont pas admis.',
  },
  'registry-two-factor': {
    what: '{place} ne prend pas le mot de passe de ce compte.',
    next: 'Il est protégé par un second facteur ou la connexion de l’entreprise : créez-y un jeton d’accès et connectez-vous avec lui.',
  },
  'registry-email': {
    what: 'L’adresse e-mail de votre compte sur {place} n’est pas encore confirmée.',
    next: 'Ouvrez le message que vous avez reçu, confirmez l’adresse, puis réessayez.',
  },
  'registry-private-quota': {
    what: 'Votre compte sur {place} a autant de dépôts privés qu’il peut en avoir.',
    next: 'Rendez-en un public ou supprimez-en un, rendez celui-ci public, ou faites-en autoriser plus.',
  },
  'registry-quota': {
    what: 'La place dont vous disposez sur {place} est pleine[ : {name}].',
    next: 'Supprimez-y des versions dont personne n’a plus besoin, ou demandez plus de place.',
  },
  'registry-pull-limit': {
    what: '{place} ne vous laisse plus récupérer d’images pour le moment[ et prie d’attendre {seconds} secondes][ : {limit} téléchargements sont permis en {hours} heures].',
    next: 'La limite vaut par compte, ou par adresse sans connexion, sur quelques heures : connectez-vous, ou attendez.',
  },
  'registry-read-only': {
    what: '{place} ne prend rien pour le moment : il est en lecture seule.',
    next: 'Il est en maintenance, archivé, ou copie d’un autre registre : demandez à qui le gère, ou envoyez ailleurs.',
  },
  'registry-tag-immutable': {
    what: '[{image} : ]cette version est déjà sur {place} et ne peut pas être remplacée.',
    next: 'Donnez-lui un autre numéro de version ; là-bas, les versions sont protégées contre les changements.',
  },
  'registry-policy': {
    what: 'Une règle de {place} s’oppose à cette image : {reason}.',
    next: 'Faites-la signer ou corriger comme la règle le demande, ou adressez-vous à qui gère le registre.',
  },
  'registry-ip-blocked': {
    what: '{place} ne laisse pas entrer ce réseau.',
    next: 'Demandez à son administrateur d’admettre votre adresse dans son pare-feu, ou passez par le réseau de votre entreprise (VPN).',
  },
  'registry-api-disabled': {
    what: 'Artifact Registry n’est pas activé dans le projet de {place}.',
    next: 'Activez l’API Artifact Registry dans la console Google, attendez quelques minutes, puis réessayez.',
  },
  'registry-layer-large': {
    what: 'Une couche[ de {name}] est plus grande que ce que {place} accepte.',
    next: 'Répartissez sur plusieurs couches ce qui la rend grande ; qui gère le registre, ou le proxy devant lui, peut relever la limite.',
  },
  'aws-keys': {
    what: '{place} ne connaît pas ces clés d’accès.',
    next: 'Vérifiez l’identifiant et la clé secrète (des clés temporaires demandent aussi leur jeton de session).',
  },
  'aws-denied': {
    what: 'Ces clés d’accès ne permettent pas cela sur {place}[ ({action})].',
    next: 'Faites-leur donner ce droit dans IAM, par exemple par la stratégie AmazonEC2ContainerRegistryPowerUser.',
  },
  'aws-expired': {
    what: 'Les clés d’accès temporaires pour {place} ont expiré.',
    next: 'Procurez-vous-en de nouvelles et connectez-vous avec elles.',
  },
  'clock-wrong': {
    what: 'L’horloge de cet ordinateur est fausse[ de {minutes} minutes] : {place} ne peut pas se fier à ce qu’elle signe.',
    next: 'Réglez la date, l’heure et le fuseau horaire (au mieux automatiquement), puis réessayez.',
  },
  'google-key-invalid': {
    what: 'Ce n’est pas la clé d’un compte de service Google ({missing} manque ou est faux).',
    next: 'Dans la console Google, ouvrez le compte de service, « Clés », « Ajouter une clé », JSON : donnez le fichier obtenu.',
  },
}

/** What the kinds of registries want of a name, as `registry-name` names them in its part `rule`. */
export const NAME_RULES: Record<string, { readonly en: string; readonly fr: string }> = {
  hub: {
    en: 'two parts, yours and the image’s, in lower-case letters, digits, “-” and “_”: lea/shop',
    fr: 'deux parties, la vôtre et celle de l’image, en minuscules, chiffres, « - » et « _ » : lea/boutique',
  },
  quay: {
    en: 'two parts, yours and the image’s, in lower case: lea/shop',
    fr: 'deux parties, la vôtre et celle de l’image, en minuscules : lea/boutique',
  },
  gitlab: {
    en: 'the whole path of the project, in lower case, and at most two parts more: group/project/shop',
    fr: 'le chemin entier du projet, en minuscules, et au plus deux parties de plus : groupe/projet/boutique',
  },
  google: {
    en: 'at least three parts, project, repository and image, in lower case: my-project/apps/shop',
    fr: 'au moins trois parties, projet, dépôt et image, en minuscules : mon-projet/apps/boutique',
  },
  ecr: {
    en: 'a letter first, then lower-case letters, digits, “-”, “_”, “.” and “/”: team/shop',
    fr: 'd’abord une lettre, puis des minuscules, chiffres, « - », « _ », « . » et « / » : equipe/boutique',
  },
  'ecr-public': {
    en: 'two parts or more, the alias of your account first, in lower case: a1b2c3d4/shop',
    fr: 'deux parties ou plus, d’abord l’alias de votre compte, en minuscules : a1b2c3d4/boutique',
  },
  harbor: {
    en: 'at least two parts, the project first, in lower case: project/shop',
    fr: 'au moins deux parties, d’abord le projet, en minuscules : projet/boutique',
  },
  gitea: {
    en: 'two parts or more, yours or your organisation’s first, in lower case and single “.”, “-” or “_” between letters: lea/shop',
    fr: 'deux parties ou plus, d’abord la vôtre ou celle de votre organisation, en minuscules, avec un seul « . », « - » ou « _ » entre les lettres : lea/boutique',
  },
}
