import type { Settings } from './recipe.ts'
import { hostOf } from './recipe.ts'

/**
 * One file for another computer: a page that says what to do there, for a person, and holds what Caboteur adds the registry
 * from when the file is dropped on it. Nothing in it is secret.
 */

export interface KitOf {
  readonly name: string
  readonly settings: Settings
  readonly ca?: string
  /** One has to sign in. */
  readonly users: boolean
}

type Language = 'fr' | 'en'

interface Texts {
  readonly title: string
  readonly intro: string
  readonly caboteur: string
  readonly caboteurSteps: readonly string[]
  readonly docker: string
  readonly linux: string
  readonly linuxSteps: string
  readonly desktop: string
  readonly desktopSteps: string
  readonly plain: string
  readonly plainSteps: string
  readonly cache: string
  readonly cacheSteps: string
  readonly firewall: string
  readonly firewallText: string
  readonly authority: string
  readonly use: string
  readonly asked: string
}

const TEXTS: Record<Language, Texts> = {
  en: {
    title: 'The registry {host}',
    intro: 'An online store of Docker images on your own network. This page says what a computer needs to use it.',
    caboteur: 'With Caboteur',
    caboteurSteps: ['Drag this file onto the window of Caboteur.', 'Compare the address, then choose “Add”.', '{sign}'],
    docker: 'So that Docker itself reaches it',
    linux: 'Linux: keep the certificate where Docker looks for it',
    linuxSteps: 'Save the certificate below as ca.crt in this folder (as administrator). Docker need not be restarted.',
    desktop: 'Docker Desktop (Windows, macOS)',
    desktopSteps: 'Save the certificate below as ca.crt in this folder of your home, then restart Docker Desktop.',
    plain: 'The connection is not protected',
    plainSteps:
      'Whoever is on this network can read and change what is sent. Docker refuses it until it is told to allow it: add this to daemon.json (Docker Desktop: Settings, Docker Engine), then restart Docker.',
    cache: 'As a store for what comes from Docker Hub',
    cacheSteps:
      'Docker asks this registry first for images of Docker Hub: add this to daemon.json (Docker Desktop: Settings, Docker Engine), then restart Docker.',
    firewall: 'Firewall',
    firewallText:
      'On the computer of the registry, TCP port {port} must be open to this network. Nothing else is needed.',
    authority: 'The certificate to trust',
    use: 'Then',
    asked: 'Sign in with the user name and password you were given.',
  },
  fr: {
    title: 'Le registre {host}',
    intro:
      'Un dépôt d’images Docker sur votre propre réseau. Cette page dit ce qu’il faut à un ordinateur pour s’en servir.',
    caboteur: 'Avec Caboteur',
    caboteurSteps: [
      'Déposez ce fichier sur la fenêtre de Caboteur.',
      'Comparez l’adresse, puis choisissez « Ajouter ».',
      '{sign}',
    ],
    docker: 'Pour que Docker lui-même l’atteigne',
    linux: 'Linux : mettre le certificat là où Docker le cherche',
    linuxSteps:
      'Enregistrez le certificat ci-dessous sous le nom ca.crt dans ce dossier (en administrateur). Inutile de redémarrer Docker.',
    desktop: 'Docker Desktop (Windows, macOS)',
    desktopSteps:
      'Enregistrez le certificat ci-dessous sous le nom ca.crt dans ce dossier de votre dossier personnel, puis redémarrez Docker Desktop.',
    plain: 'La connexion n’est pas protégée',
    plainSteps:
      'Quiconque est sur ce réseau peut lire et modifier ce qui passe. Docker la refuse tant qu’on ne le lui a pas permis : ajoutez ceci à daemon.json (Docker Desktop : Settings, Docker Engine), puis redémarrez Docker.',
    cache: 'Comme réserve de ce qui vient de Docker Hub',
    cacheSteps:
      'Docker demande d’abord à ce registre les images de Docker Hub : ajoutez ceci à daemon.json (Docker Desktop : Settings, Docker Engine), puis redémarrez Docker.',
    firewall: 'Pare-feu',
    firewallText:
      'Sur l’ordinateur du registre, le port TCP {port} doit être ouvert à ce réseau. Rien d’autre n’est nécessaire.',
    authority: 'Le certificat à accepter',
    use: 'Ensuite',
    asked: 'Connectez-vous avec le nom d’utilisateur et le mot de passe qu’on vous a donnés.',
  },
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** In a script element nothing ends the text but `</`. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

function section(title: string, ...parts: readonly string[]): string {
  return `<section><h2>${escaped(title)}</h2>${parts.join('')}</section>`
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`
}

function code(text: string): string {
  return `<pre>${escaped(text)}</pre>`
}

function forDocker({ settings, ca }: KitOf, host: string, texts: Texts): string[] {
  if (ca === undefined)
    return [
      `<h3>${escaped(texts.plain)}</h3>`,
      paragraph(texts.plainSteps),
      code(JSON.stringify({ 'insecure-registries': [host] }, undefined, 2)),
    ]
  const folder = (base: string): string => `${base}/${host}/`
  const mirror = settings.mode === 'cache' ? [] : [code(`docker pull ${host}/…`)]
  return [
    `<h3>${escaped(texts.linux)}</h3>`,
    paragraph(texts.linuxSteps),
    code(folder('/etc/docker/certs.d')),
    `<h3>${escaped(texts.desktop)}</h3>`,
    paragraph(texts.desktopSteps),
    code(folder('.docker/certs.d')),
    ...mirror,
  ]
}

/** The page. Drawn by itself: it loads nothing from anywhere. */
export function kitPage(kit: KitOf, language: Language): string {
  const texts = TEXTS[language]
  const { settings, ca, users, name } = kit
  const host = hostOf(settings)
  const filled = (text: string): string =>
    text
      .replace('{host}', host)
      .replace('{port}', String(settings.port))
      .replace('{sign}', users ? texts.asked : '')
  const steps = texts.caboteurSteps.map(filled).filter((step) => step !== '')
  const scheme = settings.tls ? 'https' : 'http'
  const data = {
    caboteur: 1,
    registry: { host, name, plain: !settings.tls, ...(ca === undefined ? {} : { ca }), users },
  }
  const body = [
    `<h1>${escaped(filled(texts.title))}</h1>`,
    paragraph(texts.intro),
    section(texts.caboteur, `<ol>${steps.map((step) => `<li>${escaped(step)}</li>`).join('')}</ol>`),
    section(texts.docker, ...forDocker(kit, host, texts)),
    settings.mode === 'cache'
      ? section(
          texts.cache,
          paragraph(texts.cacheSteps),
          code(JSON.stringify({ 'registry-mirrors': [`${scheme}://${host}`] }, undefined, 2)),
        )
      : '',
    users && settings.mode === 'store' ? section(texts.use, paragraph(texts.asked), code(`docker login ${host}`)) : '',
    section(texts.firewall, paragraph(filled(texts.firewallText))),
    ca === undefined ? '' : section(texts.authority, code(ca)),
  ]
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escaped(filled(texts.title))}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
pre { padding: .75rem 1rem; border: 1px solid #7d8ca0; border-radius: 8px; overflow-x: auto }
</style>
</head>
<body>
${body.filter((part) => part !== '').join('\n')}
<script type="application/json" id="caboteur-registry">${embedded(data)}</script>
</body>
</html>
`
}
