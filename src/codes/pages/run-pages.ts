import type { RunCode } from '../../model/report.js'
import type { Pages } from '../code-page.js'

const AGAIN = 'guestlist apply'

/** What keeps an apply from being complete (exit code 5, or 130 after an interrupt). */
export const RUN_PAGES: Pages<RunCode> = {
  action_absent: {
    means: 'The API does not know a user to remove.',
    why: 'They never used it, are gone already, or these credentials may not see them. Somebody who only signed in stays behind in Keycloak.',
    remedy:
      'On premises, have guestlist delete the account in Keycloak (`keycloak` in the manifest); elsewhere contact the operator of Keycloak.',
    example: 'bimdata_user.bob@acme.example: absent: the API does not know this user',
  },
  action_failed: {
    means: 'An action was attempted, and is not known to have taken effect.',
    why: 'The API refused the request, or did not answer within the retries. The reason is shown next to it.',
    remedy: 'Fix the cause and run apply again: it does what is left.',
    example: AGAIN,
  },
  action_rejected: {
    means: 'The API rejected the request for a removal (400).',
    why: 'Its documentation does not say when it does so. The user may still be there, so the removal is not remembered.',
    remedy: "Check the address. If it is right, contact the API's operator; the next apply asks again.",
    example: AGAIN,
  },
  action_skipped: {
    means: 'An action was not attempted, because something before it failed.',
    why: 'Nobody is removed after a failure: what failed may be what the removal relied on.',
    remedy: 'Fix what failed and run apply again.',
    example: AGAIN,
  },
  action_not_attempted: {
    means: 'The run stopped before the turn of an action.',
    why: 'See why it stopped.',
    remedy: 'Run apply again: it does what is left.',
    example: AGAIN,
  },
  nobody_removed: {
    means: 'The API knew none of the users to remove.',
    why: 'They are gone already, or these credentials may not see them: both get the same answers.',
    remedy:
      'Check that the credentials belong to the right organization. Forget the addresses to ask again, or accept the absence.',
    example: `guestlist auth status
guestlist state rm bob@acme.example
guestlist apply --accept-absent`,
  },
  not_verified_differs: {
    means: 'The live state, read again, differs from what was reported.',
    why: 'Somebody else changed it meanwhile, or the API reported success for what it did not do.',
    remedy: 'Plan again, and see what is left.',
    example: 'guestlist plan',
  },
  not_verified_unreadable: {
    means: 'The live state could not be read again after the run.',
    why: 'The API failed meanwhile. Its answers to the actions are reported as they were.',
    remedy: 'Plan again once it answers.',
    example: 'guestlist plan',
  },
  not_verified_interrupted: {
    means: 'The run was interrupted before the live state was read again.',
    why: 'Ctrl-C, or a signal.',
    remedy: 'Plan again, and see what is left.',
    example: 'guestlist plan',
  },
  stopped_interrupted: {
    means: 'The run was interrupted.',
    why: 'Ctrl-C, or a signal. What was in flight finished; nothing new was started.',
    remedy: 'Run apply again: it does what is left.',
    example: AGAIN,
  },
  stopped_unauthorized: {
    means: 'The run stopped because the API no longer accepts the credential (401).',
    why: 'The token ended or was revoked, and could not be renewed.',
    remedy: 'Get a new one and run apply again.',
    example: `guestlist auth status
guestlist login`,
  },
  stopped_forbidden: {
    means: 'The run stopped because the credential may not do this (403).',
    why: 'The account or the application lacks permission to manage the identity provider.',
    remedy: 'Have it granted, or use another credential.',
    example: 'guestlist doctor',
  },
  stopped_unreachable: {
    means: 'The run stopped because five requests in a row could not reach the API.',
    why: 'The network, a proxy or the API is down.',
    remedy: 'Run apply again once it answers.',
    example: 'guestlist doctor',
  },
  stopped_fail_fast: {
    means: 'The run stopped at its first failure.',
    why: '`--fail-fast` asks for it.',
    remedy: 'Fix what failed, or leave out the flag.',
    example: AGAIN,
  },
  stopped_lock_lost: {
    means: 'The run stopped because it lost the lock of the state.',
    why: 'Somebody unlocked it by force, or the connection to the database ended. Another run may have begun.',
    remedy: 'Make sure that no other run is under way, then run apply again.',
    example: 'guestlist doctor',
  },
  stopped_bug: {
    means: 'The run stopped at a bug in guestlist.',
    why: 'Something happened that guestlist does not expect.',
    remedy: 'Please report it, with the output at `--log-level debug`.',
    example: 'guestlist apply --log-level debug',
  },
  stopped_state: {
    means: 'The run stopped because removals can no longer be remembered.',
    why: 'The state cannot be written: a full disk, a missing permission, or a server that is down.',
    remedy:
      'Fix that and run apply again. If a user was removed and it was not remembered, the next apply finds them absent.',
    example: 'guestlist state list',
  },
  stopped_audit: {
    means: 'The run stopped because the audit log can no longer be written.',
    why: 'Nothing is done that is not recorded.',
    remedy: 'Free some space or correct the permissions, then run apply again.',
    example: 'guestlist audit verify audit.jsonl',
  },
}
