import { resolve } from 'node:path'
import { gatherRuns } from '../audit/runs.js'
import { type AuditVerification, isFault, isIntact, verdictOf, verifyAudit } from '../audit/verify-log.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import { plural } from '../model/text.js'
import { jsonChunks, jsonText } from '../render/json-text.js'
import type { Style } from '../render/text/style.js'
import { auditText } from '../review/audit-text.js'

type AuditVerifyFlags = CommonFlags & { readonly expectHead: string | undefined }

/** Checks the chain of an audit log. */
export async function auditVerify(path: string, flags: AuditVerifyFlags, io: Io): Promise<ExitCode> {
  const verification = await verifyAudit(sourceOf(path, io), expectation(flags))
  const valid = isIntact(verification)
  if (flags.format === 'json') io.out(`${jsonText({ format_version: '1.0', valid, ...jsonOf(verification) })}\n`)
  else {
    io.err(problemLines(verification, styleFor('err', flags, io)))
    io.out(`${summary(verification, styleFor('out', flags, io))}\n`)
  }
  return valid ? EXIT.done : EXIT.error
}

const sourceOf = (path: string, { stdin, cwd }: Io) => (path === '-' ? stdin : resolve(cwd, path))

const jsonOf = ({ unfinishedRuns, ...verification }: AuditVerification) => ({
  ...verification,
  unfinished_runs: unfinishedRuns,
})

function expectation({ expectHead }: AuditVerifyFlags): { expectedHead?: string } {
  if (expectHead === undefined) return {}
  if (/^[0-9a-f]{64}$/.test(expectHead)) return { expectedHead: expectHead }
  throw new GuestlistError('usage', '--expect-head: this is not a head', {
    advice: 'It is the 64 hex digits that an earlier audit verify printed.',
  })
}

function problemLines(verification: AuditVerification, style: Style): string {
  const { problems, omitted } = verification
  const lines = problems.map(problem => {
    const label = isFault(problem, verification) ? style.bad(problem.kind) : style.change(problem.kind)
    return `line ${problem.line}: ${label}: ${problem.message}\n`
  })
  return `${lines.join('')}${omitted === 0 ? '' : `and ${omitted} more\n`}`
}

function summary(verification: AuditVerification, style: Style): string {
  const { lines, head, unfinishedRuns: runs } = verification
  const counted = `${verdictText(verification, style)}: ${plural(lines, 'line')}.`
  const never = runs === 0 ? '' : ` ${style.change(`${plural(runs, 'run')} never finished`)}: killed, or still running.`
  return `${counted}${never}\nHead: ${head}`
}

function verdictText(verification: AuditVerification, style: Style): string {
  const verdict = verdictOf(verification)
  return isIntact(verification) ? style.good(verdict) : style.bad(verdict)
}

/** Verifies the chain of an audit log, then shows its runs. Exits with 1 if the log has been altered. */
export async function auditShow(path: string, flags: CommonFlags<'text' | 'html' | 'json'>, io: Io): Promise<ExitCode> {
  const gathered = gatherRuns()
  const verification = await verifyAudit(sourceOf(path, io), { onLine: gathered.add })
  const runs = gathered.runs()
  if (flags.format === 'json') {
    const { lines, head, problems, omitted } = verification
    const valid = isIntact(verification)
    await io.outAll(jsonChunks({ format_version: '1.0', valid, lines, head, problems, omitted, runs }))
    io.out('\n')
  } else if (flags.format === 'html') {
    const { auditHtml } = await import('../review/audit-html.js')
    await io.outAll(auditHtml(verification, runs))
  } else await io.outAll(auditText(verification, runs, styleFor('out', flags, io), widthOf(io)))
  return isIntact(verification) ? EXIT.done : EXIT.error
}
