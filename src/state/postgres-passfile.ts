import { readFileSync, statSync } from 'node:fs'

/** The server, the database and the user that a password is for. */
export interface PasswordTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/**
 * The password from the first matching line, `host:port:database:user:password`. `*` matches anything; `\` escapes.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 *
 * @throws system errors, and an Error if others may read the file
 */
export function passwordIn(path: string, { host, port, user, database }: PasswordTarget): string | null {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new Error('others may read it (chmod 0600)')
  }
  // libpq looks up socket connections as localhost.
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user]
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = fieldsOf(line)
    if (fields.length === 5 && wanted.every((value, at) => fields[at] === '*' || fields[at] === value)) {
      return fields[4] ?? null
    }
  }
  return null
}

const fieldsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/g)].map(([, field = '']) => field.replace(/\\(.)/g, '$1'))
