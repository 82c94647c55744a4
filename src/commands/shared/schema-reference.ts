import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VERSION } from '../../version.js'

/**
 * How a file in this folder names its schema, a manifest's if no other is named, so that an editor finds it on every machine that has the file: the
 * package installed for the project, or the running package where the project holds it, by a relative path; else this
 * version's address.
 */
export function schemaReference(folder: string, name = 'manifest.schema.json'): string {
  const schema = join('schemas', name)
  const installed = nearest(folder, join('node_modules', 'bimdata-guestlist', schema))
  const file = installed ?? ownWithin(projectOf(folder), schema)
  return file === null
    ? `https://unpkg.com/bimdata-guestlist@${VERSION}/schemas/${name}`
    : dotted(relative(folder, file).split(sep).join('/'))
}

const dotted = (path: string): string => (path.startsWith('.') ? path : `./${path}`)

/** The folder or the nearest above it that is kept, or published, as one; null where none is. */
function projectOf(folder: string): string | null {
  const found = ['.git', 'package.json'].flatMap(name => nearest(folder, name) ?? [])
  const folders = found.map(path => dirname(path)).sort((a, b) => b.length - a.length)
  return folders[0] ?? null
}

/** The running package's schema; null where the project does not hold it. */
function ownWithin(project: string | null, schema: string): string | null {
  const own = nearest(dirname(fileURLToPath(import.meta.url)), schema)
  return own !== null && project !== null && own.startsWith(join(project, sep)) ? own : null
}

/** The file below the folder or the nearest folder above it; null where none has it. */
function nearest(folder: string, file: string): string | null {
  const path = join(folder, file)
  if (existsSync(path)) return path
  const parent = dirname(folder)
  return parent === folder ? null : nearest(parent, file)
}
