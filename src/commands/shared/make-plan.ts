import type { PlanningFlags, RequiringFlags } from '../../cli/common-options.js'
import { type CommonFlags, splitList } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { findLeftovers, usersToLookUp, withLeftovers, withoutKeycloak } from '../../keycloak/leftovers.js'
import { withLoss } from '../../loss/with-loss.js'
import { addressFault, emailKey } from '../../model/email-address.js'
import { GuestlistError } from '../../model/error.js'
import type { Protection } from '../../model/manifest.js'
import type { Plan } from '../../model/plan.js'
import { type ReconcileOptions, startReconcile } from '../../reconcile/reconcile.js'
import { parseTarget } from '../../reconcile/resource-address.js'
import { quoteTerminal } from '../../render/escape/terminal.js'
import type { Clock } from '../../system/clock.js'
import type { LoadedManifest } from './load-manifest.js'
import { approvalDemands } from './plan-approvals.js'
import { provenanceOf, type World } from './read-world.js'

/** @throws GuestlistError for a target that is not an address, or a protection that protects nobody */
export function reconcileOptions(
  flags: PlanningFlags & RequiringFlags & Pick<CommonFlags, 'given'>,
  io: Io,
  keepUnchanged: boolean,
): ReconcileOptions {
  return {
    targets: flags.target.map(text => readTarget(text, flags.given.has('target') ? '--target' : 'GUESTLIST_TARGET')),
    noRemovals: flags.noRemovals,
    ...(flags.maxRemovals === undefined ? {} : { maxRemovals: flags.maxRemovals }),
    protect: protections(flags, io),
    approvals: approvalDemands(flags, io),
    keepUnchanged,
  }
}

function readTarget(text: string, source: string): string {
  const address = parseTarget(text)
  if (address !== null) return address
  const email = /^bimdata_user\.(.*)$/s.exec(text)?.[1]
  const fault = email === undefined ? null : addressFault(email, 'address')
  throw new GuestlistError('usage', `${source}: ${quoteTerminal(text)} ${fault?.fault ?? 'is not an address'}`, {
    advice:
      fault?.advice ?? 'Addresses are as a plan shows them: bimdata_invitation.56 or bimdata_user.bob@acme.example.',
  })
}

/**
 * Protections from outside the manifest: the flag's and the variable's combined.
 *
 * @throws GuestlistError for an entry that protects nobody
 */
export function protections(flags: Pick<PlanningFlags, 'protect'>, io: Io): readonly Protection[] {
  return [
    ...flags.protect.map(pattern => protection('--protect', pattern)),
    ...splitList(io.env.GUESTLIST_PROTECT ?? '').map(pattern => protection('GUESTLIST_PROTECT', pattern)),
  ]
}

function protection(source: '--protect' | 'GUESTLIST_PROTECT', pattern: string): Protection {
  const found = addressFault(pattern, 'protection')
  if (found === null) return { pattern: emailKey(pattern), source }
  throw new GuestlistError(
    'protects-nobody',
    `${source}: ${quoteTerminal(pattern)} ${found.fault}, and would protect nobody`,
    {
      advice: `${found.advice} Entries are separated by commas or line breaks, without quotation marks.`,
    },
  )
}

/** Everything a plan needs besides the world. */
export interface PlanBasis extends Pick<LoadedManifest, 'manifest' | 'locate' | 'files' | 'ci'> {
  readonly options: ReconcileOptions
  /** The value of `--now`; undefined means the clock's time. */
  readonly now: Date | undefined
  /** Skip checking which clouds removals would delete. */
  readonly noLoss: boolean
}

export async function makePlan(basis: PlanBasis, world: World, clock: Pick<Clock, 'now'>): Promise<Plan> {
  const { manifest, options, locate, noLoss, now = new Date(clock.now()) } = basis
  const { apiUrl, records } = world
  const { snapshot } = world.source
  const reconciler = await world.list(() => startReconcile({ manifest, options, now, apiUrl, records }))
  const plan = reconciler.finish()
  const removes = plan.actions.some(({ action }) => action === 'remove')
  const clouds = removes && !noLoss ? await world.clouds() : null
  const withClouds = withLoss(plan, clouds, manifest.guards.maxCloudsLost)
  const whole = await withKeycloak(withClouds, basis, world, now)
  return {
    ...whole,
    problems: locate(whole.problems),
    stateRead: world.state,
    provenance: provenanceOf(
      { apiUrl, source: snapshot === null ? { at: plan.timestamp, snapshot } : world.source },
      basis,
      now,
    ),
  }
}

/** Adds the users left over in Keycloak to the plan. */
async function withKeycloak(
  plan: Plan,
  { manifest, options }: PlanBasis,
  { keycloak }: World,
  now: Date,
): Promise<Plan> {
  if (manifest.keycloak === null) return plan
  const users = usersToLookUp(manifest, options, now)
  if (users.length === 0) return withLeftovers(plan, { actions: [], warnings: [] }, manifest, options)
  if (keycloak === null) return withoutKeycloak(plan)
  const found = await findLeftovers(manifest.keycloak, users, keycloak)
  return withLeftovers(plan, found, manifest, options)
}
