import { layerMemory } from '../memory.ts'
import { State } from '../state.ts'

/** A process of its own that remembers layers in a shared state: `PATH NAME COUNT`. */

const [path = '', name = '', count = '0'] = process.argv.slice(2)
const state = new State(path)
const memory = layerMemory(state)
for (let number = 0; number < Number(count); number++) {
  const digest = `sha256:${Buffer.from(`${name} ${number}`).toString('hex').padEnd(64, '0').slice(0, 64)}` as const
  await memory.remember('registry.example', name, [digest], [{ diffId: digest, form: 'gzip', digest, size: number }])
}
state.close()
