import type { Manifest } from '../model/manifest.js'
import { type Place, type Problem, placeText, type Range } from '../model/problem.js'
import { type CheckedFile, check } from './check.js'
import { contradictions } from './contradictions.js'
import { decode } from './decode.js'
import type { WrittenRule } from './manifest-file.gen.js'
import { type Merged, merge, type Written } from './merge.js'
import { normalize } from './normalize.js'
import { type PendingProblem, type ProblemText, problemAt, quoted, toProblems } from './problems.js'
import { ANNOTATIONS } from './schema.js'
import { createTree, type Tree } from './tree.js'
import { readYaml } from './yaml.js'

/** One file of a manifest, as read. */
export interface ManifestSource {
  /** The name to use in problems. */
  readonly file: string
  readonly content: string | Uint8Array
}

export type ParseResult =
  | {
      readonly ok: true
      readonly manifest: Manifest
      readonly warnings: readonly Problem[]
      /**
       * Completes problems that know only where a rule begins (those found in the live state) with what other problems
       * have: the range on its line, byte offsets, and the line itself. Leaves other problems unchanged.
       */
      locate(problems: readonly Problem[]): readonly Problem[]
      /** The source lines of the rule, removal or `unmatched` that begins at a place; empty if none does. */
      written(place: Place): readonly string[]
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

function checkFile(source: ManifestSource, index: number): CheckedFile {
  const { tree, pending } = readTree(source, index)
  if (tree === null) return { pending, part: null }
  const checked = check(tree)
  return { pending: [...pending, ...checked.pending], part: checked.part }
}

/** Reads a file as data with places, and finds what is wrong with its YAML; null if there is no usable data. */
export function readTree(
  { file, content }: ManifestSource,
  index: number,
  numericKeys = false,
): { readonly tree: Tree | null; readonly pending: readonly PendingProblem[] } {
  const decoded = decode(file, index, content)
  if (decoded.problem !== null) return { tree: null, pending: [decoded.problem] }
  const { root, pending } = readYaml(decoded.source)
  if (root === null) return { tree: null, pending }
  const tree = createTree(decoded.source, root, numericKeys)
  return { tree, pending: [...pending, ...tree.pending] }
}

/**
 * The files of one manifest, merged and normalized, or else everything that is wrong with them: errors and warnings,
 * sorted by file, line and column. Touches neither disk nor clock.
 */
export function parseManifest(sources: readonly ManifestSource[]): ParseResult {
  const files = sources.map(checkFile)
  const merged = merge(files.flatMap(({ part }) => part ?? []))
  const pending = files.flatMap(file => file.pending)
  const errors = [...pending, ...merged.pending, ...contradictions(merged)]
  const remarks = warnings(merged)
  if (errors.length > 0) return { ok: false, problems: toProblems([...errors, ...remarks]) }
  const locate = (problems: readonly Problem[]) => locateProblems(problems, merged)
  const written = (place: Place) => writtenLines(place, merged)
  return { ok: true, manifest: normalize(merged), warnings: toProblems(remarks), locate, written }
}

function writtenLines(place: Place, { accept, deny, remove, unmatched }: Merged): readonly string[] {
  const name = placeText(place)
  const found = [...accept, ...deny, ...remove, ...(unmatched ? [unmatched] : [])].find(
    one => placeText(one.place) === name,
  )
  return found ? found.source.lines(found.start, found.end) : []
}

function locateProblems(problems: readonly Problem[], { accept, deny }: Merged): readonly Problem[] {
  if (!problems.some(isBare)) return problems
  const rules = new Map([...accept, ...deny].map(rule => [placeText(rule.place), rule]))
  return problems.map(problem => {
    const rule = isBare(problem) ? rules.get(placeText({ file: problem.file, ...problem.range.start })) : undefined
    if (rule === undefined) return problem
    const { source, start, end } = rule
    return { ...problem, range: source.range(start, end), snippet: source.snippet(start) }
  })
}

const isBare = (problem: Problem): problem is Problem & { readonly range: Range } =>
  problem.range !== null && problem.snippet === null

/** A rule for everybody: its only selector is an e-mail of `*` or `*@*`, whatever its annotations. */
const isEverybody = ({ value }: Written<WrittenRule>): boolean =>
  /^[\s*@]+$/.test(value.email ?? '') && Object.keys(value).every(key => key === 'email' || ANNOTATIONS.has(key))

const warning = (at: Written<unknown>, words: ProblemText): PendingProblem =>
  problemAt('wrong-value', at, words, { severity: 'warning' })

const EVERYBODY: ProblemText = {
  summary: 'This rule accepts every invitation, whoever is invited',
  detail: 'If that is not intended, name a domain, as in "*@acme.example", or a cloud.',
}

const UNMATCHED: ProblemText = {
  summary: '`unmatched: accept` accepts every invitation that no rule denies',
  detail: 'If that is not intended, write ignore, and a rule for each domain to accept.',
}

const NAMES = ['cloud', 'project', 'sender'] as const

/** Names are compared exactly as written, so one with leading or trailing white space probably matches nothing. */
const blanks = (rule: Written<WrittenRule>): PendingProblem[] =>
  NAMES.flatMap(key => {
    const name = [rule.value[key] ?? []].flat().find(text => text !== text.trim())
    if (name === undefined) return []
    const summary = `\`${key}\` begins or ends with white space: ${quoted(name)}`
    return {
      ...warning(rule, { summary, detail: 'It counts when names are compared. Take it away if it is not meant.' }),
      cause: key,
    }
  })

/** What may be intended, but probably is not. */
function warnings({ accept, deny, unmatched }: Merged): PendingProblem[] {
  return [
    ...[...accept, ...deny].flatMap(blanks),
    ...accept.filter(isEverybody).map(rule => warning(rule, EVERYBODY)),
    ...(unmatched?.value === 'accept' ? [warning(unmatched, UNMATCHED)] : []),
  ]
}
