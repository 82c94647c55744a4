import { readFile } from 'node:fs/promises'
import { compile } from 'json-schema-to-typescript'

const bannerOf = (name: string): string => `/** Generated from schemas/${name} by "npm run generate". Do not edit. */`

/** Titles name the types of definitions, but would be noise on every key. */
const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map([
  ['Rule', 'WrittenRule'],
  ['Removal', 'WrittenRemoval'],
  ['Manifest file', 'ManifestFile'],
  ['Test', 'WrittenTest'],
  ['Invitation', 'WrittenInvitation'],
  ['Manifest test file', 'ManifestTestFile'],
])

/**
 * The types of a written manifest, as TypeScript source.
 * The selector's `anyOf` (at least one key) is left out: as a type, it would be a union of eight.
 */
export const generateManifestTypes = (): Promise<string> => typesOf('manifest.schema.json', 'ManifestFile')

export const generateTestTypes = (): Promise<string> => typesOf('manifest-test.schema.json', 'ManifestTestFile')

async function typesOf(name: string, type: string): Promise<string> {
  const schemaText = await readFile(new URL(`../../schemas/${name}`, import.meta.url), 'utf8')
  const schema = JSON.parse(schemaText, (key, value) => {
    if (key === 'anyOf') return undefined
    if (key === 'title' && typeof value === 'string') return TYPE_NAMES.get(value)
    return value
  })
  return compile(schema, type, { bannerComment: bannerOf(name), style: { semi: false, singleQuote: true } })
}
