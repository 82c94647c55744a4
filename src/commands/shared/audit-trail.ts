import { resolve } from 'node:path'
import { type AuditLog, openAudit } from '../../audit/audit-log.js'
import type { AuditEntry } from '../../audit/entry.js'
import type { Io } from '../../cli/io.js'
import type { Attempt, ExecuteEvent } from '../../execute/execution-context.js'
import { type Action, isAccountRemoval } from '../../model/action.js'
import { GuestlistError } from '../../model/error.js'
import type { Plan } from '../../model/plan.js'
import { isComplete, type Report, type Result } from '../../model/report.js'
import { applySummary } from '../../render/text/report-text.js'
import { planSummary } from '../../render/text/words.js'

/** Whether a plan may be carried out. */
export type Verdict = 'approved' | 'declined' | 'refused'

/**
 * What an apply writes to the audit log:
 *
 * | when | lines | synced to disk before going on |
 * | --- | --- | --- |
 * | a plan was made or loaded | `plan`, an `approval` for each that counts, and a `decision` for each action and each refusal | |
 * | it was approved, declined or refused; after the last two nothing follows | `decision` | yes |
 * | the run begins | `start` | yes |
 * | an action begins | `start` with its address | for a removal, which cannot be undone |
 * | a request was answered | `attempt` | |
 * | an action ended | `result` | for a removal |
 * | the last read shows that a failed action took effect | `result` again, `confirmed` | |
 * | the state was read again | `verify` | |
 * | the run is over | `end` | yes |
 *
 * `endsRun` in src/audit/entry.ts relies on this table to tell whether a run has ended.
 */
export interface AuditTrail {
  planned(plan: Plan): Promise<void>
  /** `message`: how it was approved, or why it was declined or refused. */
  judged(verdict: Verdict, message: string | null): Promise<void>
  started(): Promise<void>
  event(event: ExecuteEvent): Promise<void>
  finished(report: Report): Promise<void>
  close(): Promise<void>
}

const nothing = async (): Promise<void> => undefined

const NO_TRAIL: AuditTrail = {
  planned: nothing,
  judged: nothing,
  started: nothing,
  event: nothing,
  finished: nothing,
  close: nothing,
}

/**
 * Opens the log before anything else is done, so that a wrong path fails first. Does nothing without `--audit-log`.
 *
 * @param state the state's own file, which the log must not be
 * @throws GuestlistError if the log cannot be written, here and in every call
 */
export async function openAuditTrail(path: string | undefined, io: Io, state?: string): Promise<AuditTrail> {
  if (path === undefined) return NO_TRAIL
  if (path === '-')
    throw new GuestlistError('usage', '--audit-log takes a file, and "-" is not one', {
      advice: 'It is appended to, run after run. For a file of that name write "./-".',
    })
  if (resolve(io.cwd, path) === state)
    throw new GuestlistError('usage', '--audit-log names the file of the state', { advice: 'Name another file.' })
  return trailOf(await openAudit(path, { cwd: io.cwd, env: io.env, now: () => new Date() }))
}

function trailOf(log: AuditLog): AuditTrail {
  let digest: string | null = null
  const add = (entry: AuditEntry, sync = false) => log.append({ plan_digest: digest, ...entry }, { sync })
  return {
    async planned(plan) {
      digest = plan.digest
      const lines: readonly AuditEntry[] = [
        { event: 'plan', outcome: plan.problems.length > 0 ? 'errored' : 'planned', message: planMessage(plan) },
        ...(plan.approvals.approvers ?? []).map(approver => ({
          event: 'approval' as const,
          approver,
          outcome: 'counts',
        })),
        ...plan.actions.map(action => ({ event: 'decision' as const, ...about(action), outcome: action.why })),
        ...plan.refused.map(refusal => ({
          event: 'decision' as const,
          address: refusal.kind === 'protected' ? refusal.address : null,
          rule: refusal.kind === 'protected' ? refusal.rule : null,
          outcome: `refused_${refusal.kind}`,
          message: refusal.message,
        })),
      ]
      await Promise.all(lines.map(line => add(line)))
    },
    judged: (verdict, message) => add({ event: 'decision', outcome: verdict, message }, true),
    started: () => add({ event: 'start' }, true),
    async event(event) {
      const removal = event.type === 'start' && isAccountRemoval(event.action)
      if (event.type === 'start') await add({ event: 'start', ...about(event.action) }, removal)
      if (event.type === 'attempt') await add(attemptEntry(event.attempt))
      if (event.type === 'confirmed') await add(resultEntry(event.result))
      if (event.type === 'settled') await add(resultEntry(event.result), isAccountRemoval(event.result.action))
    },
    async finished(report) {
      const { kind } = report.verification
      if (kind !== 'not_needed') await add({ event: 'verify', outcome: kind, message: verifyMessage(report) })
      const complete = isComplete(report)
      const outcome = report.stop?.reason ?? (complete ? 'complete' : 'incomplete')
      await add({ event: 'end', outcome, message: applySummary(report, complete) }, true)
    },
    close: () => log.close(),
  }
}

const planMessage = ({ summary, apiUrl }: Plan): string => `${planSummary(summary)} API: ${apiUrl}`

const about = ({ address, action, rule }: Action) => ({ address, action, rule })

const attemptEntry = ({ action, call, attempt, status, error }: Attempt): AuditEntry => ({
  event: 'attempt',
  ...about(action),
  attempts: attempt,
  http_status: status,
  outcome: `${call}_${error === null ? 'ok' : 'failed'}`,
  message: error === null ? null : error.message,
})

const resultEntry = ({ action, outcome, attempts, status }: Result): AuditEntry => ({
  event: 'result',
  ...about(action),
  attempts,
  http_status: status,
  outcome: outcome.kind,
  message: 'why' in outcome ? outcome.why : null,
})

function verifyMessage({ verification }: Report): string | null {
  if (verification.kind === 'unreadable') return verification.why
  if (verification.kind !== 'differs') return null
  return verification.mismatches
    .map(({ address, wanted, found }) => `${address}: wanted ${wanted}, found ${found ?? 'nothing'}`)
    .join('; ')
    .slice(0, 10_000)
}
