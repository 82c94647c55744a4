import schema from '../../schemas/manifest.schema.json' with { type: 'json' }

export type SchemaNode = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is SchemaNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

/** The steps of a JSON pointer. */
export const stepsOf = (pointer: string): string[] => pointer.split('/').slice(1).map(unescaped)

/** The part of a schema (by default the manifest's) that an ajv error's `schemaPath` (`#/…/keyword`) refers to. */
export function schemaOf(schemaPath: string, root: SchemaNode = schema): SchemaNode {
  let node: unknown = root
  for (const step of stepsOf(decodeURIComponent(schemaPath)).slice(0, -1)) {
    node = isRecord(node) ? node[step] : Array.isArray(node) ? node[Number(step)] : undefined
  }
  return isRecord(node) ? node : {}
}

/** The schema of one key of a mapping. */
export function propertyOf({ properties }: SchemaNode, key: string): SchemaNode {
  const property = isRecord(properties) ? properties[key] : undefined
  return isRecord(property) ? property : {}
}

/** Keys with which a rule describes itself; every other key narrows what it matches. */
export const ANNOTATIONS: ReadonlySet<string> = new Set(['name', 'owner', 'reason', 'from', 'until'])

/** The keys that a mapping may have. */
export const keysOf = (node: SchemaNode): string[] => (isRecord(node.properties) ? Object.keys(node.properties) : [])

/** The section to which a key that is unknown at the top level belongs; null if there is none. */
export function sectionOf(key: string): string | null {
  const sections = Object.entries(schema.properties)
  return sections.find(([, section]) => keysOf(section).includes(key))?.[0] ?? null
}
