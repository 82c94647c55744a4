import t from 'tap'
import schema from '../../schemas/manifest.schema.json' with { type: 'json' }
import { validateManifestFile } from '../../src/manifest/manifest-validator.gen.js'
import { isRecord, keysOf, schemaOf, sectionOf, stepsOf } from '../../src/manifest/schema.js'

type Named = readonly [path: string, node: Readonly<Record<string, unknown>>]

/** Every key of the format, with its schema. */
function keysUnder(path: string, node: unknown): Named[] {
  if (!isRecord(node)) return []
  const properties = isRecord(node.properties) ? Object.entries(node.properties) : []
  const own = properties.flatMap(([key, child]): Named[] => (isRecord(child) ? [[`${path}/${key}`, child]] : []))
  const below = properties.flatMap(([key, child]) => keysUnder(`${path}/${key}`, child))
  const definitions = isRecord(node.definitions) ? Object.entries(node.definitions) : []
  return [...own, ...below, ...definitions.flatMap(([key, child]) => keysUnder(key, child))]
}

const keys = keysUnder('', schema)

t.test('every key explains itself to an editor', async t => {
  t.equal(keys.length, 45)
  for (const [path, node] of keys) {
    t.type(node.title, 'string', `${path} has a title`)
    t.match(node.description, /\.$/, `${path} has a description`)
    t.ok(Array.isArray(node.examples), `${path} has examples`)
  }
})

t.test('no mapping takes unknown keys', async t => {
  const mappings = [schema, ...keys.map(([, node]) => node), ...Object.values(schema.definitions)]
  for (const node of mappings.filter(isRecord)) {
    if (node.properties !== undefined) t.equal(node.additionalProperties, false, `${node.title}`)
  }
})

t.test('its examples are valid', async t => {
  for (const section of ['invitations', 'users', 'guards', 'state', 'keycloak'] as const) {
    for (const example of schema.properties[section].examples) {
      t.ok(validateManifestFile({ apiVersion: 'guestlist/v1', [section]: example }), section)
    }
  }
  for (const [key, { examples }] of Object.entries(schema.properties.state.properties)) {
    for (const example of examples) {
      const state = key === 'backend' ? { backend: example } : { backend: 'http', [key]: example }
      t.ok(validateManifestFile({ apiVersion: 'guestlist/v1', state }), `${key}: ${example}`)
    }
  }
  for (const [key, { examples }] of Object.entries(schema.definitions.selector.properties)) {
    for (const example of examples) {
      const rule = { id: 1, [key]: example }
      t.ok(validateManifestFile({ apiVersion: 'guestlist/v1', invitations: { deny: [rule] } }), `${key}: ${example}`)
    }
  }
})

t.test('a pointer of ajv leads to the part of the schema that it is about', async t => {
  t.strictSame(stepsOf('/a~1b/0/c~0d'), ['a/b', '0', 'c~d'])
  t.equal(schemaOf('#/definitions/selector/properties/id/type').title, 'Id of the invitation')
  t.strictSame(schemaOf('#/definitions/selector/anyOf/0/required'), { required: ['id'] })
  t.strictSame(schemaOf('#/nowhere/type'), {})
  t.ok(keysOf(schemaOf('#/definitions/selector/additionalProperties')).includes('sender'))
})

t.test('a key of a section is known by it', async t => {
  t.equal(sectionOf('deny'), 'invitations')
  t.equal(sectionOf('protect'), 'users')
  t.equal(sectionOf('id'), null)
})
