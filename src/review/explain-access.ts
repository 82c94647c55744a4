import type { RuleRef } from '../model/action.js'
import { type Invitation, roleName } from '../model/invitation.js'
import type { Manifest, Removal, Rule } from '../model/manifest.js'
import type { RemovalRecords } from '../model/removal-record.js'
import { DAY_MS } from '../model/text.js'
import { ruleRef } from '../reconcile/decide.js'
import { indexRules } from '../reconcile/match.js'
import { isInForce } from '../reconcile/policy.js'
import { indexProtections } from '../reconcile/protect.js'
import { type AccessFinding, type AccessRow, type AccessStatus, FINDING_CODES } from './access-review.js'

export interface AccessInput {
  readonly manifest: Manifest
  /** The removals that the state remembers. */
  readonly records: RemovalRecords
  readonly now: Date
  /** An access that ends within this many milliseconds ends soon. */
  readonly within: number
}

/** A member of a cloud without a known accepted invitation with that role. */
interface Member {
  readonly email: string
  readonly key: string
  readonly cloud: string
  readonly role: number | null
  readonly status: 'member' | 'invited'
  /** Whether an invitation to the cloud with another role is known. */
  readonly invited: boolean
}

/** What is kept of an accepted invitation, since there may be 300,000. */
export interface Access {
  readonly email: string
  readonly key: string
  readonly cloud: string
  readonly cloud_role: number
  readonly project: string | null
  readonly project_role: number | null
  readonly ground: Ground
  /** Whether it was accepted before its user was removed. */
  readonly old: boolean
  status: AccessStatus
  /** Another one for the same person in the same cloud. */
  next: Access | null
}

export interface Explain {
  invitation(invitation: Invitation, key: string): Access
  /** Null if it no longer gives access, since its user has been removed. */
  row(access: Access): AccessRow | null
  member(member: Member): AccessRow
}

/** What decides an access. */
interface Ground {
  readonly rule: RuleRef | null
  readonly until: string | null
  readonly finding: 'unexplained' | 'denied-now' | null
}

/**
 * | the strongest rule in force | finding |
 * | --- | --- |
 * | accepts | none; the rule explains it |
 * | denies | `denied-now`; the rule is shown |
 * | none, and `unmatched: accept` | none; explained by that key |
 * | none | `unexplained` |
 *
 * | recorded as removed | the access | |
 * | --- | --- | --- |
 * | no | | `to-be-removed` if the manifest removes them and nothing protects them |
 * | yes | accepted before the removal, and not seen as a member | none: it was deleted with the account |
 * | yes | accepted since, or seen as a member | `removed-but-present`, and `to-be-removed` as above |
 */
export function explainAccess({ manifest, records, now, within }: AccessInput): Explain {
  const matches = indexRules(manifest.rules.filter(rule => isInForce(rule, now)))
  const protectionOf = indexProtections(manifest.protect)
  const removals = new Map(manifest.removals.map(removal => [removal.key, removal]))
  const grounds = new Map<Rule, Ground>()
  const lists = new Map<string, readonly AccessFinding[]>()
  const names = new Map<string, string>()
  const unmatched = unmatchedGround()

  function unmatchedGround(): Ground {
    if (manifest.unmatched !== 'accept' || manifest.unmatchedAt === null) return UNEXPLAINED
    return { rule: { ...manifest.unmatchedAt, name: null, owner: null, reason: null }, until: null, finding: null }
  }

  function groundOf(invitation: Invitation, key: string): Ground {
    const [winner] = matches({ invitation, key })
    if (winner === undefined) return unmatched
    const known = grounds.get(winner)
    if (known) return known
    const denied = winner.effect === 'deny'
    const ground: Ground = {
      rule: ruleRef(winner),
      until: denied ? null : winner.until,
      finding: denied ? 'denied-now' : null,
    }
    grounds.set(winner, ground)
    return ground
  }

  /** Clouds and projects have few distinct names: keep one string for each. */
  function shared(name: string): string {
    const known = names.get(name)
    if (known === undefined) names.set(name, name)
    return known ?? name
  }

  /** Rows with the same findings share a list. */
  function listed(found: ReadonlySet<AccessFinding | null>): readonly AccessFinding[] {
    const list = FINDING_CODES.filter(code => found.has(code))
    const name = list.join(' ')
    const known = lists.get(name)
    if (known) return known
    lists.set(name, list)
    return list
  }

  const soon = (day: string | null): boolean =>
    day !== null && Date.parse(`${day}T00:00:00Z`) + DAY_MS - now.getTime() <= within

  function rowOf(access: Described, ground: Ground, more: AccessFinding | null): AccessRow {
    const removal = protectionOf(access.key) === null ? (removals.get(access.key) ?? null) : null
    const ends = earliest(ground.until, removal)
    const back = access.status !== 'invited' && records.has(access.key)
    const admin = access.cloud_role === 'admin' || access.project_role === 'admin'
    const findings = listed(
      new Set([
        ground.finding,
        removal === null ? null : 'to-be-removed',
        back ? 'removed-but-present' : null,
        admin ? 'admin' : null,
        soon(ends) ? 'ends-soon' : null,
        more,
      ]),
    )
    return { ...access, rule: ground.rule, ends, findings }
  }

  return {
    invitation(invitation, key) {
      const { id, email, cloud_name, cloud_role, project_name, project_role } = invitation
      return {
        email,
        key: key === email ? email : key,
        cloud: shared(cloud_name),
        cloud_role,
        project: project_name === null ? null : shared(project_name),
        project_role,
        ground: groundOf(invitation, key),
        old: records.get(key)?.accepted_invitations.includes(id) ?? false,
        status: 'accepted',
        next: null,
      }
    },
    row({ email, key, cloud, cloud_role, project, project_role, ground, old, status }) {
      if (old && status !== 'member') return null
      const roles = {
        cloud_role: roleName(cloud_role),
        project_role: project_role === null ? null : roleName(project_role),
      }
      return rowOf({ email, key, cloud, ...roles, project, status }, ground, null)
    },
    member({ email, key, cloud, role, status, invited }) {
      const cloud_role = role === null ? null : roleName(role)
      const access = { email, key, cloud: shared(cloud), cloud_role, project: null, project_role: null, status }
      const ground = groundOf(standIn(email, cloud, role), key)
      return rowOf(access, ground, invited ? null : 'member-without-invitation')
    },
  }
}

type Described = Omit<AccessRow, 'rule' | 'ends' | 'findings'>

const UNEXPLAINED: Ground = { rule: null, until: null, finding: 'unexplained' }

/** The last day of the rule or the day before the removal, whichever is earlier. */
function earliest(until: string | null, removal: Removal | null): string | null {
  const from = removal?.from ?? null
  if (from === null) return until
  const before = new Date(Date.parse(`${from}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10)
  return until === null || before < until ? before : until
}

/** Stands in for an unknown invitation of a member: no rule by id, sender, client or project matches it. */
const standIn = (email: string, cloud_name: string, role: number | null): Invitation => ({
  id: -1,
  email,
  status: 'accepted',
  raw_status: 'A',
  cloud_name,
  cloud_role: role ?? -1,
  project_name: null,
  project_role: null,
  client_id: null,
  sender_provider_sub: null,
})
