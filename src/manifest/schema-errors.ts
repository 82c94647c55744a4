import type { ErrorObject } from 'ajv'
import { stringify } from 'yaml'
import type { ProblemCode } from '../model/codes.gen.js'
import { type ProblemText, quoted, subjectOf } from './problems.js'
import { ANNOTATIONS, isRecord, keysOf, propertyOf, type SchemaNode, schemaOf, sectionOf } from './schema.js'
import { suggest } from './suggest.js'

/** One finding of the schema, and the value it is about. */
export interface SchemaFinding {
  readonly error: ErrorObject
  readonly path: readonly string[]
  readonly value: unknown
  /** A scalar's source text, to suggest putting it in quotes: `012` would read as 12. */
  readonly written: string | null
  /** The manifest's schema by default. */
  readonly schema?: SchemaNode | undefined
}

const CODES: Readonly<Record<string, ProblemCode>> = {
  additionalProperties: 'unknown-key',
  required: 'missing-key',
  anyOf: 'empty-selector',
  type: 'wrong-type',
}

export const codeOf = ({ keyword }: ErrorObject): ProblemCode => CODES[keyword] ?? 'wrong-value'

const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping of keys and values',
  array: 'a list',
  string: 'a string',
  integer: 'a whole number',
}

const SECRET = /user|passw|secret|token|key|credential/i

const listed = (words: readonly string[]): string => words.map(word => `\`${word}\``).join(', ')

const nodeOf = ({ error, schema }: SchemaFinding): SchemaNode => schemaOf(error.schemaPath, schema)

const exampleOf = (finding: SchemaFinding): string => exampleFor(finding.path.at(-1) ?? '', nodeOf(finding))

function exampleFor(key: string, { examples }: Readonly<Record<string, unknown>>): string {
  const example = Array.isArray(examples) ? examples[0] : undefined
  if (example === undefined) return ''
  const begin = /^\d*$/.test(key) ? '- ' : `${key}: `
  // Always quote wildcards: a value that begins with * must be quoted.
  if (typeof example === 'string' && /[*?]/.test(example)) return ` For example: ${begin}${JSON.stringify(example)}`
  const written = stringify(begin === '- ' ? [example] : { [key]: example }, { lineWidth: 0 }).trimEnd()
  return written.includes('\n') ? ` For example:\n  ${written.replaceAll('\n', '\n  ')}` : ` For example: ${written}`
}

function unknownKey(finding: SchemaFinding): ProblemText {
  const { error, path, value, schema } = finding
  const key = String(error.params.additionalProperty)
  const known = keysOf(nodeOf(finding))
  const near = suggest(key, known)
  const unused = known.filter(name => !isRecord(value) || value[name] === undefined)
  const section = path.length === 0 && schema === undefined ? sectionOf(key) : null
  const summary = `The key ${quoted(key)} is unknown${path.length === 0 ? '' : ' here'}`
  if (key === '<<') return { summary, detail: 'YAML 1.2 has no merge keys. Write out the keys that are meant.' }
  if (near !== null) return { summary, detail: `Did you mean \`${near}\`?` }
  if (section !== null) return { summary, detail: `It belongs under \`${section}\`.` }
  if (path[0] === 'state' && SECRET.test(key)) {
    const detail =
      'Credentials never belong in a manifest. Set TF_HTTP_USERNAME and TF_HTTP_PASSWORD in the environment.'
    return { summary, detail }
  }
  return { summary, detail: unused.length === 0 ? 'Remove it.' : `Keys allowed here: ${listed(unused)}.` }
}

function missingKey(finding: SchemaFinding): ProblemText {
  const { error } = finding
  const key = String(error.params.missingProperty)
  const detail =
    key === 'apiVersion'
      ? 'Begin the file with `apiVersion: guestlist/v1`.'
      : `Write it here.${exampleFor(key, propertyOf(nodeOf(finding), key))}`
  return { summary: `The key \`${key}\` is missing`, detail }
}

function emptySelector(finding: SchemaFinding): ProblemText {
  const keys = keysOf(nodeOf(finding)).filter(key => !ANNOTATIONS.has(key))
  return {
    summary: 'The rule does not say which invitations it is for',
    detail: `Give it at least one of ${listed(keys)}.`,
  }
}

const isFree = (schema: Readonly<Record<string, unknown>>): boolean =>
  schema.enum === undefined && schema.const === undefined && schema.format === undefined

