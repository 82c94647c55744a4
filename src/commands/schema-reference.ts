import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SCHEMA = join('schemas', 'manifest.schema.json')

/**
 * How a manifest in this folder names its schema, so that an editor finds it: the package installed for the project, by
 * a relative path that holds on every machine; else the package that is running, by its address on this one.
 */
export function schemaReference(folder: string): string {
  const installed = nearest(folder, join('node_modules', 'guestlist', SCHEMA))
  if (installed !== null) return dotted(relative(folder, installed).split(sep).join('/'))
  const own = nearest(dirname(fileURLToPath(import.meta.url)), SCHEMA)
  return own === null ? './node_modules/guestlist/schemas/manifest.schema.json' : pathToFileURL(own).href
}

const dotted = (path: string): string => (path.startsWith('.') ? path : `./${path}`)

/** The file below the folder or the nearest folder above it; null where none has it. */
function nearest(folder: string, file: string): string | null {
  const path = join(folder, file)
  if (existsSync(path)) return path
  const parent = dirname(folder)
  return parent === folder ? null : nearest(parent, file)
}
