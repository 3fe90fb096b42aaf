import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { digest, donorSchema, platformSchema, procedure } from './contract-words.ts'

/** What can be saved of an image file that came to harm. */

/** What was noticed of the file; its sentence is made in `doctor-sentences.ts`. */
export const FINDING_CODES = [
  'truncated',
  'headers',
  'junk-before',
  'junk-after',
  'compression',
  'compression-cut',
  'parts-missing',
  'parts-damaged',
  'unreadable',
  'packed-often',
  'nested',
  'folder',
  'listing-missing',
  'listing-damaged',
  'listing-twice',
  'name-twice',
  'image-lost',
  'unused',
  'partial',
  'rootfs',
  'nothing',
] as const
export const findingSchema = z.object({
  code: z.enum(FINDING_CODES),
  parts: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Finding = z.infer<typeof findingSchema>

/**
 * `whole`: read to its end, and it is what the image says. `elsewhere`: a place beside has it, and it is compared on its way.
 * `unproven`: read to its end, and nothing in the file says what it should be. `cut`: its end is not there. `bad`: something else
 * stands where it was. `missing`: nothing does.
 */
export const savedLayerSchema = z.object({
  state: z.enum(['whole', 'elsewhere', 'unproven', 'bad', 'cut', 'missing']),
  diffId: digest.optional(),
  digest: digest.optional(),
  size: z.number().optional(),
  /** The build step that made it, as the history says. */
  command: z.string().optional(),
  /** Where it is taken from, where that is not the file itself. */
  from: z.string().optional(),
})
export type SavedLayer = z.infer<typeof savedLayerSchema>

/**
 * What had to be made good. `listing`: nothing named it any more. `form`: a layer is there in another form, so that its manifest is
 * made anew. `config`: made of what its folders say, so that its id is another. `copy`: parts of it come from the other places.
 */
export const REBUILT = ['listing', 'form', 'config', 'copy'] as const

export const savedImageSchema = z.object({
  id: z.string(),
  names: z.array(z.string()),
  platform: platformSchema,
  created: z.number(),
  size: z.number(),
  state: z.enum(['whole', 'reparable', 'broken']),
  rebuilt: z.array(z.enum(REBUILT)),
  /** Bottom first. */
  layers: z.array(savedLayerSchema),
})
export type SavedImage = z.infer<typeof savedImageSchema>

export const diagnosisSchema = z.object({
  path: z.string(),
  name: z.string(),
  fileSize: z.number(),
  /** All that was asked for is there, and nothing had to be made good. */
  sound: z.boolean(),
  images: z.array(savedImageSchema),
  findings: z.array(findingSchema),
})
export type Diagnosis = z.infer<typeof diagnosisSchema>

export const doctorEventSchema = z.discriminatedUnion('type', [
  /** Bytes of all files that are read. */
  z.object({ type: z.literal('reading'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('diagnosed'), diagnosis: diagnosisSchema }),
])
export type DoctorEvent = z.infer<typeof doctorEventSchema>

export const doctorProcedures = {
  /**
   * Reads a file whole, whatever is wrong with it, and says what of it can be saved. `beside`: places that may have what it
   * lacks. Copied from as the place `{type: 'archive', path, beside}`.
   */
  diagnose: procedure
    .input(z.object({ path: z.string(), beside: z.array(donorSchema) }))
    .output(eventIterator(doctorEventSchema)),
}
