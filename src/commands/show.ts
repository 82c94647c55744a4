import { FORMATS, formatOf } from './format.js'
import { EXIT, type ExitCode, type Io } from './io.js'
import type { Flags } from './options.js'
import { renderPlan } from './render-plan.js'
import { loadSavedPlan } from './saved-plan.js'
import { styleFor, widthOf } from './style.js'

/** Renders a saved plan, offline; one that apply would refuse too. */
export async function show(path: string, flags: Flags<'show'>, io: Io): Promise<ExitCode> {
  const format = formatOf(flags, FORMATS.show)
  const plan = await loadSavedPlan(path, io)
  await io.outAll(await renderPlan(plan, format, styleFor('out', flags, io), widthOf(io)))
  return EXIT.done
}
