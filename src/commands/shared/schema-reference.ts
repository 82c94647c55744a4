import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VERSION } from '../../version.js'

/**
 * How a file in this folder refers to its schema (by default a manifest's), so that an editor finds it on every machine
 * that has the file: a relative path to the package installed in the project, or to the running package if it is within
 * the project; otherwise this version's URL.
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

/** The nearest folder, upwards from this one, that is a repository or a package; null if there is none. */
function projectOf(folder: string): string | null {
  const found = ['.git', 'package.json'].flatMap(name => nearest(folder, name) ?? [])
  const folders = found.map(path => dirname(path)).sort((a, b) => b.length - a.length)
  return folders[0] ?? null
}

/** The running package's schema; null if it is outside the project. */
function ownWithin(project: string | null, schema: string): string | null {
  const own = nearest(dirname(fileURLToPath(import.meta.url)), schema)
  return own !== null && project !== null && own.startsWith(join(project, sep)) ? own : null
}

/** Looks for the file in the folder, then in its parents; null if none has it. */
function nearest(folder: string, file: string): string | null {
  const path = join(folder, file)
  if (existsSync(path)) return path
  const parent = dirname(folder)
  return parent === folder ? null : nearest(parent, file)
}
