import { redact } from '../../http/secret.js'
import type { CheckCode } from '../../model/codes.gen.js'
import { GuestlistError, isKnownError } from '../../model/error.js'
import { problemPlace } from '../../model/problem.js'
import { problemsSummary } from '../../render/text/problems-text.js'

export interface CheckFinding {
  readonly status: 'ok' | 'warning' | 'failed'
  readonly summary: string
  /** What to do, in complete sentences. */
  readonly advice: string | null
}

/** As in schemas/doctor.schema.json. */
export interface DoctorCheck extends CheckFinding {
  readonly code: CheckCode
}

/** A finding, and the value that dependent checks need; without it they are skipped. */
export interface CheckFound<T> extends CheckFinding {
  readonly value?: T
}

export const ok = (summary: string): CheckFinding => ({ status: 'ok', summary, advice: null })

export const warning = (summary: string, advice: string | null): CheckFinding => ({
  status: 'warning',
  summary,
  advice,
})

export const failed = (summary: string, advice: string | null): CheckFinding => ({ status: 'failed', summary, advice })

export interface Checks {
  readonly done: readonly DoctorCheck[]
  /** Runs a check; an error it throws becomes its finding. @return the value found; null if there is none */
  make<T>(code: CheckCode, check: () => Promise<CheckFound<T>>): Promise<T | null>
  /** Runs a check that needs an earlier one's value. Without it, reports a warning: the cause has already failed. */
  makeWith<N, T>(
    code: CheckCode,
    [needed, value]: readonly [CheckCode, N | null],
    check: (value: N) => Promise<CheckFound<T>>,
  ): Promise<T | null>
}

export function createChecks(interrupt: AbortSignal): Checks {
  const done: DoctorCheck[] = []
  const make: Checks['make'] = async (code, check) => {
    const { status, summary, advice, value } = await check().catch((error: unknown): CheckFound<never> => {
      if (interrupt.aborted) throw error
      return findingOf(error)
    })
    done.push({ code, status, summary: redact(summary), advice: advice === null ? null : redact(advice) })
    return value ?? null
  }
  return {
    done,
    make,
    makeWith: (code, [needed, value], check) =>
      make(code, async () => (value === null ? notChecked(needed) : check(value))),
  }
}

const notChecked = (needed: CheckCode): CheckFinding =>
  warning(`Not checked: it needs the check ${needed}`, `Fix ${needed} first.`)

/** @throws any unexpected error: a bug */
function findingOf(error: unknown): CheckFinding {
  if (error instanceof GuestlistError && error.problems.length > 0) return ofProblems(error)
  if (error instanceof GuestlistError && error.code.startsWith('state-'))
    return failed(error.message, `Until then plan and apply refuse to run. ${AGAIN}`)
  if (isKnownError(error)) return failed(error.message, error.advice ?? AGAIN)
  throw error
}

const AGAIN = 'Fix it, and run "guestlist doctor" again.'

function ofProblems({ problems }: GuestlistError): CheckFinding {
  const [first] = problems.filter(({ severity }) => severity === 'error')
  const where = first === undefined ? '' : `: ${problemPlace(first)}: ${first.summary}`
  return failed(
    `${problemsSummary(problems)}${where}`,
    'Run "guestlist validate": it shows each with its line and what to do.',
  )
}
