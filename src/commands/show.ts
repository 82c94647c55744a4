import { FORMATS, formatOf } from '../cli/format.js'
import { EXIT, type ExitCode, type Io } from '../cli/io.js'
import type { Flags } from '../cli/options.js'
import { styleFor, widthOf } from '../cli/style.js'
import { renderPlan } from './shared/render-plan.js'
import { loadSavedPlan } from './shared/saved-plan.js'

/** Renders a saved plan, offline; one that apply would refuse too. */
export async function show(path: string, flags: Flags<'show'>, io: Io): Promise<ExitCode> {
  const format = formatOf(flags, FORMATS.show)
  const plan = await loadSavedPlan(path, io)
  await io.outAll(await renderPlan(plan, format, styleFor('out', flags, io), widthOf(io)))
  return EXIT.done
}
