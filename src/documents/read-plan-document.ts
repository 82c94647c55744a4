import { ACTION_REASONS, type Action, type ActionReason, countActions } from '../model/action.js'
import { GuestlistError } from '../model/error.js'

import { memberOf, repeatedKey, tryParseJson } from '../model/json.js'
import type { Plan } from '../model/plan.js'
import {
  type ActionEntry,
  checksumOf,
  FORMAT_VERSION,
  GUESTLIST_VERSION,
  type PlanDocument,
  type ResourceChange,
  streamDocument,
} from './plan-document.js'
import { validatePlanDocument } from './plan-validator.gen.js'

/** @throws GuestlistError */
export function parsePlanDocument(text: string): Plan {
  const value = tryParseJson(text)
  refuseNewer(value)
  if (!validatePlanDocument(value)) throw notAPlan()
  if (checksumOf(value) !== value.guestlist.checksum || repeatedKey(text) !== null) throw edited()
  const plan = fromDocument(value)
  if (!saysOneThing(plan, value)) throw edited()
  return plan
}

/**
 * Whether guestlist would write this document for this plan. The document repeats much, for tools that know Terraform's
 * plans: `resource_changes` and the summary must show the same actions as `guestlist.actions`.
 */
function saysOneThing(plan: Plan, { guestlist }: PlanDocument): boolean {
  const { approvals, checksum } = guestlist
  return streamDocument({ ...plan, approvals }).guestlist.checksum === checksum
}

function refuseNewer(value: unknown): void {
  const format = String(memberOf(value, 'format_version'))
  const version = memberOf(memberOf(value, 'guestlist'), 'version')
  const [major = 0, minor = 0] = format.split('.').map(Number)
  const [ownMajor = 0, ownMinor = 0] = FORMAT_VERSION.split('.').map(Number)
  const newer = major > ownMajor || (major === ownMajor && minor > ownMinor)
  if (newer || (typeof version === 'number' && version > GUESTLIST_VERSION)) {
    throw new GuestlistError(
      'plan-newer',
      `The plan has a newer format (${format}, guestlist ${String(version)}) than this version reads (${FORMAT_VERSION}, guestlist ${GUESTLIST_VERSION}).`,
      {
        advice: 'Use the version of guestlist that wrote it, or plan again with this one.',
      },
    )
  }
}

const notAPlan = () =>
  new GuestlistError('plan-invalid', 'The file is not a plan that guestlist wrote.', {
    advice: 'Make one with "guestlist plan --out FILE". A plan of an older version has to be made again.',
  })

/** The error for a plan whose digest or checksum does not match. */
export const edited = () =>
  new GuestlistError(
    'plan-edited',
    'The plan was changed after guestlist wrote it: its digest or checksum does not match.',
    {
      advice: 'A plan cannot be edited. Change the manifest, or use --target, and plan again.',
    },
  )

function fromDocument(document: PlanDocument): Plan {
  const { guestlist, resource_changes, timestamp, complete } = document
  const { description, remembered = null, lineage = null, ...state } = guestlist.state
  const changes = new Map(resource_changes.map(change => [change.address, change]))
  const actions = guestlist.actions.map(entry => actionOf(entry, changes.get(entry.address)))
  const deletions = actions.filter(({ action }) => action === 'delete').length
  return {
    apiUrl: guestlist.api_url,
    timestamp,
    actions,
    unchanged: guestlist.unchanged.map(({ address, rule, overruled }) => {
      const { change, action_reason: why } = changes.get(address) ?? {}
      if (!change || 'username' in change.before || !why || isActionReason(why)) throw edited()
      return { address, before: change.before, why, rule, overruled }
    }),
    warnings: guestlist.warnings,
    refused: guestlist.refused,
    problems: guestlist.diagnostics,
    complete,
    summary: {
      ...guestlist.summary,
      ...countActions(actions),
      keycloak: deletions > 0 ? deletions : guestlist.summary.keycloak && 0,
      warnings: guestlist.warnings.length,
      refused: guestlist.refused.length,
    },
    // Approvals come from signatures, never from the file.
    approvals: { required: guestlist.approvals.required, approvers: null },
    keycloak: guestlist.keycloak,
    unusedRules: guestlist.unused_rules,
    leftOut: guestlist.left_out,
    state,
    stateRead: description === undefined ? null : { description, remembered, lineage },
    provenance: guestlist.provenance,
    digest: guestlist.digest,
  }
}

const isActionReason = (why: ResourceChange['action_reason']): why is ActionReason =>
  ACTION_REASONS.some(each => each === why)

function actionOf(entry: ActionEntry, resource: ResourceChange | undefined): Action {
  const { address, action, rule, overruled, implied_by, loss = null } = entry
  const { change, action_reason: why } = resource ?? {}
  if (!change || !why || !isActionReason(why)) throw edited()
  const { before } = change
  if (action === 'remove' && 'recorded' in before)
    return { action, address, before, why, rule, overruled, impliedBy: null, loss }
  if (action === 'delete' && 'username' in before && implied_by !== null)
    return { action, address, before, why, rule, overruled, impliedBy: implied_by }
  if ((action === 'accept' || action === 'deny') && 'cloud_name' in before)
    return { action, address, before, why, rule, overruled, impliedBy: implied_by }
  throw edited()
}
