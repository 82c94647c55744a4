import type { ErrorCode } from '../../model/error-codes.js'
import type { Page } from '../code-page.js'

/** Without what it means, which is said beside the codes. */
export const page = (why: string, remedy: string, example: string): Omit<Page, 'means'> => ({ why, remedy, example })

export const OUTDATED = 'This version does not understand all of it, and could leave out what matters.'
export const UPGRADE = 'Use the version that wrote it, or a later one.'

type StoreCode = Extract<ErrorCode, `${'state' | 'audit'}-${string}`>

/** What the state and the audit log end a command with. */
export const STORE_REST: Readonly<Record<StoreCode, Omit<Page, 'means'>>> = {
  'state-config': page(
    'A key or a variable is missing, or two contradict each other.',
    'Correct what the message names.',
    'state:\n  backend: postgres\n  name: acme',
  ),
  'state-not-a-file': page(
    'The state is replaced as a whole, which only a file can be.',
    'Name a file.',
    'state:\n  path: guestlist.state.json',
  ),
  'state-unreadable': page(
    'This user may not read it, or the disk fails.',
    'Check its permissions.',
    'guestlist state list',
  ),
  'state-unwritable': page(
    'This user may not write it, or the disk is full. A removal that cannot be remembered is not begun.',
    'Check its permissions and the free space.',
    'guestlist doctor',
  ),
  'state-too-large': page('Something else answers at this address.', 'Check the address.', 'guestlist doctor'),
  'state-broken': page(
    'It was edited, cut off, or is another file. It is never overwritten.',
    'Restore it from a backup. Without one move it away: removals are then requested again.',
    'mv guestlist.state.json broken.json',
  ),
  'state-newer': page(OUTDATED, UPGRADE, 'guestlist --version'),
  'state-other-api': page(
    'What was removed there says nothing of here.',
    'Give each API a state of its own.',
    'state:\n  path: staging.state.json',
  ),
  'state-other-lineage': page(
    'It was deleted and created again during the run.',
    'Find out who did that, then plan again.',
    'guestlist state list',
  ),
  'state-newer-serial': page(
    'Two runs overlapped, without a lock.',
    'Make sure that no other run is under way, then plan again.',
    'guestlist plan',
  ),
  'state-locked': page(
    'Another run is under way, or one on another machine was killed.',
    'Wait for it. If it has certainly ended, unlock the state.',
    'guestlist apply --lock-timeout 5m',
  ),
  'state-lock-lost': page(
    'Somebody unlocked it by force, or the connection to the database ended.',
    'Make sure that no other run is under way, then run apply again.',
    'guestlist doctor',
  ),
  'state-lock-mismatch': page(
    'The lock changed hands since its id was shown.',
    'Look at who holds it now.',
    'guestlist doctor',
  ),
  'state-lock-unsupported': page(
    'The state server has no lock address.',
    'Set state.lockAddress or TF_HTTP_LOCK_ADDRESS.',
    'guestlist doctor',
  ),
  'state-interrupted': page('Ctrl-C, or a signal.', 'Nothing was done. Run the command again.', 'guestlist apply'),
  'state-credentials': page(
    'The user name or the password is wrong, or the user may not do this.',
    'Check the variables of the state.',
    'TF_HTTP_USERNAME=gitlab-ci-token guestlist doctor',
  ),
  'state-http': page(
    'Something else answers at this address, or the server fails.',
    'Check the address.',
    'guestlist doctor',
  ),
  'state-unreachable': page(
    'The network, a proxy or the server is down.',
    'Run the command again once it answers.',
    'guestlist doctor',
  ),
  'state-unconfirmed': page(
    'The answer to a write never came, and reading did not settle it.',
    'Look at what the state holds, then run apply again.',
    'guestlist state list',
  ),
  'audit-not-a-file': page(
    'The log is appended to, which only a file can be.',
    'Name a file.',
    'guestlist apply --audit-log audit.ndjson',
  ),
  'audit-not-a-log': page(
    'What is there may be all that somebody has.',
    'Name another file.',
    'guestlist audit verify audit.ndjson',
  ),
  'audit-unwritable': page(
    'This user may not write it, or the disk is full. Nothing is done that is not recorded.',
    'Check its permissions and the free space.',
    'guestlist apply --audit-log audit.ndjson',
  ),
  'audit-unreadable': page(
    'It is not there, or this user may not read it.',
    'Check the path and its permissions.',
    'guestlist audit show audit.ndjson',
  ),
  'audit-locked': page(
    'Another run writes to the same log.',
    'Wait for it, or give each a log of its own.',
    'guestlist apply --audit-log nightly.ndjson',
  ),
  'audit-too-large': page(
    'A line over the limit could not be verified later.',
    'Please report it: no entry should be so large.',
    'guestlist audit verify audit.ndjson',
  ),
  'audit-closed': page('This is a bug in guestlist.', 'Please report it.', 'guestlist apply --log-level debug'),
}
