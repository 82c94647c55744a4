import { readFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'

const BANNER = '/** Generated from schemas/manifest.schema.json by "npm run generate". Do not edit. */'

/** Titles name types where they stand on a definition, and are noise on every key. */
const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map([
  ['Rule', 'WrittenRule'],
  ['Removal', 'WrittenRemoval'],
  ['Manifest file', 'ManifestFile'],
])

/**
 * The types of a written manifest, as TypeScript source.
 * The selector's `anyOf` (at least one key) is left out: as a type it would be a union of eight.
 */
export async function generateManifestTypes(): Promise<string> {
  const schemaText = await readFile(new URL('../../schemas/manifest.schema.json', import.meta.url), 'utf8')
  const schema = JSON.parse(schemaText, (key, value) => {
    if (key === 'anyOf') return undefined
    if (key === 'title' && typeof value === 'string') return TYPE_NAMES.get(value)
    return value
  })
  return compile(schema, 'ManifestFile', { bannerComment: BANNER, style: { semi: false, singleQuote: true } })
}
