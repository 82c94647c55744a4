/*
 * The closed set of codes of what ends a command. What is wrong within a manifest or a test has a `ProblemCode`, and
 * what a plan warns of a `WarningCode`.
 */

/** Each code with what it means, in one sentence. */
export const ERROR_CODES = {
  // The command line and its variables
  usage: 'The command line, or a variable that stands for a flag, says something that the command does not take.',
  'no-terminal': 'The command has to ask a person, and there is nobody to ask.',
  declined: 'The person who was asked did not say yes.',
  interrupted: 'The command was interrupted while it was waiting for an answer.',

  // Files
  'file-unreadable': 'A file that the command needs cannot be read.',
  'file-unwritable': 'A file that the command was to write cannot be written.',
  'file-occupied': 'Something else is where the command was to write, and was left as it is.',

  // Manifests and their tests
  'manifest-problems': 'The manifest has problems, each with its own code and place.',
  'test-problems': 'The tests have problems, each with its own code and place.',
  'tests-missing': 'There are no tests to run.',

  // What was asked for
  'not-found': 'What was asked for by its address or id is not there.',
  'protects-nobody': 'An entry that is to protect somebody is none that could.',

  // Plans
  'plan-problems': 'What is live contradicts the manifest, or itself.',
  'plan-refused': 'A guard or a protection refuses the plan.',
  'plan-stale': 'What is live, or the state, is no longer as it was when the plan was made.',
  'plan-invalid': 'The file is not a plan that guestlist wrote.',
  'plan-newer': 'The plan was written by a newer guestlist.',
  'plan-edited': 'The plan was changed after guestlist wrote it.',
  'plan-other-api': 'The plan was made for another API.',
  'plan-settled': 'A flag asks for another plan than the saved one.',
  'plan-empty': 'The plan changes nothing, so that there is nothing to approve.',
  'plan-too-large': 'The plan is too large to be shown in this format.',

  // Snapshots
  'snapshot-invalid': 'The file is not a snapshot that guestlist wrote.',
  'snapshot-newer': 'The snapshot was written by a newer guestlist.',
  'snapshot-other-api': 'The snapshot is of another API.',

  // Approvals
  'approvals-missing': 'The plan needs more approvals than count.',
  'approvals-unchecked': 'Approvals cannot be checked, for there is no signers file to check them by.',
  'signers-invalid': 'The signers file cannot be used, or does not list an author.',
  'signing-key': 'The key cannot sign an approval that counts.',
  'ssh-keygen': 'ssh-keygen, which signs and checks approvals, could not do its work.',

  // Servers of our own, and programs that they run
  'cannot-start': 'A server or a program could not be started.',

  // The API and the issuer of its tokens
  'api-not-sent': 'No connection was made, so that nothing was asked for.',
  'api-credentials': 'There is no usable credential.',
  'api-http': 'The API refused the request, or failed to answer it.',
  'api-network': 'The connection broke after it was made.',
  'api-timeout': 'The answer took too long.',
  'api-invalid-answer': 'The answer is not what the API promises.',
  'api-too-large': 'The answer is larger than what is read.',

  // The removal state
  'state-config': 'The manifest or the environment describes no usable state.',
  'state-not-a-file': 'The path of the state is a folder, a pipe, a device or a dangling link.',
  'state-unreadable': 'The state cannot be read.',
  'state-unwritable': 'The state cannot be written.',
  'state-too-large': 'What is at the address of the state is larger than any state.',
  'state-broken': 'The state is damaged, or is none.',
  'state-newer': 'The state was written by a newer guestlist.',
  'state-other-api': 'The state is of another API.',
  'state-other-lineage': 'Another state took the place of the one that was read.',
  'state-newer-serial': 'Somebody else wrote the state since it was read.',
  'state-locked': 'Somebody else holds the lock of the state.',
  'state-lock-lost': 'The lock of the state was removed while this run held it.',
  'state-lock-mismatch': 'The lock of the state has another id than the one to unlock.',
  'state-lock-unsupported': 'The state cannot be locked where it is kept.',
  'state-interrupted': 'The command was interrupted while it was waiting for the lock of the state.',
  'state-credentials': 'The server of the state refused the credentials.',
  'state-http': 'The server of the state answered in a way that the protocol does not know.',
  'state-unreachable': 'The server of the state did not answer.',
  'state-unconfirmed': 'It is not known whether the state was written.',

  // The audit log
  'audit-not-a-file': 'The path of the audit log is a folder, a pipe or a device.',
  'audit-not-a-log': 'The file is not an audit log, and was left as it is.',
  'audit-unwritable': 'The audit log cannot be written.',
  'audit-unreadable': 'The audit log cannot be read.',
  'audit-locked': 'Another process did not let go of the audit log.',
  'audit-too-large': 'An entry is too large for the audit log.',
  'audit-closed': 'The audit log was written to after it was closed.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES
