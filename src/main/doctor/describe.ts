import type { Diagnosis, Finding, SavedImage, SavedLayer } from '../../shared/contract-doctor.ts'
import { promisedDigest } from '../format/contents.ts'
import { shown } from '../format/shown.ts'
import type { Carrier } from './carrier.ts'
import { isLossy, type Patient } from './diagnose.ts'
import type { PatientImage, PatientLayer } from './patient.ts'
import type { Find, Survey } from './survey.ts'

/** A diagnosis in the contract's words. */

const NAMED = 10

function listed(names: readonly string[]): string {
  return [...names.slice(0, NAMED), ...(names.length > NAMED ? ['…'] : [])].map(shown).join(', ')
}

function* fileFindings({ name, harm: { file }, kind }: Carrier): Generator<Finding> {
  if (kind === 'folder') yield { code: 'folder', parts: { name: shown(name) } }
  if (!file) return
  const { missing, damaged, unreadable } = file
  if (missing.length > 0) yield { code: 'parts-missing', parts: { parts: listed(missing), count: missing.length } }
  if (damaged.size > 0) yield { code: 'parts-damaged', parts: { parts: listed([...damaged]), count: damaged.size } }
  if (unreadable > 0) yield { code: 'unreadable', parts: { name: shown(name), bytes: unreadable } }
}

function* unpackFindings({ name: of, harm: { unpack, methods, before } }: Carrier): Generator<Finding> {
  const name = shown(of)
  const [method = ''] = methods
  if (before > 0) yield { code: 'junk-before', parts: { name, bytes: before } }
  if (methods.length > 1) yield { code: 'packed-often', parts: { name, methods: methods.join(', ') } }
  if (unpack.cut) yield { code: 'compression-cut', parts: { name, method } }
  else if (unpack.places > 0) yield { code: 'compression', parts: { name, method, count: unpack.places } }
}

function* tarFindings({ name: of, harm: { tar, unpack, file }, size }: Carrier): Generator<Finding> {
  const name = shown(of)
  if (tar.before > 0) yield { code: 'junk-before', parts: { name, bytes: tar.before } }
  if (tar.strayed > 0) yield { code: 'headers', parts: { name, count: tar.strayed } }
  if (tar.after > 0) yield { code: 'junk-after', parts: { name, bytes: tar.after } }
  const isTold = unpack.cut || (file?.missing.length ?? 0) > 0
  if (tar.endless && !isTold) yield { code: 'truncated', parts: { name, bytes: size } }
}

/** What was wrong with one file. */
function* harmFindings({ carrier, partial, entries }: Survey): Generator<Finding> {
  yield* fileFindings(carrier)
  yield* unpackFindings(carrier)
  // Of what is no tar nothing is said in a tar's words.
  if (carrier.kind !== 'folder' && entries > 0) yield* tarFindings(carrier)
  if (partial) yield { code: 'partial', parts: { name: shown(carrier.name) } }
}

function* listingFindings({ relisted, saved, own }: Patient): Generator<Finding> {
  const { documents, lost } = relisted
  const names = new Set(own.map(({ carrier }) => carrier.name))
  for (const file of new Set(documents.damaged)) yield { code: 'listing-damaged', parts: { file: shown(file) } }
  for (const file of new Set(documents.doubled)) yield { code: 'listing-twice', parts: { file: shown(file) } }
  const hasListing =
    documents.roots.length > 0 || documents.listings.some(({ survey }) => names.has(survey.carrier.name))
  if (!hasListing && saved.images.length > 0) yield { code: 'listing-missing', parts: {} }
  for (const name of saved.contested) yield { code: 'name-twice', parts: { name } }
  const there = new Set(saved.images.flatMap(({ image }) => image.names))
  for (const name of new Set(lost.filter((one) => !there.has(one)))) yield { code: 'image-lost', parts: { name } }
}

/** Layers and the like that belong to no image that can be told. */
function unusedFinding({ saved, own, relisted }: Patient): Finding | undefined {
  const used = new Set([...saved.images, ...saved.attestations].flatMap(({ layers }) => layers.map(({ find }) => find)))
  const diffIds = new Set([...used].map((find) => find?.diffId))
  const bad = new Set(relisted.suspects.values())
  const nested = new Set(own.slice(1).map(({ carrier }) => carrier.name))
  const idle = own
    .flatMap(({ finds }) => finds)
    .filter((find) => !used.has(find) && !find.document && find.state === 'read' && find.size > 1024)
    .filter(({ name, diffId }) => !nested.has(name) && !diffIds.has(diffId))
    .filter((find) => !bad.has(find) && keepsPromise(find))
  const size = idle.reduce((sum, find) => sum + find.size, 0)
  return idle.length > 0 ? { code: 'unused', parts: { count: idle.length, bytes: size } } : undefined
}

/** What is not what its name says is no whole layer. */
function keepsPromise({ name, digest, diffId }: Find): boolean {
  const promised = promisedDigest(name)
  return promised === undefined || promised === digest || promised === diffId
}

function findingsOf(patient: Patient): Finding[] {
  const { own, saved } = patient
  const [first] = own
  const findings = own.flatMap((one) => [...harmFindings(one)])
  const carrying = new Set(saved.images.flatMap(({ layers }) => layers.flatMap(({ find }) => find?.carrier ?? [])))
  for (const { carrier } of own)
    if (carrier.kind === 'nested' && carrying.has(carrier))
      findings.push({ code: 'nested', parts: { name: shown(carrier.name) } })
  findings.push(...listingFindings(patient))
  if (saved.images.length === 0) {
    if (first?.rootfs) findings.push({ code: 'rootfs', parts: { name: patient.name } })
    else findings.push({ code: 'nothing', parts: { name: patient.name, count: first?.entries ?? 0 } })
  } else {
    const unused = unusedFinding(patient)
    if (unused) findings.push(unused)
  }
  return findings
}

function describeLayer(
  { layer, state, find, given, size, command }: PatientLayer,
  own: ReadonlySet<unknown>,
): SavedLayer {
  const beside = find && !own.has(find.carrier) ? find.carrier.name : undefined
  const from = given?.donor.name ?? beside
  return {
    state,
    ...(layer.diffId ? { diffId: layer.diffId } : {}),
    ...(layer.stored ? { digest: layer.stored.digest } : {}),
    ...(size === undefined ? {} : { size }),
    ...(command === undefined ? {} : { command }),
    ...(from === undefined ? {} : { from }),
  }
}

function describeImage({ image, layers, state, rebuilt }: PatientImage, own: ReadonlySet<unknown>): SavedImage {
  const rows = layers.map((layer) => describeLayer(layer, own))
  return {
    id: image.id,
    names: [...image.names],
    platform: image.platform,
    created: image.created,
    size: rows.reduce((sum, { size }) => sum + (size ?? 0), 0),
    state,
    rebuilt: [...rebuilt],
    layers: rows,
  }
}

export function describePatient(patient: Patient): Diagnosis {
  const { path, name, size, own, saved } = patient
  const carriers = new Set<unknown>(own.map(({ carrier }) => carrier))
  const findings = findingsOf(patient)
  const images = saved.images.map((image) => describeImage(image, carriers))
  const isSound = images.length > 0 && images.every(({ state }) => state === 'whole')
  const harmless = findings.every(({ code }) => HARMLESS.has(code))
  return { path, name, fileSize: size, sound: isSound && harmless && !own.some(isLossy), images, findings }
}

const HARMLESS: ReadonlySet<string> = new Set(['unused'])
