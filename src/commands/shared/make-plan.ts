import type { PlanningFlags } from '../../cli/common-options.js'
import { splitList } from '../../cli/flags.js'
import { CommandError, type Io } from '../../cli/io.js'
import type { ReadList } from '../../execute/api.js'
import type { Manifest, Protection } from '../../model/manifest.js'
import type { Plan } from '../../model/plan.js'
import type { RemovalRecords } from '../../model/state.js'
import { emailKey } from '../../model/text.js'
import { type ReconcileOptions, startReconcile } from '../../reconcile/reconcile.js'
import { parseTarget } from '../../reconcile/target.js'
import type { LoadedManifest } from './load-manifest.js'

/** @throws CommandError for a target that is no address */
export function reconcileOptions(flags: PlanningFlags, io: Io, keepUnchanged: boolean): ReconcileOptions {
  return {
    targets: flags.target.map(readTarget),
    noRemovals: flags.noRemovals,
    ...(flags.maxRemovals === undefined ? {} : { maxRemovals: flags.maxRemovals }),
    protect: protections(flags, io),
    keepUnchanged,
  }
}

function readTarget(text: string): string {
  const address = parseTarget(text)
  if (address !== null) return address
  throw new CommandError(`--target: ${JSON.stringify(text)} is not an address`, {
    advice: 'Addresses are as a plan shows them: bimdata_invitation.56 or bimdata_user.bob@acme.example.',
  })
}

/**
 * What is protected from outside the manifest: the flag and the variable, each a comma-separated list, add up.
 *
 * @throws CommandError for a flag that protects nobody
 */
export function protections(flags: Pick<PlanningFlags, 'protect'>, io: Io): readonly Protection[] {
  const empty = flags.protect.find(list => splitList(list).length === 0)
  if (empty !== undefined) throw new CommandError(`--protect: ${JSON.stringify(empty)} names no address`)
  return [
    ...protecting('--protect', flags.protect),
    ...protecting('GUESTLIST_PROTECT', [io.env.GUESTLIST_PROTECT ?? '']),
  ]
}

const protecting = (source: '--protect' | 'GUESTLIST_PROTECT', lists: readonly string[]): readonly Protection[] =>
  lists.flatMap(splitList).map(pattern => ({ pattern: emailKey(pattern), source }))

export interface PlanInputs {
  readonly manifest: Manifest
  readonly records: RemovalRecords
  readonly now: Date
  readonly apiUrl: string
  readonly options: ReconcileOptions
  /** As of the loaded manifest. */
  readonly locate: LoadedManifest['locate']
}

export async function makePlan(inputs: PlanInputs, list: ReadList): Promise<Plan> {
  const plan = await list(async batches => {
    const reconciler = startReconcile(inputs)
    for await (const batch of batches) for (const invitation of batch) reconciler.observe(invitation)
    return reconciler.finish()
  })
  return { ...plan, problems: inputs.locate(plan.problems) }
}
