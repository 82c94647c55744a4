import type { ApprovingFlags, ConcurrencyFlags, PlanningFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { askApproval, assertCanApprove } from '../cli/prompt.js'
import { styleFor } from '../cli/style-for.js'
import { type ExitCode, GuestlistError, isKnownError, messageOf } from '../model/error.js'
import { type ApplyBasis, type ApplySettings, type Approval, applyExitCode, applyOnce } from './shared/apply-once.js'
import { type ApplyView, jsonView, textView } from './shared/apply-view.js'
import { connect } from './shared/connect.js'
import { loadManifest } from './shared/load-manifest.js'
import { reconcileOptions } from './shared/make-plan.js'
import { openStateFor } from './shared/open-state.js'
import { planJudge } from './shared/plan-approvals.js'
import { applicableSavedPlan, loadSavedPlan } from './shared/saved-plan.js'

type ApplyFlags = CommonFlags &
  PlanningFlags &
  ApprovingFlags &
  ConcurrencyFlags &
  ApplySettings & { readonly autoApprove: boolean }

/** Plans (or loads a plan), shows it, asks, executes, verifies, reports. */
export async function apply(planFile: string | undefined, flags: ApplyFlags, io: Io): Promise<ExitCode> {
  const view = flags.format === 'json' ? jsonView(io) : textView(flags, io)
  try {
    assertDigest(flags.expect)
    const approval = approvalFor(planFile, flags, io)
    io.interrupt.addEventListener('abort', () => io.err(INTERRUPTED), { once: true })
    const judge = planJudge(planFile, flags, io)
    const basis = await basisOf(planFile, flags, io)
    const { state: config, keycloak } = basis.kind === 'saved' ? basis.plan : basis.manifest
    const leftovers = { keycloak: flags.noRemovals ? null : keycloak, deleting: true }
    const connection = await connect(flags, io, { ...flags, ...leftovers, finishInFlight: true })
    try {
      const store = openStateFor(config, connection.client.apiUrl, flags, io)
      return applyExitCode(await applyOnce(basis, { connection, store, view, approval, judge, settings: flags, io }))
    } finally {
      connection.client.close()
    }
  } catch (error) {
    reportProblem(view, error)
    throw error
  }
}

const INTERRUPTED =
  '\nInterrupted: what is in flight finishes, nothing new starts. Press Ctrl-C again to stop immediately.\n'

/** @throws GuestlistError for a digest that no plan could have */
function assertDigest(expect: string | undefined): void {
  if (expect === undefined || /^(sha256:[0-9a-f]+|[0-9a-f]{64})$/.test(expect)) return
  throw new GuestlistError('usage', `--expect: ${JSON.stringify(expect)} is not a digest`, {
    advice: 'It is sha256: and 64 hex digits, as every format of a plan shows it.',
  })
}

/** A saved plan needs no prompt: it has been reviewed. @throws GuestlistError if there is nobody to ask */
function approvalFor(planFile: string | undefined, flags: ApplyFlags, io: Io): Approval {
  if (planFile !== undefined) return { given: 'a saved plan' }
  if (flags.autoApprove) return { given: '--auto-approve' }
  assertCanApprove(flags, io)
  return { ask: plan => askApproval(plan, styleFor('err', flags, io), io) }
}

async function basisOf(planFile: string | undefined, flags: ApplyFlags, io: Io): Promise<ApplyBasis> {
  if (planFile !== undefined) {
    return { kind: 'saved', plan: applicableSavedPlan(await loadSavedPlan(planFile, io), flags, io) }
  }
  const options = reconcileOptions(flags, io, false)
  const loaded = await loadManifest(flags.file, io)
  return { kind: 'manifest', ...loaded, options, now: flags.now, noLoss: flags.noLoss }
}

/** Reports what ended the run, for machines; the caller that catches the error shows it to people. */
function reportProblem(view: ApplyView, error: unknown): void {
  const problems = error instanceof GuestlistError ? error.problems : []
  for (const problem of problems) view.problem(problem.summary, problem)
  if (problems.length === 0) {
    view.problem(messageOf(error), isKnownError(error) ? { code: error.code, detail: error.advice ?? '' } : {})
  }
}
