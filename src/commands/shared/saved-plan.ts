import type { PlanningFlags, RequiringFlags } from '../../cli/common-options.js'
import { readDocument } from '../../cli/files.js'
import type { CommonFlags } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { edited, parsePlanDocument } from '../../documents/read-plan-document.js'
import { decideLeftover } from '../../keycloak/leftovers.js'
import { type Action, isAccountRemoval } from '../../model/action.js'
import { emailKey } from '../../model/email-address.js'
import { GuestlistError } from '../../model/error.js'
import type { KeycloakRef, Plan, Refusal } from '../../model/plan.js'
import { canonicalApiUrl } from '../../model/text.js'
import { planDigest } from '../../reconcile/digest.js'
import { checkGuards, requiredApprovals } from '../../reconcile/guards.js'
import { indexProtections, protectionRefusal } from '../../reconcile/protect.js'
import { invitationAddress, leftoverAddress, parseTarget, userAddress } from '../../reconcile/resource-address.js'
import { protections } from './make-plan.js'
import { approvalDemands } from './plan-approvals.js'
import { apiUrlOf } from './wire-options.js'

/** @throws GuestlistError for a file that is not a plan, was edited, or has a newer format: each says which */
export const loadSavedPlan = (path: string, io: Pick<Io, 'cwd'>): Promise<Plan> =>
  readDocument(path, 'plan', io, text => {
    const plan = parsePlanDocument(text)
    const { apiUrl, actions, keycloak, digest } = plan
    if (planDigest(apiUrl, actions, keycloak) !== digest || !actions.every(isNamedAsItIs(keycloak))) throw edited()
    return plan
  })

/**
 * People read the address: if it named something other than what is acted on, they would approve the wrong thing.
 * And nobody is deleted in Keycloak unless guestlist itself would plan it.
 */
const isNamedAsItIs =
  (keycloak: KeycloakRef | null) =>
  (planned: Action): boolean => {
    switch (planned.action) {
      case 'remove':
        return planned.address === userAddress(emailKey(planned.before.email))
      case 'delete': {
        const { address, before } = planned
        const isNamed = address === leftoverAddress(emailKey(before.email))
        return isNamed && keycloak !== null && decideLeftover(before.email, [before], keycloak.alias).kind === 'delete'
      }
      default:
        return planned.address === invitationAddress(planned.before.id)
    }
  }

type SavedPlanFlags = CommonFlags & PlanningFlags & RequiringFlags

/**
 * A saved plan as it may be applied here and now: for this API, under the current protections and limits. Flags that
 * would have made the same plan are accepted: a pipeline may set them for all its steps.
 *
 * @throws GuestlistError for flags that cannot change a saved plan
 */
export function applicableSavedPlan(plan: Plan, flags: SavedPlanFlags, io: Io): Plan {
  const settled = [
    ...(flags.given.has('file') ? ['--file'] : []),
    ...(flags.target.length > 0 && !plan.actions.every(isTargeted(flags.target)) ? ['--target'] : []),
    ...(flags.noRemovals && plan.actions.some(isAccountRemoval) ? ['--no-removals'] : []),
    ...(flags.given.has('now') ? ['--now'] : []),
  ]
  if (settled.length > 0) {
    throw new GuestlistError('plan-settled', `${settled.join(', ')} cannot change a saved plan`, {
      advice: 'Plan again with it.',
    })
  }
  assertSameApi(plan, flags)
  const refused = [...refusedNow(plan, flags), ...protectedNow(plan, flags, io)]
  return { ...plan, refused, approvals: { required: requiredNow(plan, flags, io), approvers: null } }
}

function isTargeted(targets: readonly string[]): (action: Action) => boolean {
  const addresses = new Set(targets.map(target => parseTarget(target) ?? target))
  return ({ action, address, before }) =>
    addresses.has(address) || (action === 'deny' && addresses.has(userAddress(emailKey(before.email))))
}

function assertSameApi({ apiUrl }: Plan, flags: SavedPlanFlags): void {
  const configured = canonicalApiUrl(apiUrlOf(flags))
  if (configured === canonicalApiUrl(apiUrl)) return
  throw new GuestlistError('plan-other-api', `The plan was made for the API at ${apiUrl}, not for ${configured}`, {
    advice: 'Set --api-url (or BIMDATA_API_URL) to the address of the plan, with credentials of that API.',
  })
}

/** The approvals required when the plan was made or now, whichever is stricter. */
export const requiredNow = ({ actions, approvals }: Plan, flags: RequiringFlags, io: Io): number =>
  Math.max(approvals.required, requiredApprovals(actions, approvalDemands(flags, io)))

/** The plan's refusals; `--max-removals` overrides the guard that the plan was made under. */
function refusedNow({ refused, actions }: Plan, { maxRemovals }: PlanningFlags): readonly Refusal[] {
  if (maxRemovals === undefined) return refused
  const others = refused.filter(refusal => refusal.kind !== 'guard' || refusal.guard !== 'maxRemovals')
  return [...others, ...checkGuards(actions, { maxAccepts: null, maxDenials: null, maxRemovals })]
}

/** Refusals by the current protections from outside the manifest, whenever the plan was made. */
function protectedNow({ actions }: Plan, flags: SavedPlanFlags, io: Io): readonly Refusal[] {
  const protectionOf = indexProtections(protections(flags, io))
  const seen = new Set<string>()
  return actions.flatMap((action): readonly Refusal[] => {
    // A person counts once, whether removed from the API, Keycloak or both.
    if (!isAccountRemoval(action) || seen.has(emailKey(action.before.email))) return []
    const { address, rule } = action
    const { email } = action.before
    seen.add(emailKey(email))
    const protection = protectionOf(emailKey(email))
    return protection ? [protectionRefusal({ address, email, rule }, protection)] : []
  })
}
