import type { Protection } from '../model/manifest.js'
import { compileWildcard } from './wildcard.js'

/** The first protection that covers an address (in the form of `emailKey`), or null. */
export type ProtectionIndex = (key: string) => Protection | null

export function indexProtections(protections: readonly Protection[]): ProtectionIndex {
  const compiled = protections.map(protection => ({ protection, matches: compileWildcard(protection.pattern) }))
  return key => compiled.find(({ matches }) => matches(key))?.protection ?? null
}

/** Who holds a protection, for people: `file:line:column`, `--protect` or `GUESTLIST_PROTECT`. */
export const protectionSource = ({ source }: Protection): string =>
  typeof source === 'string' ? source : `${source.file}:${source.line}:${source.column}`
