import type { Manifest } from '../model/manifest.js'
import type { Place } from '../model/problem.js'

/**
 * The place of what a test names as having decided: a rule by its name; or a rule, a removal or `unmatched` by its place,
 * `file:line` or `file:line:column`. Null where there is none.
 */
export function ruleNamed(text: string, { rules, removals, unmatchedAt }: Manifest): Place | null {
  const named = rules.find(({ name }) => name === text)
  if (named) return named.at
  const [, file, line, column] = /^(.+?):(\d+)(?::(\d+))?$/.exec(text) ?? []
  if (file === undefined) return null
  const places = [...rules, ...removals].map(({ at }) => at).concat(unmatchedAt ?? [])
  const isThere = (at: Place): boolean =>
    (at.file === file || at.file.endsWith(`/${file}`)) &&
    at.line === Number(line) &&
    (column === undefined || at.column === Number(column))
  return places.find(isThere) ?? null
}
