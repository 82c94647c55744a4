import { type Alias, isAlias, isMap, isScalar, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml'
import type { ProblemCode } from '../model/codes.gen.js'
import { type Place, placeText } from '../model/problem.js'
import { DEPTH_LIMIT, TOO_DEEP } from './limits.js'
import { type PendingProblem, type ProblemText, problemAt, quoted } from './problems.js'
import type { Source, Span } from './source.js'

/** How many nodes aliases may repeat in one file: repeated nodes cost more than the file's length suggests. */
const ALIAS_LIMIT = 1_000_000

const EXPANDS_TOO_FAR: ProblemText = {
  summary: 'Aliases expand to more than 1,000,000 values',
  detail: 'Write the lists out, or use wildcards: aliases of aliases grow without bound.',
}

const NOT_A_KEY: ProblemText = {
  summary: 'A key is not a string',
  detail: 'Keys of a manifest are words such as `accept`. A value may be missing its key, or a key its quotes.',
}

const noTarget = (name: string): ProblemText => ({
  summary: `The alias ${quoted(`*${name}`)} refers to nothing`,
  detail: 'A value that begins with * is an alias in YAML. Put quotes around a wildcard, as in "*@acme.example".',
})

const cycle = (name: string): ProblemText => ({
  summary: `The alias ${quoted(`*${name}`)} is inside what it refers to`,
  detail: 'A value cannot hold itself. Write out what is meant.',
})

const duplicateKey = (key: string, first: Place): ProblemText => ({
  summary: `The key ${quoted(key)} appears twice in one mapping`,
  detail: `It is also at ${placeText(first)}. Keep one of the two.`,
})

export const spanOf = (node: ParsedNode): Span => ({ start: node.range[0], end: node.range[1] })

/** The state of a conversion. */
interface Walk {
  readonly source: Source
  readonly pending: PendingProblem[]
  /** The latest node with each anchor so far. */
  readonly anchors: Map<string, ParsedNode>
  /** What each alias referred to at its place. */
  readonly targets: Map<Alias, ParsedNode>
  /** The collections around the current node. */
  readonly open: Set<ParsedNode>
  /** Whether whole numbers may be keys, as strings in the data. */
  readonly numericKeys: boolean
  /** The outermost alias being expanded. */
  outermost: Alias.Parsed | null
  repeated: number
}

export interface Walked {
  /** Undefined if it would have been too expensive. */
  readonly data: unknown
  readonly pending: readonly PendingProblem[]
  readonly targets: ReadonlyMap<Alias, ParsedNode>
}

class Unbounded extends Error {}

/** Problems under an alias have been reported where they were written. */
function report(walk: Walk, code: ProblemCode, span: Span, describe: () => ProblemText): void {
  if (walk.outermost === null) walk.pending.push(problemAt(code, { source: walk.source, ...span }, describe))
}

function targetOf(walk: Walk, alias: Alias.Parsed): ParsedNode | null {
  const target = walk.targets.get(alias) ?? walk.anchors.get(alias.source)
  if (target === undefined || walk.open.has(target)) {
    const textFor = target === undefined ? noTarget : cycle
    report(walk, 'alias', spanOf(alias), () => textFor(alias.source))
    return null
  }
  walk.targets.set(alias, target)
  return target
}

function expand(walk: Walk, alias: Alias.Parsed, depth: number): unknown {
  const target = targetOf(walk, alias)
  if (target === null) return null
  const outer = walk.outermost
  walk.outermost = outer ?? alias
  const data = convert(walk, target, depth)
  walk.outermost = outer
  return data
}

function keyOf(walk: Walk, node: ParsedNode): string | null {
  if (!isAlias(node) && node.anchor !== undefined) walk.anchors.set(node.anchor, node)
  const key = isAlias(node) ? targetOf(walk, node) : node
  if (!isScalar(key)) return null
  if (walk.numericKeys && Number.isSafeInteger(key.value)) return String(key.value)
  return typeof key.value === 'string' ? key.value : null
}

/** The first of two equal keys wins. The result has no prototype, so that no key can reach one. */
function convertMap(walk: Walk, map: YAMLMap.Parsed, depth: number): Record<string, unknown> {
  const data: Record<string, unknown> = Object.create(null)
  const firsts = new Map<string, ParsedNode>()
  for (const pair of map.items) {
    const key = keyOf(walk, pair.key)
    const first = key === null ? undefined : firsts.get(key)
    const value = convert(walk, pair.value, depth)
    if (key === null) report(walk, 'wrong-type', spanOf(pair.key), () => NOT_A_KEY)
    else if (first === undefined) {
      firsts.set(key, pair.key)
      data[key] = value
    } else {
      const place = walk.source.place(first.range[0])
      report(walk, 'duplicate-key', spanOf(pair.key), () => duplicateKey(key, place))
    }
  }
  return data
}

function convertCollection(walk: Walk, node: YAMLMap.Parsed | YAMLSeq.Parsed, depth: number): unknown {
  if (depth > DEPTH_LIMIT) {
    report(walk, 'syntax', spanOf(node), () => TOO_DEEP)
    return null
  }
  walk.open.add(node)
  const data = isMap(node) ? convertMap(walk, node, depth) : node.items.map(item => convert(walk, item, depth))
  walk.open.delete(node)
  return data
}

function convert(walk: Walk, node: ParsedNode | null, depth: number): unknown {
  if (walk.outermost !== null && ++walk.repeated > ALIAS_LIMIT) throw new Unbounded()
  if (node === null) return null
  if (isAlias(node)) return expand(walk, node, depth)
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node)
  return isScalar(node) ? node.value : convertCollection(walk, node, depth + 1)
}

/** Converts a document's nodes to plain data, in time linear in its length and `ALIAS_LIMIT`. */
export function walk(source: Source, root: ParsedNode, numericKeys: boolean): Walked {
  const state: Walk = {
    source,
    pending: [],
    anchors: new Map(),
    targets: new Map(),
    numericKeys,
    open: new Set(),
    outermost: null,
    repeated: 0,
  }
  try {
    return { data: convert(state, root, 0), pending: state.pending, targets: state.targets }
  } catch (error) {
    if (!(error instanceof Unbounded)) throw error
    const span = spanOf(state.outermost ?? root)
    const pending = [...state.pending, problemAt('alias', { source, ...span }, EXPANDS_TOO_FAR)]
    return { data: undefined, pending, targets: state.targets }
  }
}
