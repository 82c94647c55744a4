export type AuditErrorCode =
  | 'not-a-file' // a folder, a pipe, a device
  | 'not-a-log' // a file that holds something else: it is not added to
  | 'unwritable'
  | 'unreadable'
  | 'locked' // another process did not let go of it
  | 'too-large' // one entry
  | 'closed'

/** The message names the file and says what to do. */
export class AuditError extends Error {
  readonly code: AuditErrorCode

  constructor(code: AuditErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AuditError'
    this.code = code
  }
}
