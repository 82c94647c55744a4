import type { AuditProblem, AuditVerification } from './verify.js'

/** A part of a line that an intact line follows was there when that line was written: a crash, and no tampering. */
export const isFault = ({ kind, line }: AuditProblem, { lines }: AuditVerification): boolean =>
  kind !== 'torn' || line === lines

export const faultsOf = (verification: AuditVerification): readonly AuditProblem[] =>
  verification.problems.filter(problem => isFault(problem, verification))

export const isIntact = (verification: AuditVerification): boolean =>
  verification.omitted === 0 && faultsOf(verification).length === 0

/** What is to be said of a log first. */
export function verdictOf(verification: AuditVerification): string {
  if (verification.omitted > 0) return 'The audit log is not as it was written'
  const faults = faultsOf(verification)
  if (faults.length === 0) return 'The audit log is intact'
  return faults.every(({ kind }) => kind === 'unfinished')
    ? 'The audit log ends within a run'
    : 'The audit log is not as it was written'
}
