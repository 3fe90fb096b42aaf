import type { ContainerRef, Replaced } from '../../shared/contract.ts'
import type { Words } from '../words/use-words.ts'

function containerWords(key: 'running' | 'stopped', containers: readonly ContainerRef[], { t, list }: Words): string[] {
  if (containers.length === 0) return []
  const parts = { count: containers.length, containers: list(containers.map(({ name }) => name)) }
  return [t(`moved.${key}`, parts)]
}

/** What a name that moved left behind, a sentence each: where the version before is, what still runs it, what was dropped. */
export function movedWords({ name, keptAs, containers, dropped }: Replaced, words: Words): string[] {
  const { t, list } = words
  const running = containers.filter((container) => container.running)
  const stopped = containers.filter((container) => !container.running)
  return [
    keptAs === undefined ? t('moved.lost', { name }) : t('moved.kept', { name, kept: keptAs }),
    ...containerWords('running', running, words),
    ...containerWords('stopped', stopped, words),
    ...(containers.length > 0 ? [t('moved.how', { name })] : []),
    ...(dropped.length > 0 ? [t('moved.dropped', { count: dropped.length, names: list(dropped) })] : []),
  ]
}

/** A container with its state, for lists that a person reads. */
export function containerTitle({ name, running }: ContainerRef, { t }: Words): string {
  return t(running ? 'images.runningContainer' : 'images.stoppedContainer', { name })
}
