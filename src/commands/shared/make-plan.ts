import type { PlanningFlags } from '../../cli/common-options.js'
import { splitList } from '../../cli/flags.js'
import { CommandError, type Io } from '../../cli/io.js'
import type { Clock } from '../../http/clock.js'
import type { Protection } from '../../model/manifest.js'
import type { Plan } from '../../model/plan.js'
import { emailKey } from '../../model/text.js'
import { type ReconcileOptions, startReconcile } from '../../reconcile/reconcile.js'
import { parseTarget } from '../../reconcile/target.js'
import type { LoadedManifest } from './load-manifest.js'
import type { World } from './read-world.js'

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

/** What a plan is made from besides the world. */
export interface PlanBasis extends Pick<LoadedManifest, 'manifest' | 'locate'> {
  readonly options: ReconcileOptions
  /** What `--now` says; undefined is the clock's time. */
  readonly now: Date | undefined
}

export async function makePlan(basis: PlanBasis, world: World, clock: Pick<Clock, 'now'>): Promise<Plan> {
  const { manifest, options, locate, now = new Date(clock.now()) } = basis
  const { apiUrl, records } = world
  const plan = await world.list(async batches => {
    const reconciler = startReconcile({ manifest, options, now, apiUrl, records })
    for await (const batch of batches) for (const invitation of batch) reconciler.observe(invitation)
    return reconciler.finish()
  })
  return { ...plan, problems: locate(plan.problems) }
}
