import schema from '../../schemas/manifest.schema.json' with { type: 'json' }

export type SchemaNode = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is SchemaNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

/** The steps of a JSON pointer. */
export const stepsOf = (pointer: string): string[] => pointer.split('/').slice(1).map(unescaped)

/** The part of a schema, the manifest's if no other is given, that an ajv error's `schemaPath` (`#/…/keyword`) is about. */
export function schemaOf(schemaPath: string, root: SchemaNode = schema): SchemaNode {
  let node: unknown = root
  for (const step of stepsOf(decodeURIComponent(schemaPath)).slice(0, -1)) {
    node = isRecord(node) ? node[step] : Array.isArray(node) ? node[Number(step)] : undefined
  }
  return isRecord(node) ? node : {}
}

/** What the schema says of one key of a mapping. */
export function propertyOf({ properties }: SchemaNode, key: string): SchemaNode {
  const property = isRecord(properties) ? properties[key] : undefined
  return isRecord(property) ? property : {}
}

/** What a rule says about itself; every other key narrows what it matches. */
export const ANNOTATIONS: ReadonlySet<string> = new Set(['name', 'owner', 'reason', 'from', 'until'])

/** The keys that a mapping may have. */
export const keysOf = (node: SchemaNode): string[] => (isRecord(node.properties) ? Object.keys(node.properties) : [])

/** The section under which a key stands that is unknown at the top; null where there is none. */
export function sectionOf(key: string): string | null {
  const sections = Object.entries(schema.properties)
  return sections.find(([, section]) => keysOf(section).includes(key))?.[0] ?? null
}
