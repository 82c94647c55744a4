import type { Io } from '../../cli/io.js'
import { type Progress, startProgress } from '../../cli/progress.js'
import { type StyleFlags, styleFor, widthOf } from '../../cli/style-for.js'
import type { ExecuteEvent } from '../../execute/execution-context.js'
import type { Plan } from '../../model/plan.js'
import type { Report, Result } from '../../model/report.js'
import { escapeTerminal } from '../../render/escape/terminal.js'
import * as nd from '../../render/ndjson.js'
import { planTextChunks } from '../../render/text/plan-text.js'
import { applySummary, outcomeLine, reportText } from '../../render/text/report-text.js'
import { wrapText } from '../../render/text/width.js'
import { summaryLine } from '../../render/text/words.js'
import { VERSION } from '../../version.js'

/** Shows an apply; methods in the order in which they are called. */
export interface ApplyView {
  planned(plan: Plan): Promise<void>
  event(event: ExecuteEvent): void
  /** Reports what ended the run, for machines; the caller that catches the error shows it to people. */
  problem(message: string, rest?: nd.DiagnosticExtras): void
  finished(report: Report, complete: boolean): void
}

/** Beyond this many actions, a line for each would bury what matters. */
const LINES_UP_TO = 100

export function textView(flags: StyleFlags, io: Io): ApplyView {
  const [out, err] = [styleFor('out', flags, io), styleFor('err', flags, io)]
  let planned = 0
  let progress: Progress | null = null
  const line = (text: string) => io.err(`${wrapText(text, widthOf(io, 'err'))}\n`)
  // The report says what failed and why; standard error shows only that something did.
  const settled = (result: Result, done: number, total: number) => {
    if (!io.status && total <= LINES_UP_TO && result.outcome.kind !== 'not_attempted') line(outcomeLine(result, err))
    if (['failed', 'rejected', 'skipped'].includes(result.outcome.kind)) progress?.failed()
    progress?.done(done)
  }
  const end = () => {
    progress?.end()
    progress = null
  }
  return {
    planned(plan) {
      planned = plan.actions.length
      return io.outAll(planTextChunks(plan, out, widthOf(io)))
    },
    event(event) {
      const quiet = !io.status && planned <= LINES_UP_TO
      if (event.type === 'start') progress ??= startProgress({ label: 'Applying', total: planned, quiet }, io)
      if (event.type === 'settled') settled(event.result, event.done, event.total)
      if (event.type === 'retry') {
        const wait = (event.delayMs / 1000).toFixed(1)
        line(escapeTerminal(`${event.action.address}: trying again in ${wait} s: ${event.error.message}`))
      }
      if (event.type === 'verifying') {
        end()
        io.err('Reading the live state again to verify…\n')
      }
    },
    problem: end,
    finished(report, complete) {
      end()
      io.out(`\n${wrapText(reportText(report, complete, out), widthOf(io))}`)
    },
  }
}

export function jsonView(io: Io): ApplyView {
  const line = nd.ndjsonWriter(() => new Date())
  const write = (text: string) => io.out(`${text}\n`)
  const started = new Map<string, number>()
  const elapsed = (address: string) => Math.round((Date.now() - (started.get(address) ?? Date.now())) / 1000)
  write(nd.versionLine(line, VERSION))
  return {
    planned: plan => io.outAll(plannedLines(plan, line)),
    event(event) {
      if (event.type === 'start') {
        started.set(event.action.address, Date.now())
        write(nd.applyStart(line, event.action))
      }
      if (event.type === 'retry') {
        write(nd.applyProgress(line, event.action, event.error.message, elapsed(event.action.address)))
      }
      if (event.type === 'settled' || event.type === 'confirmed')
        write(nd.applyEnd(line, event.result, elapsed(event.result.action.address)))
    },
    problem: (message, rest) => write(nd.diagnosticLine(line, 'error', message, rest)),
    finished(report, complete) {
      for (const text of nd.applyDiagnostics(line, report)) write(text)
      write(nd.applySummaryLine(line, report, applySummary(report, complete)))
    },
  }
}

function* plannedLines(plan: Plan, line: nd.FormatLine): Generator<string> {
  for (const action of plan.actions) yield `${nd.plannedChange(line, action)}\n`
  for (const { code, message } of plan.warnings) yield `${nd.diagnosticLine(line, 'warning', message, { code })}\n`
  for (const { code, message } of plan.refused) yield `${nd.diagnosticLine(line, 'error', message, { code })}\n`
  for (const problem of plan.problems) yield `${nd.diagnosticLine(line, 'error', problem.summary, problem)}\n`
  yield `${nd.planSummaryLine(line, plan, summaryLine(plan))}\n`
}
