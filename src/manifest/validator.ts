import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import schema from '../../schemas/manifest.schema.json' with { type: 'json' }
import type { ManifestFile } from './manifest-file.gen.js'

// The branches of "at least one of" name keys that the schema around them defines: strictRequired would refuse them.
const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true })
formats.default(ajv, ['date'])

/** Whether a file's content is a manifest. The build puts ajv's standalone code in this module's place. */
export const validateManifestFile = ajv.compile<ManifestFile>(schema)
