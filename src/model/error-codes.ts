/*
 * The closed set of codes of errors that end a command. A problem within a manifest or a test has a `ProblemCode`, and
 * a plan's warning a `WarningCode`.
 */

export type ErrorCode =
  // The command line and its variables
  | 'usage'
  | 'no-terminal'
  | 'declined'
  | 'interrupted'

  // Files
  | 'file-unreadable'
  | 'file-unwritable'
  | 'file-occupied'

  // Manifests and their tests
  | 'manifest-problems'
  | 'test-problems'
  | 'tests-missing'

  // What was requested
  | 'not-found'
  | 'protects-nobody'

  // Plans
  | 'plan-problems'
  | 'plan-refused'
  | 'plan-stale'
  | 'plan-invalid'
  | 'plan-newer'
  | 'plan-edited'
  | 'plan-other-api'
  | 'plan-settled'
  | 'plan-empty'
  | 'plan-too-large'

  // Snapshots
  | 'snapshot-invalid'
  | 'snapshot-newer'
  | 'snapshot-other-api'

  // Approvals
  | 'approvals-missing'
  | 'approvals-unchecked'
  | 'signers-invalid'
  | 'signing-key'
  | 'ssh-keygen'

  // Our own servers, and the programs they run
  | 'cannot-start'

  // The API and the issuer of its tokens
  | 'api-not-sent'
  | 'api-credentials'
  | 'api-http'
  | 'api-network'
  | 'api-timeout'
  | 'api-invalid-answer'
  | 'api-too-large'

  // The removal state
  | 'state-config'
  | 'state-not-a-file'
  | 'state-unreadable'
  | 'state-unwritable'
  | 'state-too-large'
  | 'state-broken'
  | 'state-newer'
  | 'state-other-api'
  | 'state-other-lineage'
  | 'state-newer-serial'
  | 'state-locked'
  | 'state-lock-lost'
  | 'state-lock-mismatch'
  | 'state-lock-unsupported'
  | 'state-interrupted'
  | 'state-credentials'
  | 'state-http'
  | 'state-unreachable'
  | 'state-unconfirmed'

  // The audit log
  | 'audit-not-a-file'
  | 'audit-not-a-log'
  | 'audit-unwritable'
  | 'audit-unreadable'
  | 'audit-locked'
  | 'audit-too-large'
  | 'audit-closed'
