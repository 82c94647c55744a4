import type { PlanFormat } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import { EXIT, type ExitCode, type Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style.js'
import { renderPlan } from './shared/render-plan.js'
import { loadSavedPlan } from './shared/saved-plan.js'

/** Renders a saved plan, offline; one that apply would refuse too. */
export async function show(path: string, flags: CommonFlags<PlanFormat>, io: Io): Promise<ExitCode> {
  const plan = await loadSavedPlan(path, io)
  await io.outAll(await renderPlan(plan, flags.format, styleFor('out', flags, io), widthOf(io)))
  return EXIT.done
}
