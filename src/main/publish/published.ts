import { type Published, publishedSchema } from '../../shared/contract-publish.ts'
import type { State } from '../state.ts'

/** Where images were published, to be proposed the next time. */

export async function publishedOf(state: State, sources: readonly string[]): Promise<Published[]> {
  const rows = await state.all('SELECT source, value FROM published')
  return rows
    .filter(({ source }) => sources.includes(String(source)))
    .flatMap(({ value }) => publishedSchema.safeParse(JSON.parse(String(value))).data ?? [])
}

export async function rememberPublished(state: State, published: readonly Published[]): Promise<void> {
  for (const one of published) {
    await state.run(
      'INSERT INTO published (source, value) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET value = excluded.value',
      one.source,
      JSON.stringify(one),
    )
  }
}
