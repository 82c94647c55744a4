import { createHash } from 'node:crypto'
import {
  type Action,
  type ActionReason,
  isInvitationAction,
  type KeycloakUser,
  type OverruledRef,
  STATUS_AFTER,
  type UserView,
} from '../model/action.js'
import type { Loss } from '../model/clouds.js'
import type { InvitationView } from '../model/invitation.js'
import { canonicalJsonChunks } from '../model/json.js'
import type { StateConfig } from '../model/manifest.js'
import type {
  Approvals,
  KeycloakRef,
  LeftOut,
  Plan,
  Provenance,
  Refusal,
  StateRead,
  Summary,
  Unchanged,
  Warning,
} from '../model/plan.js'
import type { Problem } from '../model/problem.js'

/** Version of Terraform's plan JSON format, whose fields this document has. */
export const FORMAT_VERSION = '1.2'

/** Version of the content of `guestlist`. Readers refuse a higher one. */
export const GUESTLIST_VERSION = 1

export interface ResourceChange {
  readonly address: string
  readonly mode: 'managed'
  readonly type: 'bimdata_invitation' | 'bimdata_user' | 'keycloak_user'
  readonly name: string
  readonly provider_name: 'guestlist'
  readonly change: {
    readonly actions: readonly ['update' | 'delete' | 'no-op']
    readonly before: InvitationView | UserView | KeycloakUser
    readonly after: InvitationView | UserView | null
    readonly after_unknown: Readonly<Record<string, never>>
    readonly before_sensitive: false
    readonly after_sensitive: false
  }
  readonly action_reason: ActionReason | Unchanged['why']
}

export interface ActionEntry extends Pick<Action, 'address' | 'action' | 'rule' | 'overruled'> {
  readonly implied_by: string | null
  /** For removals only. */
  readonly loss?: Loss | null
}

/** For a no-op, which is listed only on request. */
export type UnchangedEntry = Pick<Unchanged, 'address' | 'rule' | 'overruled'>

/** schemas/plan.schema.json; a saved plan is this document. */
export interface PlanDocument {
  readonly format_version: typeof FORMAT_VERSION
  readonly resource_changes: readonly ResourceChange[]
  readonly timestamp: string
  readonly applyable: boolean
  readonly complete: boolean
  readonly errored: boolean
  readonly guestlist: {
    readonly version: typeof GUESTLIST_VERSION
    readonly api_url: string
    readonly digest: string
    readonly summary: Summary
    readonly warnings: readonly Warning[]
    readonly refused: readonly Refusal[]
    readonly actions: readonly ActionEntry[]
    readonly unchanged: readonly UnchangedEntry[]
    readonly diagnostics: readonly Problem[]
    readonly approvals: Approvals
    readonly keycloak: KeycloakRef | null
    readonly unused_rules: readonly OverruledRef[]
    readonly left_out: LeftOut
    /** Where removals will be recorded, and what is recorded now. */
    readonly state: StateConfig & Partial<StateRead>
    readonly provenance: Provenance | null
    /** `sha256:` over the whole document without this member; detects an edited or damaged file. */
    readonly checksum: string
  }
}

/** The document with its long lists as iterables that are generated on each read, for writing it out in chunks. */
export interface PlanDocumentStream extends Omit<PlanDocument, 'resource_changes' | 'guestlist'> {
  readonly resource_changes: Iterable<ResourceChange>
  readonly guestlist: Omit<PlanDocument['guestlist'], 'actions' | 'unchanged'> & {
    readonly actions: Iterable<ActionEntry>
    readonly unchanged: Iterable<UnchangedEntry>
  }
}

type Unsealed = Omit<PlanDocumentStream, 'guestlist'> & {
  readonly guestlist: Omit<PlanDocumentStream['guestlist'], 'checksum'> & { readonly checksum?: string }
}

export function toDocument(plan: Plan): PlanDocument {
  const document = streamDocument(plan)
  const { resource_changes, guestlist } = document
  return {
    ...document,
    resource_changes: [...resource_changes],
    guestlist: { ...guestlist, actions: [...guestlist.actions], unchanged: [...guestlist.unchanged] },
  }
}

export function streamDocument(plan: Plan): PlanDocumentStream {
  const { apiUrl: api_url, digest, summary, warnings, refused, actions, unchanged } = plan
  const errored = plan.problems.length > 0
  const unsealed: Unsealed = {
    format_version: FORMAT_VERSION,
    resource_changes: {
      *[Symbol.iterator]() {
        for (const action of actions) yield changeOf(action)
        for (const item of unchanged) yield noOp(item)
      },
    },
    timestamp: plan.timestamp,
    applyable: !errored && refused.length === 0 && actions.length > 0,
    complete: plan.complete,
    errored,
    guestlist: {
      version: GUESTLIST_VERSION,
      api_url,
      digest,
      summary,
      warnings,
      refused,
      actions: mapped(actions, entryOf),
      unchanged: mapped(unchanged, ({ address, rule, overruled }) => ({ address, rule, overruled })),
      diagnostics: plan.problems,
      approvals: plan.approvals,
      keycloak: plan.keycloak,
      unused_rules: plan.unusedRules,
      left_out: plan.leftOut,
      state: { ...plan.state, ...plan.stateRead },
      provenance: plan.provenance,
    },
  }
  return { ...unsealed, guestlist: { ...unsealed.guestlist, checksum: checksumOf(unsealed) } }
}

function entryOf(planned: Action): ActionEntry {
  const { address, action, rule, overruled, impliedBy: implied_by } = planned
  const entry = { address, action, rule, overruled, implied_by }
  return planned.action === 'remove' ? { ...entry, loss: planned.loss } : entry
}

const mapped = <T, U>(items: readonly T[], map: (item: T) => U): Iterable<U> => ({
  *[Symbol.iterator]() {
    for (const item of items) yield map(item)
  },
})

export function checksumOf({ guestlist, ...rest }: Unsealed): string {
  const { checksum: _, ...ours } = guestlist
  const hash = createHash('sha256')
  for (const chunk of canonicalJsonChunks({ ...rest, guestlist: ours })) hash.update(chunk)
  return `sha256:${hash.digest('hex')}`
}

function changeOf(action: Action): ResourceChange {
  if (!isInvitationAction(action)) return resource(action.address, 'delete', action.before, null, action.why)
  return resource(
    action.address,
    'update',
    action.before,
    { ...action.before, status: STATUS_AFTER[action.action] },
    action.why,
  )
}

const TYPES = ['bimdata_invitation', 'bimdata_user', 'keycloak_user'] as const

const noOp = ({ address, before, why }: Unchanged): ResourceChange => resource(address, 'no-op', before, before, why)

function resource(
  address: string,
  action: 'update' | 'delete' | 'no-op',
  before: InvitationView | UserView | KeycloakUser,
  after: InvitationView | UserView | null,
  action_reason: ResourceChange['action_reason'],
): ResourceChange {
  const dot = address.indexOf('.')
  return {
    address,
    mode: 'managed',
    type: TYPES.find(type => address.startsWith(`${type}.`)) ?? 'bimdata_user',
    name: address.slice(dot + 1),
    provider_name: 'guestlist',
    change: {
      actions: [action],
      before,
      after,
      after_unknown: {},
      before_sensitive: false,
      after_sensitive: false,
    },
    action_reason,
  }
}
