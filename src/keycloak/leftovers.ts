import type { KeycloakUser, LeftoverAction } from '../model/action.js'
import { emailKey } from '../model/email-address.js'
import { changesText, isSameJson } from '../model/json.js'
import type { KeycloakConfig, Manifest, Removal } from '../model/manifest.js'
import type { Plan, Warning } from '../model/plan.js'
import { byCodeUnit } from '../model/text.js'
import { ruleRef } from '../reconcile/decide.js'
import { planDigest } from '../reconcile/digest.js'
import { approvalDemandsOf, checkGuards, requiredApprovals } from '../reconcile/guards.js'
import { isComing } from '../reconcile/policy.js'
import { indexProtections } from '../reconcile/protect.js'
import type { ReconcileOptions } from '../reconcile/reconcile.js'
import { leftoverAddress, userAddress } from '../reconcile/resource-address.js'
import type { KeycloakClient } from './keycloak-client.js'

/** The part of the client that planning and drift checks use. */
export type KeycloakReader = Pick<KeycloakClient, 'find'>

/**
 * The users to look up in Keycloak: everybody under users.remove who is due, not protected and within the targets.
 * Users whose removal at the API is remembered are included, because it may not have reached Keycloak.
 */
export function usersToLookUp(manifest: Manifest, options: ReconcileOptions, now: Date): readonly Removal[] {
  if (options.noRemovals) return []
  const protectionOf = indexProtections([...manifest.protect, ...(options.protect ?? [])])
  const targets = new Set(options.targets)
  const isTargeted = ({ key }: Removal) => targets.size === 0 || targets.has(userAddress(key))
  return manifest.removals.filter(
    removal => !isComing(removal, now) && protectionOf(removal.key) === null && isTargeted(removal),
  )
}

/** The Keycloak users to delete, in address order, and warnings about those left alone. */
export interface Leftovers {
  readonly actions: readonly LeftoverAction[]
  readonly warnings: readonly Warning[]
}

/** Looks up all users, one at a time: they are few, and others depend on this server to log in. */
export async function findLeftovers(
  { alias }: Pick<KeycloakConfig, 'alias'>,
  removals: readonly Removal[],
  keycloak: KeycloakReader,
): Promise<Leftovers> {
  const actions: LeftoverAction[] = []
  const warnings: Warning[] = []
  for (const removal of removals) {
    const { email, key } = removal
    const decision = decideLeftover(email, await keycloak.find(email), alias)
    const about = { address: leftoverAddress(key), rule: ruleRef(removal) }
    if (decision.kind === 'leave')
      warnings.push({
        ...about,
        code: 'left_in_keycloak',
        message: `${email} is left alone in Keycloak: ${decision.why}.`,
      })
    if (decision.kind === 'delete')
      actions.push({
        ...about,
        action: 'delete',
        before: decision.user,
        why: 'delete_leftover',
        overruled: [],
        impliedBy: userAddress(key),
      })
  }
  return { actions: actions.sort((a, b) => byCodeUnit(a.address, b.address)), warnings }
}

/** Adds the Keycloak deletions to the plan, last, and updates its digest, removal guard and required approvals. */
export function withLeftovers(plan: Plan, found: Leftovers, manifest: Manifest, options: ReconcileOptions): Plan {
  const actions = [...plan.actions, ...found.actions]
  const warnings = [...plan.warnings, ...found.warnings]
  const others = plan.refused.filter(refusal => refusal.kind !== 'guard' || refusal.guard !== 'maxRemovals')
  const { guards } = manifest
  const keycloak = refOf(manifest.keycloak)
  const maxRemovals = options.maxRemovals ?? guards.maxRemovals
  const refused = [...others, ...checkGuards(actions, { maxAccepts: null, maxDenials: null, maxRemovals })]
  const required = requiredApprovals(actions, approvalDemandsOf(guards, options.approvals))
  return {
    ...plan,
    actions,
    warnings,
    refused,
    keycloak,
    approvals: { ...plan.approvals, required },
    summary: {
      ...plan.summary,
      keycloak: found.actions.length,
      warnings: warnings.length,
      refused: refused.length,
    },
    digest: planDigest(plan.apiUrl, actions, keycloak),
  }
}

const refOf = (config: KeycloakConfig | null): Plan['keycloak'] =>
  config === null ? null : { url: config.url, realm: config.realm, alias: config.alias }

/** Warns that a plan made from a snapshot does not cover Keycloak. */
export function withoutKeycloak(plan: Plan): Plan {
  const warning: Warning = {
    code: 'keycloak_not_read',
    message: 'A snapshot holds nothing of Keycloak: users left there, who would be deleted, are not part of this plan.',
    address: null,
    rule: null,
  }
  const warnings = [...plan.warnings, warning]
  return { ...plan, warnings, summary: { ...plan.summary, warnings: warnings.length } }
}

/** A planned deletion whose user has changed since. */
export interface LeftoverDrift {
  readonly address: string
  readonly planned: KeycloakUser
  /** Null if the address now belongs to nobody, or to more than one user. */
  readonly live: KeycloakUser | null
}

/** Any difference counts: what was approved is exactly what was shown. */
export async function leftoverDrift({ actions }: Plan, keycloak: KeycloakReader): Promise<readonly LeftoverDrift[]> {
  const drifted: LeftoverDrift[] = []
  for (const action of actions) {
    if (action.action !== 'delete') continue
    const { address, before } = action
    const found = await keycloak.find(before.email)
    const live = found.length === 1 ? (found[0] ?? null) : null
    if (live === null || !isSameJson(live, before)) drifted.push({ address, planned: before, live })
  }
  return drifted
}

/** Describes the change in one line. */
export function leftoverDriftText({ planned, live }: LeftoverDrift): string {
  if (live === null) return `Keycloak no longer has exactly one user with the address ${planned.email}`
  return `in Keycloak ${changesText(planned, live)}`
}

type LeftoverDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'delete'; readonly user: KeycloakUser }
  | { readonly kind: 'leave'; readonly why: string }

/**
 * Decides what to do with the users that Keycloak found for an address. When in doubt, they are left alone: a deletion
 * cannot be undone.
 *
 * | found | decision |
 * | --- | --- |
 * | nobody | nothing to do |
 * | more than one user | left alone |
 * | a user with another address | left alone |
 * | a service account | left alone |
 * | a user from an LDAP federation | left alone: a writable one would delete them there too |
 * | no federated identity | left alone: they did not come through the provider |
 * | an identity of another alias, with or without this one | left alone |
 * | this alias alone | deleted |
 */
export function decideLeftover(email: string, found: readonly KeycloakUser[], alias: string): LeftoverDecision {
  const [user, ...others] = found
  if (user === undefined) return { kind: 'none' }
  if (others.length > 0) return leave(`${found.length} or more users of Keycloak have this address`)
  if (emailKey(user.email) !== emailKey(email))
    return leave(`Keycloak found a user with another address: ${user.email || 'none'}`)
  if (user.service_account) return leave('it is a service account')
  if (user.federation_link !== null) return leave('they come from an LDAP federation, and are to be removed there')
  if (user.identities.length === 0) return leave(`they did not sign up through the identity provider "${alias}"`)
  const foreign = user.identities.filter(each => each !== alias).map(each => `"${each}"`)
  if (foreign.length > 0) return leave(`they have an identity of another provider: ${foreign.join(', ')}`)
  return { kind: 'delete', user }
}

const leave = (why: string): LeftoverDecision => ({ kind: 'leave', why })
