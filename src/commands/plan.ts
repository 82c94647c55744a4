import type { Plan } from '../model/plan.js'
import { problemsText } from '../render/problems-text.js'
import { writePrivateFile } from './files.js'
import { FORMATS, formatOf } from './format.js'
import { EXIT, type ExitCode, type Io } from './io.js'
import { loadManifest } from './load-manifest.js'
import { makePlan, reconcileOptions } from './make-plan.js'
import { withObserved } from './observe.js'
import type { Flags } from './options.js'
import { planJson, renderPlan, showsEverything } from './render-plan.js'
import { styleFor, widthOf } from './style.js'

/** Reads the live state (or a snapshot) and shows what apply would do. Changes nothing. */
export async function plan(flags: Flags<'plan'>, io: Io): Promise<ExitCode> {
  const format = formatOf(flags, FORMATS.plan)
  const options = reconcileOptions(flags, io, flags.showUnchanged || showsEverything(format))
  const { manifest, warnings } = await loadManifest(flags.file, io)
  if (warnings.length > 0) io.err(`${problemsText(warnings, styleFor('err', flags, io))}\n`)
  const planned = await withObserved(manifest.state, flags, io, ({ apiUrl, records, list }) =>
    makePlan({ manifest, records, now: flags.now ?? new Date(), apiUrl, options }, list),
  )
  if (flags.out !== undefined) await savePlan(planned, flags.out, io)
  await io.outAll(await renderPlan(planned, format, styleFor('out', flags, io), widthOf(io)))
  if (format !== 'text' && planned.problems.length > 0)
    io.err(`${problemsText(planned.problems, styleFor('err', flags, io))}\n`)
  if (flags.out !== undefined)
    io.err(`Saved the plan to ${flags.out}. To make exactly these changes: guestlist apply ${flags.out}\n`)
  return exitCode(planned, flags.detailedExitcode)
}

const savePlan = (planned: Plan, path: string, io: Io): Promise<void> =>
  writePrivateFile(path, 'plan', planJson(planned), io)

function exitCode({ problems, actions, refused }: Plan, detailed: boolean): ExitCode {
  if (problems.length > 0) return EXIT.error
  return detailed && actions.length + refused.length > 0 ? EXIT.changes : EXIT.done
}
