import type {
  ApprovingFlags,
  ConcurrencyFlags,
  OutFlags,
  PlanFormat,
  PlanningFlags,
  RequiringFlags,
  SnapshotFromFlags,
} from '../cli/common-options.js'
import { showProblems } from '../cli/failure.js'
import { assertReplaceable, refuseDash, writePrivateFile } from '../cli/files.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode } from '../model/error.js'
import type { Plan } from '../model/plan.js'
import { plural } from '../model/text.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { systemClock } from '../system/clock.js'
import { loadManifest } from './shared/load-manifest.js'
import { makePlan, reconcileOptions } from './shared/make-plan.js'
import { approvalsReader } from './shared/plan-approvals.js'
import { withWorld } from './shared/read-world.js'
import { planJson, renderPlan, showsEverything } from './shared/render-plan.js'
import { loadSavedPlan, requiredNow } from './shared/saved-plan.js'

type PlanFlags = CommonFlags<PlanFormat> &
  PlanningFlags &
  RequiringFlags &
  ConcurrencyFlags &
  OutFlags &
  SnapshotFromFlags & {
    readonly detailedExitcode: boolean
    readonly showUnchanged: boolean
  }

/** Reads the live state (or a snapshot) and shows what apply would do. Changes nothing. */
export async function plan(flags: PlanFlags, io: Io): Promise<ExitCode> {
  const { format } = flags
  refuseDash(flags.out, 'Use --json for what a saved plan holds.')
  if (flags.out !== undefined) await assertReplaceable(flags.out, 'plan', io)
  const options = reconcileOptions(flags, io, flags.showUnchanged || showsEverything(format))
  const loaded = await loadManifest(flags.file, io)
  const { manifest, warnings } = loaded
  showProblems(warnings, flags, io)
  const planned = await withWorld(manifest, flags, io, world =>
    makePlan({ ...loaded, options, now: flags.now, noLoss: flags.noLoss }, world, systemClock),
  )
  const saved =
    flags.out === undefined
      ? null
      : await savePlan(flags.showUnchanged ? planned : { ...planned, unchanged: [] }, flags.out, io)
  await io.outAll(await renderPlan(planned, format, styleFor('out', flags, io), widthOf(io)))
  if (format !== 'text') showProblems(planned.problems, flags, io)
  if (saved !== null) io.err(saved)
  return exitCode(planned, flags.detailedExitcode)
}

/**
 * Saves the plan and returns a message about the file. The file does not depend on `--format`; it lists unchanged items
 * only on request. A plan with errors is not saved.
 */
async function savePlan(planned: Plan, path: string, io: Io): Promise<string> {
  const name = escapeTerminal(path)
  if (planned.problems.length > 0) return `The plan has errors, so it was not saved; ${name} was not written.\n`
  await writePrivateFile(path, 'plan', planJson(planned), io)
  if (planned.refused.length > 0) return `Saved the plan to ${name}. Apply will refuse it.\n`
  const { required } = planned.approvals
  if (required > 0)
    return `Saved the plan to ${name}. It needs ${plural(required, 'approval')}: guestlist approve ${name}\n`
  return `Saved the plan to ${name}. To make exactly these changes:\n  guestlist apply ${name}\n`
}

function exitCode({ problems, actions, refused }: Plan, detailed: boolean): ExitCode {
  if (problems.length > 0) return EXIT.error
  if (!detailed) return EXIT.done
  if (refused.length > 0) return EXIT.refused
  return actions.length > 0 ? EXIT.changes : EXIT.done
}

/** Renders a saved plan offline, even one that apply would refuse, with its approvers if approvals are given. */
export async function show(path: string, flags: CommonFlags<PlanFormat> & ApprovingFlags, io: Io): Promise<ExitCode> {
  const read = approvalsReader(path, flags, io)
  const saved = await loadSavedPlan(path, io)
  const needed = { ...saved, approvals: { ...saved.approvals, required: requiredNow(saved, flags, io) } }
  const { plan } = flags.approval.length > 0 ? await read(needed) : { plan: needed }
  await io.outAll(await renderPlan(plan, flags.format, styleFor('out', flags, io), widthOf(io)))
  return EXIT.done
}
