import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { generateManifestTypes } from '../tools/generate-manifest-types.js'

const SCHEMA = new URL('../../schemas/manifest.schema.json', import.meta.url)
const TYPES = new URL('../../src/manifest/manifest-file.gen.ts', import.meta.url)

t.test('the types are those of the schema (UPDATE_GOLDEN=1 writes them)', async t => {
  const types = await generateManifestTypes(readFileSync(SCHEMA, 'utf8'))
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(TYPES, types)
  t.equal(readFileSync(TYPES, 'utf8'), types)
  t.notMatch(types, /: (any|unknown)\b|\[k: string\]/, 'and leave nothing open')
})
