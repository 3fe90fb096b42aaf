import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      externalizeDeps: true,
      rolldownOptions: {
        input: { index: resolve('src/main/index.ts'), headless: resolve('src/main/headless.ts') },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve('src/preload/index.ts') },
        // A sandboxed preload is CommonJS whatever "type" says.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    plugins: [react()],
    build: { minify: true, rolldownOptions: { input: resolve('src/renderer/index.html') } },
  },
})
