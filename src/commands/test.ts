import type { DecidingFlags, SnapshotFromFlags } from '../cli/common-options.js'
import { writeNewFile } from '../cli/files.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog } from '../cli/log.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode, GuestlistError, problemsError } from '../model/error.js'
import { plural } from '../model/text.js'
import { junitXml } from '../policy-test/junit.js'
import { parseTests } from '../policy-test/parse-tests.js'
import { recordTests, typicalInvitations } from '../policy-test/record.js'
import { type ResultsDocument, resultsDocument, resultsText } from '../policy-test/results.js'
import { type ExplanationTexts, runTests, type TestBasis } from '../policy-test/run-tests.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json-text.js'
import { PLAIN } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'
import { invitationText, uninvitedText, userText } from './shared/explain-text.js'
import { type LoadedManifest, loadManifest } from './shared/load-manifest.js'
import { protections } from './shared/make-plan.js'
import { schemaReference } from './shared/schema-reference.js'
import { loadSnapshot } from './shared/snapshot-file.js'
import { isTestName, readTestFiles } from './shared/sources.js'

export interface TestFlags extends CommonFlags, DecidingFlags, SnapshotFromFlags {
  readonly coverage: boolean
  readonly minCoverage: number | undefined
  readonly record: string | undefined
}

/** Runs the tests of a manifest or, with `--record`, writes them. */
export async function test(paths: readonly string[], flags: TestFlags, io: Io): Promise<ExitCode> {
  if (flags.from !== undefined && flags.record === undefined) {
    throw new GuestlistError('usage', '--from goes with --record alone: what tests are about is written in them')
  }
  const loaded = await loadManifest(flags.file, io)
  if (flags.record !== undefined) return record(flags.record, loaded, paths, flags, io)
  const parsed = parseTests(await readTestFiles(paths, flags.file, io), loaded.manifest)
  if (!parsed.ok) throw problemsError(parsed.problems, 'tests')
  const run = runTests(parsed.tests, basisOf(loaded, flags, io), wordsOf(loaded))
  const results = resultsDocument(run, flags.coverage || flags.minCoverage !== undefined)
  io.out(rendered(results, flags, io))
  return passes(results, flags, io) ? EXIT.done : EXIT.error
}

/** Protections from outside the manifest count as they do for plan and apply. */
const basisOf = ({ manifest }: LoadedManifest, flags: TestFlags, io: Io): TestBasis => ({
  manifest,
  now: flags.now ?? new Date(),
  protect: protections(flags, io),
})

function wordsOf({ written }: LoadedManifest): ExplanationTexts {
  const look = { style: PLAIN, written }
  return {
    invitation: explained => invitationText(explained, look),
    user: explained => userText(explained, look),
    uninvited: explained => uninvitedText(explained, look),
  }
}

function rendered(results: ResultsDocument, flags: TestFlags, io: Io): string {
  if (flags.format === 'json') return `${jsonText(results)}\n`
  if (flags.format === 'junit') return junitXml(results, (flags.now ?? new Date()).toISOString())
  return wrapText(resultsText(results, styleFor('out', flags, io)), widthOf(io))
}

function passes({ failed, coverage }: ResultsDocument, { minCoverage }: TestFlags, io: Io): boolean {
  const isShort = coverage !== null && minCoverage !== undefined && coverage.percent < minCoverage
  if (isShort) io.err(`Coverage is ${coverage.percent} %, and ${minCoverage} % is asked for.\n`)
  return failed === 0 && !isShort
}

async function record(
  path: string,
  loaded: LoadedManifest,
  paths: readonly string[],
  flags: TestFlags,
  io: Io,
): Promise<ExitCode> {
  if (paths.length > 0) throw new GuestlistError('usage', '--record takes no test files: it writes one')
  const { manifest, now, protect } = basisOf(loaded, flags, io)
  const snapshot = flags.from === undefined ? null : await loadSnapshot(flags.from, undefined, io)
  const { text, tests, left } = recordTests({
    manifest,
    protect,
    invitations: snapshot?.invitations ?? typicalInvitations(manifest, now),
    records: snapshot?.records ?? new Map(),
    today: now.toISOString().slice(0, 10),
    schema: schemaReference(io.cwd, 'manifest-test.schema.json'),
  })
  await writeNewFile(path, 'tests', text, io)
  const log = createLog(flags.logLevel, io)
  if (left > 0)
    log.warn('tests_incomplete', `${left} invitations are not in it: a test cannot express their role or address`)
  if (!isTestName(path))
    log.warn(
      'test_file_name',
      'guestlist test finds files named *.test.yaml by itself, and others where they are named',
    )
  io.out(`Recorded ${plural(tests, 'test')} in ${escapeTerminal(path)}.\n`)
  return EXIT.done
}
