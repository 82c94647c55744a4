/** What keeps approvals from being made or judged at all; what merely does not count is no error. */
export class ApprovalError extends Error {
  readonly advice: string | null

  constructor(message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ApprovalError'
    this.advice = options.advice ?? null
  }
}
