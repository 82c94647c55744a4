import type { RefusalCode, WarningCode } from '../../model/plan.js'
import type { Pages } from '../code-page.js'

/** What a person should know of a plan before approving it. */
export const WARNING_PAGES: Pages<WarningCode> = {
  approval_not_counted: {
    means: 'An approval was given and does not count.',
    why: 'It is of another plan, API or namespace, by a key or a person who may not approve, expired, or the second by one person.',
    remedy: 'The message says which. Have the plan approved by somebody else, or sign the plan that is shown.',
    example: 'guestlist approvals verify plan.json --approval approvals/',
  },
  expired_rule: {
    means: 'The `until` of a rule is over, and it no longer matches.',
    why: 'Invitations that it used to decide are now decided by other rules, or by none.',
    remedy: 'Remove the rule, or change its date.',
    example: 'until: 2027-06-30',
  },
  accepted_but_denied: {
    means: 'A rule denies an invitation that is accepted already.',
    why: 'The API cannot undo an acceptance, so nothing is done.',
    remedy: 'To revoke the access, list the address under users.remove.',
    example: `users:
  remove:
    - email: eve@rival.example
      reason: competitor`,
  },
  unknown_status: {
    means: 'An invitation has a status that this version does not know.',
    why: 'The API says something that its documentation does not. What is not understood is not touched.',
    remedy: 'Look for a newer guestlist.',
    example: 'guestlist invitations get 56',
  },
  unknown_role: {
    means: 'An invitation grants a role that this version does not know.',
    why: 'A number that is not documented may grant anything.',
    remedy: 'Check what the role grants before approving.',
    example: 'guestlist invitations get 56 --json',
  },
  admin_rights: {
    means: 'Somebody becomes an admin of a cloud or a project.',
    why: 'An admin can invite others and delete data.',
    remedy: 'If that is not intended, deny the invitation, or accept `cloudRole: user` only.',
    example: `- email: "*@acme.example"
  cloudRole: user`,
  },
  clouds_lost: {
    means: 'A removal deletes an account, and may delete clouds with it.',
    why: 'A cloud in which the removed user is alone goes with them, with its data. It cannot be undone.',
    remedy: 'Read which clouds are named, and add somebody to those that have to stay.',
    example: `guards:
  maxCloudsLost: 0   # refuse plans that delete a cloud, or may`,
  },
  invited_only: {
    means: 'A cloud is deleted although people are invited to it.',
    why: 'Who was invited and has not come yet is no member: only members keep a cloud.',
    remedy: 'Have one of them accept first, or add another member.',
    example: 'guestlist invitations list --status pending',
  },
  emptied_together: {
    means: 'A cloud is deleted because every member of it is removed by this plan.',
    why: 'Each of these removals alone would leave somebody in it; the last of them leaves nobody. It is shown there.',
    remedy: 'Keep one of the members, or add another one, if the cloud has to stay.',
    example: 'guestlist plan --target bimdata_user.bob@acme.example',
  },
  returned: {
    means: 'Somebody who was removed before is back, and is removed again.',
    why: 'An invitation of theirs was accepted since the removal, and users.remove still lists them.',
    remedy: 'If they are to stay, remove them from users.remove.',
    example: 'guestlist explain bob@acme.example',
  },
  left_in_keycloak: {
    means: 'Keycloak holds somebody of a removed address who is left alone.',
    why: 'It is not certain that it is the same person: several have the address, it comes from another identity provider or from a directory, or it is a service account.',
    remedy: "The message says which. Delete them in Keycloak's console if they have to go.",
    example: `keycloak:
  url: https://iam.acme.example
  realm: bimdata
  alias: bimdataconnect`,
  },
  keycloak_not_read: {
    means: 'The plan does not say who is left in Keycloak.',
    why: 'It was made from a snapshot, which holds nothing of Keycloak.',
    remedy: 'Plan from the API to see it.',
    example: 'guestlist plan',
  },
  removal_coming: {
    means: 'A removal has a `from` that is still to come.',
    why: 'Until that day (UTC) nothing is done.',
    remedy: 'Nothing, if the day is right.',
    example: `- email: bob@acme.example
  from: 2026-12-01`,
  },
  removed_before: {
    means: 'An address is listed for removal again, but its removal is remembered.',
    why: 'The user was removed and no invitation was accepted since, so nothing is done. They may have come back another way.',
    remedy: 'To remove them again, forget the record.',
    example: 'guestlist state rm bob@acme.example',
  },
  target_without_change: {
    means: 'Nothing is planned for a `--target`.',
    why: 'It is right already, no rule matches it, or the address is misspelt.',
    remedy: 'Ask why.',
    example: 'guestlist explain 56',
  },
}

/** Why apply refuses a whole plan (exit code 3). */
export const REFUSAL_PAGES: Pages<RefusalCode> = {
  protected: {
    means: 'A user to remove is protected.',
    why: 'The address is covered by users.protect, `--protect` or GUESTLIST_PROTECT. A protection takes precedence over every removal, so nothing at all is done.',
    remedy: 'Remove the address from users.remove, or have the protection changed by whoever set it.',
    example: `users:
  protect:
    - "*@it.acme.example"`,
  },
  max_accepts: {
    means: 'More invitations would be accepted than guards.maxAccepts allows in one apply.',
    why: 'So many at once are more often a mistake in a rule than intended.',
    remedy: 'Read the plan rule by rule. If it is intended, raise the limit in the manifest.',
    example: `guards:
  maxAccepts: 200`,
  },
  max_denials: {
    means: 'More invitations would be denied than guards.maxDenials allows in one apply.',
    why: 'So many at once are more often a mistake in a rule than intended.',
    remedy: 'Read the plan rule by rule. If it is intended, raise the limit in the manifest.',
    example: `guards:
  maxDenials: 50`,
  },
  max_removals: {
    means: 'More users would be removed than guards.maxRemovals allows in one apply.',
    why: 'A removal deletes an account and cannot be undone. The limit is 5 by default.',
    remedy: 'Check every name. If it is intended, raise the limit for this run or in the manifest.',
    example: 'guestlist apply --max-removals 12',
  },
  max_clouds_lost: {
    means: 'More clouds would be deleted than guards.maxCloudsLost allows, or it is not known how many.',
    why: 'A cloud in which a removed user is alone is deleted with its data. Where members cannot be read, any cloud could be lost.',
    remedy:
      'Add somebody to the clouds that have to stay, or give guestlist a credential that sees them; if the loss is intended, raise the limit.',
    example: `guards:
  maxCloudsLost: 1`,
  },
}
