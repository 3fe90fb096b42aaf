/** The labels that other programs look for first (OCI image-spec, annotations.md), by their last word. */
export const OCI_LABELS = ['title', 'description', 'version', 'revision', 'created', 'source', 'licenses'] as const
export type OciLabel = (typeof OCI_LABELS)[number]

const PREFIX = 'org.opencontainers.image.'
/** What came before them (label-schema.org, given up in 2018), and is still met. */
const OLD_PREFIX = 'org.label-schema.'
const OLD: Readonly<Partial<Record<OciLabel, string>>> = {
  title: 'name',
  description: 'description',
  version: 'version',
  revision: 'vcs-ref',
  created: 'build-date',
  source: 'vcs-url',
}

export function labelKey(label: OciLabel): string {
  return `${PREFIX}${label}`
}

/** What an image's labels say under one of these words, in today's form or the former one; '' where nothing. */
export function labelOf(labels: Readonly<Record<string, string>>, label: OciLabel): string {
  const old = OLD[label]
  return labels[labelKey(label)] || (old === undefined ? '' : (labels[`${OLD_PREFIX}${old}`] ?? ''))
}

/** Words an image has no label for in today's form. */
export function missingLabels(labels: Readonly<Record<string, string>>): OciLabel[] {
  return OCI_LABELS.filter((label) => !labels[labelKey(label)])
}
