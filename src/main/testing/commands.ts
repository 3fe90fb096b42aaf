import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a system keeps the commands of root; the PATH of a shell that is no login shell often lacks them. */
const ROOT_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** PATH with the folders of root's commands added, for programs that start further programs. */
export function fullPath(): string {
  const dirs = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return [...dirs, ...ROOT_DIRS.filter((dir) => !dirs.includes(dir))].join(delimiter)
}

/** The path of a command, looked for in PATH and among root's commands; undefined when it is not installed. */
export function findCommand(name: string): string | undefined {
  return fullPath()
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** As `findCommand`, for a command that must be there. */
export function requireCommand(name: string): string {
  const path = findCommand(name)
  if (!path) throw new Error(`The command ${name} is not installed; \`npm test\` installs what the tests need.`)
  return path
}
