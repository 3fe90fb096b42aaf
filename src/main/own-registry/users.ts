import { hash } from 'bcryptjs'

/** Lines of an htpasswd file, `name:$2b$…`; docker-registry takes bcrypt and no other form. */

/** bcrypt's work factor: each request to the registry pays for it once. */
const ROUNDS = 10

export function userNames(file: string): string[] {
  return file
    .split('\n')
    .map((line) => line.slice(0, Math.max(0, line.indexOf(':'))))
    .filter((name) => name !== '')
}

/** The file with this user, whose former password, if any, is gone. */
export async function withUser(file: string, name: string, password: string): Promise<string> {
  return `${withoutUser(file, name)}${name}:${await hash(password, ROUNDS)}\n`
}

export function withoutUser(file: string, name: string): string {
  return file
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(`${name}:`))
    .map((line) => `${line}\n`)
    .join('')
}
