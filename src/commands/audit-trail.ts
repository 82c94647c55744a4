import type { ExecuteEvent } from '../execute/run.js'
import type { Plan } from '../model/plan.js'
import type { Report } from '../model/report.js'
import type { Io } from './io.js'

/** What an apply leaves in the audit log. */
export interface AuditTrail {
  refused(message: string): Promise<void>
  decided(): Promise<void>
  event(event: ExecuteEvent): Promise<void>
  finished(report: Report): Promise<void>
  close(): Promise<void>
}

const nothing = async (): Promise<void> => undefined

/** Without `--audit-log` there is none. */
export async function openAuditTrail(path: string | undefined, _plan: Plan, _io: Io): Promise<AuditTrail> {
  if (path !== undefined) throw new Error('not yet')
  return { refused: nothing, decided: nothing, event: nothing, finished: nothing, close: nothing }
}
