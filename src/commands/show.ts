import type { ApprovingFlags, PlanFormat } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { EXIT, type ExitCode } from '../model/error.js'
import { approvalsReader } from './shared/approvals.js'
import { renderPlan } from './shared/render-plan.js'
import { loadSavedPlan, requiredNow } from './shared/saved-plan.js'

/** Renders a saved plan, offline, with who approved it where approvals are named; one that apply would refuse too. */
export async function show(path: string, flags: CommonFlags<PlanFormat> & ApprovingFlags, io: Io): Promise<ExitCode> {
  const read = approvalsReader(path, flags, io)
  const saved = await loadSavedPlan(path, io)
  const needed = { ...saved, approvals: { ...saved.approvals, required: requiredNow(saved, flags, io) } }
  const { plan } = flags.approval.length > 0 ? await read(needed) : { plan: needed }
  await io.outAll(await renderPlan(plan, flags.format, styleFor('out', flags, io), widthOf(io)))
  return EXIT.done
}
