import type { ErrorObject } from 'ajv'
import testSchema from '../../schemas/manifest-test.schema.json' with { type: 'json' }
import { schemaProblems } from '../manifest/check.js'
import { type ManifestSource, readTree } from '../manifest/parse.js'
import { type PendingProblem, problemAt, quoted, toProblems } from '../manifest/problems.js'
import { isRecord, stepsOf } from '../manifest/schema.js'
import type { Tree } from '../manifest/tree.js'
import type { Manifest } from '../model/manifest.js'
import { type Problem, placeText } from '../model/problem.js'
import { readTest, type TestReading } from './read-test.js'
import type { TestCase } from './run-tests.js'
import type { ManifestTestFile, WrittenTest } from './test-file.gen.js'
import { validateTestFile } from './test-validator.gen.js'

export type TestsParsed =
  | { readonly ok: true; readonly tests: readonly TestCase[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Parses test files for a manifest, or finds everything that is wrong with them. Touches neither disk nor clock. */
export function parseTests(sources: readonly ManifestSource[], manifest: Manifest): TestsParsed {
  const files = sources.map((source, index) => parseFile(source, index, manifest))
  const pending = files.flatMap(file => file.pending)
  if (pending.length > 0) return { ok: false, problems: toProblems(pending) }
  return { ok: true, tests: files.flatMap(({ tests }) => tests) }
}

interface ParsedFile {
  readonly tests: readonly TestCase[]
  readonly pending: readonly PendingProblem[]
}

function parseFile(source: ManifestSource, index: number, manifest: Manifest): ParsedFile {
  const { tree, pending } = readTree(source, index, true)
  if (tree === null) return { tests: [], pending }
  const errors = schemaErrors(tree.data)
  const data = withoutFaults(tree.data, errors)
  const found: PendingProblem[] = errors.length > 0 ? schemaProblems(tree, errors, testSchema) : []
  const today = data.today === undefined ? null : new Date(`${data.today}T00:00:00Z`)
  const tests = data.tests.map(([test, i]) => readTest(test, readingOf(tree, ['tests', i], found), manifest, today))
  return { tests, pending: [...pending, ...found, ...repeatedNames(tree, data.tests)] }
}

/** Reports identify tests by name, so names must be unique. */
function repeatedNames(tree: Tree, tests: ReadableTests['tests']): readonly PendingProblem[] {
  const firsts = new Map([...tests].reverse().map(([{ name }, i]) => [name, i]))
  return tests.flatMap(([{ name }, i]): readonly PendingProblem[] => {
    const first = firsts.get(name) ?? i
    if (first === i) return []
    const describe = () => ({
      summary: `Two tests are named ${quoted(name)}`,
      detail: `The other is at ${placeText(tree.place(['tests', first, 'name']))}. A name is unique in the file.`,
    })
    return [problemAt('duplicate-entry', { source: tree.source, ...tree.span(['tests', i, 'name']) }, describe)]
  })
}

interface ReadableTests {
  readonly today?: string | undefined
  /** Each with its index in the file. */
  readonly tests: readonly (readonly [WrittenTest, number])[]
}

/** The valid part of a file, so that all problems can be reported at once. */
function withoutFaults(data: unknown, errors: readonly ErrorObject[]): ReadableTests {
  const { tests, today } = isRecord(data) ? data : {}
  const faulty = new Set(errors.map(({ instancePath }) => stepsOf(instancePath).slice(0, 2).join('/')))
  const kept = Array.isArray(tests) ? tests.map((test: unknown, i) => [test, i] as const) : []
  const right = kept.flatMap(([test, i]): (readonly [WrittenTest, number])[] => {
    const alone = { apiVersion: 'guestlist/v1', tests: [test] }
    return !faulty.has(`tests/${i}`) && isTestFile(alone) ? [[alone.tests[0], i]] : []
  })
  return { tests: right, today: typeof today === 'string' && !faulty.has('today') ? today : undefined }
}

function schemaErrors(data: unknown): readonly ErrorObject[] {
  validateTestFile(data)
  return validateTestFile.errors ?? []
}

const isTestFile = (data: unknown): data is ManifestTestFile => validateTestFile(data)

/** Where a test is, and how to report what is wrong with it. */
function readingOf(tree: Tree, path: readonly (string | number)[], found: PendingProblem[]): TestReading {
  return {
    place: tree.place(path),
    wrong(what, steps, summary, detail) {
      const at = [...path, ...steps]
      const span = what === 'key' ? tree.keySpan(at) : tree.span(at)
      found.push(problemAt('wrong-value', { source: tree.source, ...span }, { summary, detail }))
    },
  }
}
