import { type Invitation, ROLE_NUMBERS, type Role, roleName } from '../model/invitation.js'
import type { Manifest, Removal, Rule } from '../model/manifest.js'
import type { RuleRef } from '../model/plan.js'
import type { RemovalRecord, RemovalRecords } from '../model/state.js'
import { ruleRef } from '../reconcile/decide.js'
import { isInForce } from '../reconcile/in-force.js'
import { indexRules } from '../reconcile/match.js'
import { indexProtections } from '../reconcile/protect.js'
import { type AccessRow, type AccessStatus, FINDING_CODES, type Finding } from './review.js'

export interface AccessInput {
  readonly manifest: Manifest
  /** What the state remembers. */
  readonly records: RemovalRecords
  readonly now: Date
  /** Milliseconds: what ends within them ends soon. */
  readonly within: number
}

/** A member of a cloud, of whom no accepted invitation with that role is known. */
interface Member {
  readonly email: string
  readonly key: string
  readonly cloud: string
  readonly role: Role | number | null
  readonly status: 'member' | 'invited'
  /** An invitation to the cloud is known, with another role. */
  readonly invited: boolean
}

export interface Explain {
  /** Null for an invitation that gives no access any more: its user was removed since. */
  invitation(invitation: Invitation, key: string, status: AccessStatus): AccessRow | null
  member(member: Member): AccessRow
}

/** What decides an access. */
interface Ground {
  readonly rule: RuleRef | null
  readonly until: string | null
  readonly finding: 'unexplained' | 'denied-now' | null
}

const DAY = 86_400_000

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
 * | no | | `to-be-removed` where the manifest removes them and nothing protects them |
 * | yes | accepted before the removal, and not seen as a member | none: it went with the account |
 * | yes | accepted since, or seen as a member | `removed-but-present`, and `to-be-removed` as above |
 */
export function explainAccess({ manifest, records, now, within }: AccessInput): Explain {
  const matches = indexRules(manifest.rules.filter(rule => isInForce(rule, now)))
  const protectionOf = indexProtections(manifest.protect)
  const removals = new Map(manifest.removals.map(removal => [removal.key, removal]))
  const grounds = new Map<Rule, Ground>()
  const lists = new Map<string, readonly Finding[]>()
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

  /** Rows with the same findings have the same list. */
  function listed(found: ReadonlySet<Finding | null>): readonly Finding[] {
    const list = FINDING_CODES.filter(code => found.has(code))
    const name = list.join(' ')
    const known = lists.get(name)
    if (known) return known
    lists.set(name, list)
    return list
  }

  const soon = (day: string | null): boolean =>
    day !== null && Date.parse(`${day}T00:00:00Z`) + DAY - now.getTime() <= within

  type Access = Omit<AccessRow, 'rule' | 'ends' | 'findings'>

  function row(access: Access, ground: Ground, back: boolean, more: Finding | null): AccessRow {
    const removal = protectionOf(access.key) === null ? (removals.get(access.key) ?? null) : null
    const ends = earliest(ground.until, removal)
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
    invitation(invitation, key, status) {
      const record = records.get(key)
      const gone = record !== undefined && status !== 'member' && isOld(invitation, record)
      if (gone) return null
      const { email, cloud_name: cloud, project_name: project } = invitation
      const access = {
        email,
        key,
        cloud,
        cloud_role: roleName(invitation.cloud_role),
        project,
        project_role: invitation.project_role === null ? null : roleName(invitation.project_role),
        status,
      }
      return row(access, groundOf(invitation, key), record !== undefined, null)
    },
    member({ email, key, cloud, role, status, invited }) {
      const access = { email, key, cloud, cloud_role: role, project: null, project_role: null, status }
      const back = status === 'member' && records.has(key)
      const ground = groundOf(standIn(email, cloud, role), key)
      return row(access, ground, back, invited ? null : 'member-without-invitation')
    },
  }
}

const UNEXPLAINED: Ground = { rule: null, until: null, finding: 'unexplained' }

const isOld = ({ id }: Invitation, { accepted_invitations }: RemovalRecord): boolean =>
  accepted_invitations.includes(id)

/** The last day of the rule, or the day before that of the removal. */
function earliest(until: string | null, removal: Removal | null): string | null {
  const from = removal?.from ?? null
  if (from === null) return until
  const before = new Date(Date.parse(`${from}T00:00:00Z`) - DAY).toISOString().slice(0, 10)
  return until === null || before < until ? before : until
}

/** What rules can match of somebody of whom no invitation is known: no rule by id, sender, client or project does. */
const standIn = (email: string, cloud_name: string, role: Role | number | null): Invitation => ({
  id: -1,
  email,
  status: 'accepted',
  raw_status: 'A',
  cloud_name,
  cloud_role: role === null ? -1 : typeof role === 'number' ? role : ROLE_NUMBERS[role],
  project_name: null,
  project_role: null,
  client_id: null,
  sender_provider_sub: null,
})
