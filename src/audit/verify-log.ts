import { GuestlistError } from '../model/error.js'
import { reasonOf } from '../system/errno.js'
import { openInput } from '../system/read-file.js'
import { type LinePosition, NO_LINE, parseLine } from './entry.js'
import { linesOf, type RawLine } from './lines.js'

/**
 * | kind | finding |
 * | --- | --- |
 * | changed | a line was changed or inserted |
 * | removed | lines are missing before this one (removed or moved) |
 * | reordered | a line was moved down, or appears twice |
 * | torn | a partial line, left by a crash or a full disk: no tampering, and the lines after it continue the chain |
 * | unfinished | the last line is not the end of its run: killed, still running, or cut off here |
 * | head | the expected head is not in the log: its end was removed, or the whole log rewritten |
 */
export type AuditProblemKind = 'changed' | 'removed' | 'reordered' | 'torn' | 'unfinished' | 'head'

export interface AuditProblem {
  readonly line: number
  readonly kind: AuditProblemKind
  readonly message: string
}

export interface AuditVerification {
  readonly lines: number
  /** Runs without an end: killed, or still running. Not a fault of the log. */
  readonly unfinishedRuns: number
  /**
   * The hash of the last line. A log alone cannot prove that no runs were removed from its end, or that it was not
   * rewritten as a whole: keep this value elsewhere, and pass it as `expectedHead` next time.
   */
  readonly head: string
  /** The first 100. */
  readonly problems: readonly AuditProblem[]
  /** Number of further problems. */
  readonly omitted: number
}

export interface VerifyOptions {
  /** The head of an earlier verification. That line must still exist; more lines may have followed. */
  readonly expectedHead?: string
  /** Called with each line as it is read, intact or not. */
  readonly onLine?: (number: number, text: string) => void
}

const MAX_PROBLEMS = 100

/**
 * Reads a log once, in constant memory.
 * @throws GuestlistError `unreadable`
 */
export async function verifyAudit(
  source: string | AsyncIterable<Uint8Array | string>,
  options: VerifyOptions = {},
): Promise<AuditVerification> {
  const problems: AuditProblem[] = []
  let omitted = 0
  const report = (line: number, kind: AuditProblemKind, message: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ line, kind, message })
    else omitted++
  }
  const chain = followChain(report)
  let headSeen = options.expectedHead === undefined || options.expectedHead === NO_LINE
  for await (const line of linesOf(openAuditStream(source))) {
    chain.next(line)
    if (line.text !== null) options.onLine?.(line.number, line.text)
    headSeen ||= line.hash === options.expectedHead
  }
  const { lines, head, unfinishedRuns } = chain.end()
  if (!headSeen) {
    report(lines, 'head', 'The expected head is not in the log: its end was removed, or all of it was rewritten.')
  }
  return { lines, unfinishedRuns, head, problems, omitted }
}

type ReportProblem = (line: number, kind: AuditProblemKind, message: string) => void

function followChain(report: ReportProblem) {
  let lines = 0
  let head = NO_LINE
  let seq = 1
  /** The previous line, if unreadable. The next intact line shows whether it already was when that one was written. */
  let unreadable: RawLine | null = null
  /** The previous line is known to be changed, so the link to it must be broken. */
  let changed = false
  /** The last line is intact, but more lines of its run should follow. */
  let open = false
  const unfinished = new Set<string>()
  const settle = (continued: boolean): void => {
    if (unreadable === null) return
    if (continued) report(unreadable.number, 'torn', 'Only a part of a line, left by a crash or a full disk.')
    else report(unreadable.number, 'changed', 'This is not a line of an audit log.')
    changed = !continued
    unreadable = null
  }
  return {
    next(line: RawLine): void {
      const position = line.text === null ? null : parseLine(line.text)
      settle(position !== null && position.previous === head)
      if (position === null) {
        unreadable = line
        seq++
      } else {
        if (!position.intact) report(line.number, 'changed', 'This line is not as it was written.')
        else if (!changed) checkLink(report, line.number, position, { seq, previous: head })
        changed = !position.intact
        seq = (position.intact ? position.seq : seq) + 1
      }
      open = position?.intact === true && !position.endsRun
      if (position?.intact) {
        if (position.endsRun) unfinished.delete(position.run)
        else unfinished.add(position.run)
      }
      lines = line.number
      head = line.hash
    },
    end(): { lines: number; head: string; unfinishedRuns: number } {
      settle(true)
      if (open) report(lines, 'unfinished', UNFINISHED)
      return { lines, head, unfinishedRuns: unfinished.size }
    },
  }
}

/** What was never written cannot be told from what was removed. */
const UNFINISHED =
  'The last run has no end. It was killed or is still running, and the next run continues from here; or the end of the log was cut off.'

function checkLink(report: ReportProblem, line: number, found: LinePosition, expected: LinePosition): void {
  if (found.previous === expected.previous && found.seq === expected.seq) return
  if (found.seq > expected.seq) {
    const missing = found.seq - expected.seq
    report(line, 'removed', `Before this line ${missing} ${missing === 1 ? 'line is' : 'lines are'} missing.`)
  } else if (found.seq < expected.seq) {
    report(line, 'reordered', `This line was written as number ${found.seq}: it was moved or repeated.`)
  } else {
    const which = line === 1 ? 'This line is not the first that was written' : 'The line before was replaced'
    report(Math.max(1, line - 1), 'changed', `${which}: the chain is broken here.`)
  }
}

/** @throws GuestlistError `unreadable` */
async function* openAuditStream(
  source: string | AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array | string> {
  if (typeof source !== 'string') return yield* source
  try {
    yield* await openInput(source)
  } catch (error) {
    throw new GuestlistError('audit-unreadable', `Cannot read the audit log ${source}: ${reasonOf(error)}.`, {
      cause: error,
    })
  }
}

/** If an intact line follows a partial one, the partial one already existed then: a crash, not tampering. */
export const isFault = ({ kind, line }: AuditProblem, { lines }: AuditVerification): boolean =>
  kind !== 'torn' || line === lines

export const faultsOf = (verification: AuditVerification): readonly AuditProblem[] =>
  verification.problems.filter(problem => isFault(problem, verification))

export const isIntact = (verification: AuditVerification): boolean =>
  verification.omitted === 0 && faultsOf(verification).length === 0

/** The verdict on a log, in a few words. */
export function verdictOf(verification: AuditVerification): string {
  if (verification.omitted > 0) return 'The audit log is not as it was written'
  const faults = faultsOf(verification)
  if (faults.length === 0) return 'The audit log is intact'
  return faults.every(({ kind }) => kind === 'unfinished')
    ? 'The audit log ends in the middle of a run'
    : 'The audit log is not as it was written'
}
