import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Plan } from '../model/plan.js'
import { type Report, type Result, succeeded } from '../model/report.js'

export type RunResult = 'success' | 'refused' | 'failed' | 'manifest' | 'interrupted'
export type WebhookResult =
  | 'accepted'
  | 'bad_signature'
  | 'too_large'
  | 'cut'
  | 'loop'
  | 'stopping'
  | 'forwarded'
  | 'forward_failed'

export interface Metrics {
  planned(plan: Plan): void
  settled(result: Result): void
  finished(report: Report): void
  /** The plan's removals were refused, even if a plan without them was applied. */
  refused(plan: Plan): void
  reconciled(result: RunResult, seconds: number, failuresInARow: number): void
  webhook(result: WebhookResult): void
  leader(isLeader: boolean): void
  /** Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

/** https://prometheus.io/docs/practices/naming/ */
export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `guestlist_${name}`, help, labelNames, registers })
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name: `guestlist_${name}`, help, labelNames, registers })

  gauge('build_info', 'Always 1; the version is its label.', ['version']).set({ version }, 1)
  const reconciles = counter('reconciles_total', 'Runs, by how they ended.', ['result'])
  const duration = new Histogram({
    name: 'guestlist_reconcile_duration_seconds',
    help: 'How long a run took.',
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    registers,
  })
  const lastSuccess = gauge('last_success_timestamp_seconds', 'When a run last succeeded.')
  const actions = counter('actions_total', 'Accepts, denials and removals, by how they ended.', ['action', 'outcome'])
  const pending = gauge('pending_changes', 'Changes of the last plan that its run has not made; delete: in Keycloak.', [
    'action',
  ])
  const unmatched = gauge('unmatched_invitations', 'Pending invitations that no rule matches.')
  const warnings = gauge('warnings', 'Warnings of the last plan.')
  const failures = gauge('consecutive_failures', 'Failed runs since the last that succeeded.')
  const webhooks = counter('webhooks_total', 'Webhook calls, by result.', ['result'])
  const leader = gauge('leader', '1 for the instance that runs on schedule, 0 for one on standby.')
  for (const result of ['success', 'refused', 'failed', 'manifest', 'interrupted'] satisfies RunResult[])
    reconciles.inc({ result }, 0)
  for (const result of ['accepted', 'bad_signature'] satisfies WebhookResult[]) webhooks.inc({ result }, 0)

  return {
    planned({ summary }) {
      for (const action of ['accept', 'deny', 'remove'] as const) pending.set({ action }, summary[action])
      pending.set({ action: 'delete' }, summary.keycloak ?? 0)
      unmatched.set(summary.unmatched)
      warnings.set(summary.warnings)
    },
    settled: ({ action, outcome }) => actions.inc({ action: action.action, outcome: outcome.kind }),
    finished({ results }) {
      for (const action of ['accept', 'deny', 'remove', 'delete'] as const) {
        pending.set({ action }, results.filter(result => result.action.action === action && !succeeded(result)).length)
      }
    },
    refused({ summary }) {
      pending.set({ action: 'remove' }, summary.remove)
      pending.set({ action: 'delete' }, summary.keycloak ?? 0)
      warnings.set(summary.warnings)
    },
    reconciled(result, seconds, failuresInARow) {
      reconciles.inc({ result })
      duration.observe(seconds)
      failures.set(failuresInARow)
      if (result === 'success') lastSuccess.set(Date.now() / 1000)
    },
    webhook: result => webhooks.inc({ result }),
    leader: isLeader => leader.set(isLeader ? 1 : 0),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