function typeAdvice(finding: SchemaFinding, wanted: readonly string[]): string {
  const { value, written } = finding
  const schema = nodeOf(finding)
  if (value === null) return 'It is empty: write a value, or remove it.'
  if (Array.isArray(schema.enum)) return `Write ${schema.enum.join(' or ')}.`
  if (wanted.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return isFree(schema) ? `Put quotes around it: ${quoted(written ?? value)}.` : 'Write it as the example shows.'
  }
  if (wanted.includes('array')) return 'Write each entry on a line of its own that begins with a dash.'
  if (wanted.includes('object')) return 'Write its keys on lines of their own, indented further.'
  if (wanted.includes('integer')) return 'Write digits alone, without quotes.'
  if (Array.isArray(value)) return 'Write one value, not a list.'
  return 'Write one value, not a mapping.'
}

function wrongType(finding: SchemaFinding): ProblemText {
  const { error, path } = finding
  const wanted: string[] = [error.params.type].flat().filter(type => type !== 'null')
  const either = wanted.map(type => TYPES[type] ?? type).join(' or ')
  const advice = typeAdvice(finding, wanted)
  return { summary: `${subjectOf(path)} must be ${either}`, detail: `${advice}${exampleOf(finding)}` }
}

function wrongChoice({ error, path, value }: SchemaFinding): ProblemText {
  const allowed: readonly string[] = [error.params.allowedValues ?? error.params.allowedValue].flat()
  const near = typeof value === 'string' && allowed.length > 1 ? suggest(value, allowed) : null
  const detail = near === null ? `It is ${quoted(value)}. Write ${allowed.join(' or ')}.` : `Did you mean \`${near}\`?`
  const summary = `${subjectOf(path)} must be ${allowed.length === 1 ? '' : 'one of '}${allowed.join(', ')}`
  return { summary, detail }
}

function wrongText(finding: SchemaFinding): ProblemText {
  const { path, value } = finding
  const subject = subjectOf(path)
  const example = exampleOf(finding)
  if (/^url$|ddress$/.test(path.at(-1) ?? '')) {
    const credentials = /^[^/]*\/\/[^/]*@/.test(String(value))
    return {
      summary: credentials
        ? `${subject} holds a user name or a password`
        : `${subject} must be ${path[0] === 'keycloak' ? "Keycloak's http or https address, without query, /realms/… or /admin/…" : 'an http or https address'}`,
      detail: credentials
        ? `Credentials never belong in a manifest: remove them${path[0] === 'state' ? ', and set TF_HTTP_USERNAME and TF_HTTP_PASSWORD' : ''}.`
        : `Write it in full.${example}`,
    }
  }
  if (/Method$/.test(path.at(-1) ?? ''))
    return { summary: `${subject} must be an HTTP method`, detail: `Write letters.${example}` }
  if (String(value).trim() !== '')
    return { summary: `${subject} must be one line, without spaces around it`, detail: `Correct it.${example}` }
  return { summary: `${subject} must not be blank`, detail: `Write a string, or remove it.${example}` }
}

function wrongSize(finding: SchemaFinding): ProblemText {
  const { error, path } = finding
  const subject = subjectOf(path)
  const { limit } = error.params
  const detail = `Correct it, or remove it.${exampleOf(finding)}`
  switch (error.keyword) {
    case 'minItems':
    case 'minLength':
      return { summary: `${subject} must not be empty`, detail }
    case 'maxLength':
      return { summary: `${subject} must not be longer than ${limit} characters`, detail }
    case 'minimum':
      return { summary: `${subject} must be ${limit} or more`, detail }
    case 'maximum':
      return { summary: `${subject} must be ${limit} or less`, detail }
    default:
      return { summary: `${subject} is not valid`, detail }
  }
}

/** Explains an ajv error to the author of a manifest. */
export function explain(finding: SchemaFinding): ProblemText {
  switch (finding.error.keyword) {
    case 'additionalProperties':
      return unknownKey(finding)
    case 'required':
      return missingKey(finding)
    case 'anyOf':
      return emptySelector(finding)
    case 'type':
      return wrongType(finding)
    case 'enum':
    case 'const':
      return wrongChoice(finding)
    case 'pattern':
      return wrongText(finding)
    case 'format':
      return {
        summary: `${subjectOf(finding.path)} must be a day of the calendar, YYYY-MM-DD`,
        detail: `It is ${quoted(finding.value)}.${exampleOf(finding)}`,
      }
    default:
      return wrongSize(finding)
  }
}
