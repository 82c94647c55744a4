import type { DecidingFlags, SnapshotFromFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog } from '../cli/log.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import type { LintLevel } from '../lint/context.js'
import { findingsText } from '../lint/findings-text.js'
import { isAtLeast, type LintResult, lintManifest } from '../lint/lint-manifest.js'
import { sarifLog } from '../lint/sarif.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { placeText } from '../model/problem.js'
import { DAY_MS } from '../model/text.js'
import { jsonText } from '../render/json-text.js'
import { wrapText } from '../render/text/width.js'
import { VERSION } from '../version.js'
import { loadManifest } from './shared/load-manifest.js'
import { protections } from './shared/make-plan.js'
import { loadSnapshot } from './shared/snapshot-file.js'

export interface LintFlags extends CommonFlags, DecidingFlags, SnapshotFromFlags {
  readonly within: number
  readonly level: LintLevel
}

/** Finds mistakes in a manifest that is valid. */
export async function lint(flags: LintFlags, io: Io): Promise<ExitCode> {
  const { manifest, sources } = await loadManifest(flags.file, io)
  const snapshot = flags.from === undefined ? null : await loadSnapshot(flags.from, undefined, io)
  const result = lintManifest(
    {
      manifest,
      now: flags.now ?? new Date(),
      protect: protections(flags, io),
      within: flags.within * DAY_MS,
      invitations: snapshot?.invitations ?? null,
    },
    sources,
  )
  warnOfUndecided(result, flags, io)
  if (flags.format === 'json') io.out(`${jsonText({ format_version: '1.0', findings: result.findings })}\n`)
  else if (flags.format === 'sarif') io.out(`${jsonText(sarifLog(result.findings, VERSION))}\n`)
  else io.out(wrapText(findingsText(result.findings, styleFor('out', flags, io)), widthOf(io)))
  return result.findings.some(finding => isAtLeast(finding, flags.level)) ? EXIT.error : EXIT.done
}

function warnOfUndecided({ undecided }: LintResult, flags: CommonFlags, io: Io): void {
  const [first] = undecided
  if (first === undefined) return
  createLog(flags.logLevel, io).warn(
    'lint_undecided',
    `what ${undecided.length === 1 ? 'one rule covers' : `${undecided.length} rules cover`} is too complex to be decided, the first at ${placeText(first)}: nothing is said of whether they are shadowed, redundant or in conflict`,
  )
}
