import { compile } from 'json-schema-to-typescript'

const BANNER =
  '/** Generated from schemas/manifest.schema.json: edit that, then run the manifest tests with UPDATE_GOLDEN=1. */'

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
export async function generateManifestTypes(schemaText: string): Promise<string> {
  const schema = JSON.parse(schemaText, (key, value) => {
    if (key === 'anyOf') return undefined
    if (key === 'title' && typeof value === 'string') return TYPE_NAMES.get(value)
    return value
  })
  return compile(schema, 'ManifestFile', { bannerComment: BANNER, style: { semi: false, singleQuote: true } })
}
