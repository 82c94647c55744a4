import { readFile } from 'node:fs/promises'
import { Ajv, type Options } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import formats, { type FormatName } from 'ajv-formats'
import { parse } from 'yaml'

/** A precompiled function that checks a document: compiling a schema at start-up would take 50 ms. */
interface Validator {
  readonly name: string
  /** Its source, for the file's first line. */
  readonly source: string
  /** The type that it asserts, and the module in the same folder that exports it. */
  readonly type: readonly [name: string, module: string]
  readonly options?: Options
  readonly formats?: readonly FormatName[]
  schema(): Promise<object>
}

const read = (name: string): Promise<string> => readFile(new URL(`../../schemas/${name}`, import.meta.url), 'utf8')

const fromSchema = (name: string) => ({
  source: `schemas/${name}`,
  schema: async () => JSON.parse(await read(name)) as object,
})

/** By the path of the generated module. */
const VALIDATORS: Readonly<Record<string, Validator>> = {
  'src/manifest/manifest-validator.gen.ts': {
    ...fromSchema('manifest.schema.json'),
    name: 'validateManifestFile',
    type: ['ManifestFile', './manifest-file.gen.js'],
    // The branches of "at least one of" name keys that the enclosing schema defines: strictRequired would reject them.
    options: { strictRequired: false, allErrors: true },
    formats: ['date'],
  },
  'src/policy-test/test-validator.gen.ts': {
    ...fromSchema('manifest-test.schema.json'),
    name: 'validateTestFile',
    type: ['ManifestTestFile', './test-file.gen.js'],
    options: { allErrors: true },
    formats: ['date'],
  },
  'src/state/state-validator.gen.ts': {
    ...fromSchema('state.schema.json'),
    name: 'validateState',
    type: ['StateJson', './state-json.js'],
    formats: ['date-time'],
  },
  'src/documents/plan-validator.gen.ts': {
    ...fromSchema('plan.schema.json'),
    name: 'validatePlanDocument',
    type: ['PlanDocument', './plan-document.js'],
    options: { formats: { 'date-time': true } },
  },
  'src/documents/snapshot-validator.gen.ts': {
    ...fromSchema('snapshot.schema.json'),
    name: 'validateSnapshot',
    type: ['SnapshotJson', './snapshot-json.js'],
  },
  'src/api/invitation-validator.gen.ts': {
    source: 'schemas/bimdata-sso.openapi.yaml',
    name: 'validateInvitation',
    type: ['ApiInvitation', '../model/invitation.js'],
    schema: invitationSchema,
  },
}

/** How to generate each validator's module, by path. */
export const validators: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries(
  Object.entries(VALIDATORS).map(([path, validator]) => [path, () => moduleOf(validator)]),
)

async function moduleOf({ name, source, type: [type, module], options, formats: used, schema }: Validator) {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, ...options, code: { source: true, esm: true } })
  if (used !== undefined) formats.default(ajv, [...used])
  const code = standalone.default(ajv, ajv.compile(await schema()))
  return `${HEADER(source)}import type { ValidateFunction } from 'ajv'
import type { ${type} } from '${module}'
${asModule(code)}
export const ${name}: ValidateFunction<${type}> = validate
`
}

const HEADER = (source: string): string =>
  `// Generated from ${source} by "npm run generate". Do not edit.\n// @ts-nocheck\n`

/** Converts Ajv's code for one function to a TypeScript module: imports instead of `require`, no exports of its own. */
function asModule(code: string): string {
  const imports: string[] = []
  const body = code.replaceAll(/require\("([^"]+)"\)/g, (_, path: string) => {
    imports.push(`import required${imports.length} from '${path}.js'`)
    return `required${imports.length - 1}`
  })
  const exported = /^"use strict";\s*export const validate = (\w+);export default \w+;/
  if (!exported.test(body)) throw new Error('ajv writes its exports in a way that the generator does not know')
  return `${imports.join('\n')}\n${body.replace(exported, 'const validate = $1;')}`
}

/** Fields that every version of the API sends, and without which no decision about an invitation is possible. */
const NEEDED = ['id', 'email', 'status', 'cloud_name', 'cloud_role']

/**
 * The JSON Schema for checking responses: the contract's Invitation, lenient where older or newer versions of the API
 * differ (fewer required fields, `client_id` as a decimal string or null, no lengths), and strict where we would act on
 * a wrong value (an id that JavaScript cannot represent exactly).
 */
async function invitationSchema(): Promise<object> {
  const contract: { components: { schemas: { Invitation: { properties: Record<string, object> } } } } = parse(
    await read('bimdata-sso.openapi.yaml'),
  )
  const properties = Object.fromEntries(
    Object.entries(contract.components.schemas.Invitation.properties).map(([name, schema]) => [name, bare(schema)]),
  )
  return {
    type: 'object',
    required: NEEDED,
    properties: {
      ...properties,
      id: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      client_id: { type: ['integer', 'string', 'null'], pattern: '^[0-9]{1,15}$' },
      redirect_uri: true,
    },
  }
}

/** Only the type: lengths, values and annotations are the API's business. */
const bare = (schema: object): object | true => ('type' in schema ? { type: schema.type } : true)
