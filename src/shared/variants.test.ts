import { expect, it } from 'vitest'
import { variantsOf } from './variants.ts'

it.each([
  ['latest', ['latest']],
  ['1.27', []],
  ['20-alpine3.20', ['alpine']],
  ['3.12-slim-bookworm', ['slim', 'bookworm']],
  ['8.3-fpm-alpine', ['fpm', 'alpine']],
  ['3.13-rc2-bullseye', ['preview', 'bullseye']],
  ['3.13rc2', ['preview']],
  ['v1.2.0-beta1', ['preview']],
  ['8.0-nanoserver-ltsc2022', ['nanoserver', 'windows']],
  ['21-jre-jammy', ['jre', 'jammy']],
  ['24-dind-rootless', ['dind', 'rootless']],
  ['lts-slim', ['lts', 'slim']],
  // Words that only look like one.
  ['slimmed', []],
  ['alpinequest', []],
])('%s', (tag, variants) => {
  expect(variantsOf(tag)).toEqual(variants)
})
