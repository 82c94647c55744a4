import { resolve } from 'node:path'
import type { Judged, Rejected } from '../../approval/judge.js'
import { judgeApprovals, type SignersFile } from '../../approval/judge-approvals.js'
import { approvalsBeside, readApprovals } from '../../approval/read-approvals.js'
import { type ApprovingFlags, REQUIRING, type RequiringFlags } from '../../cli/common-options.js'
import { readTextFile } from '../../cli/files.js'
import { readValue } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { variableName } from '../../cli/option.js'
import { GuestlistError, messageOf } from '../../model/error.js'
import type { Plan, Warning } from '../../model/plan.js'
import type { ApprovalDemand } from '../../reconcile/guards.js'
import { escapeTerminal } from '../../render/escape/terminal.js'
import { approvalsLine, needsApproval } from '../../render/text/words.js'

/** A plan with those who approved it, and what of the approvals given does not count among its warnings. */
export interface Judgement {
  readonly plan: Plan
  readonly judged: readonly Judged[]
}

/** Before a plan is carried out. `refusal`: why it must not be; null where as many approved it as are needed. */
export type JudgePlan = (plan: Plan) => Promise<{ readonly plan: Plan; readonly refusal: GuestlistError | null }>

/**
 * What is asked for from outside the manifest. Neither the command line nor the variable can take back what the other asks
 * for, and one that is set to nothing is an error: a pipeline whose variable was lost must not run without it.
 *
 * @throws GuestlistError
 */
export function approvalDemands(flags: RequiringFlags, io: Pick<Io, 'env'>): readonly ApprovalDemand[] {
  const held = variableCount(io)
  const scopes = [flags.requiredApprovalsFor, variableText('requiredApprovalsFor', io)]
  if (scopes.some(scope => scope !== undefined && !REQUIRING.requiredApprovalsFor.choices.some(word => word === scope)))
    throw new GuestlistError('usage', `${variableName('requiredApprovalsFor')} is neither removals nor all`)
  const counts = [flags.requiredApprovals, held].filter(count => count !== undefined)
  if (counts.length === 0) {
    if (scopes.every(scope => scope === undefined)) return []
    throw new GuestlistError('usage', '--required-approvals-for needs --required-approvals: how many?')
  }
  return [{ count: Math.max(...counts), for: scopes.includes('all') ? 'all' : 'removals' }]
}

function variableCount(io: Pick<Io, 'env'>): number | undefined {
  const text = variableText('requiredApprovals', io)
  if (text === undefined) return undefined
  return Number(readValue(REQUIRING.requiredApprovals, text, variableName('requiredApprovals')))
}

/** @throws GuestlistError for a variable that is set to nothing */
function variableText(key: string, { env }: Pick<Io, 'env'>): string | undefined {
  const text = env[variableName(key)]
  if (text !== undefined && text.trim() === '')
    throw new GuestlistError('usage', `${variableName(key)} is set but empty`, {
      advice: 'Set it to a value, or unset it.',
    })
  return text
}

/**
 * Judges the approvals of plans.
 *
 * @param planFile of a saved plan: where no approvals are named, those beside it are taken
 * @throws GuestlistError for flags that contradict each other; the function for a signers file that cannot be used
 */
export function approvalsReader(
  planFile: string | undefined,
  flags: ApprovingFlags,
  io: Io,
): (plan: Plan) => Promise<Judgement> {
  const path = signersPath(flags, io)
  const authors = authorsOf(flags, io)
  return async plan => {
    const signers = await readSignersFile(path, plan, io)
    const named = flags.approval.length > 0 || planFile === undefined
    const given = await readApprovals(named ? flags.approval : await approvalsBeside(planFile, io.cwd), io.cwd)
    // The clock, and not --now: a key that has expired stays so, whatever is claimed.
    const policy = { plan, authors, now: new Date() }
    const judged = await judgeApprovals(given, signers, policy, { env: io.env, terminal: false })
    return { plan: withJudged(plan, judged), judged }
  }
}

/**
 * Judges a plan before it is carried out. Without any need for approvals they are judged only where they are named, so
 * that only who uses approvals needs ssh-keygen.
 *
 * @throws as `approvalsReader`
 */
export function planJudge(planFile: string | undefined, flags: ApprovingFlags, io: Io): JudgePlan {
  const read = approvalsReader(planFile, flags, io)
  return async plan => {
    if (plan.approvals.required === 0 && flags.approval.length === 0) return { plan, refusal: null }
    try {
      const { plan: approved, judged } = await read(plan)
      return { plan: approved, refusal: shortfall(approved, judged) }
    } catch (error) {
      if (error instanceof GuestlistError) return { plan: withJudged(plan, []), refusal: error }
      throw error
    }
  }
}

/** Whose own approval does not count. @throws GuestlistError for a variable that is set to nothing */
export const authorsOf = ({ author }: Pick<ApprovingFlags, 'author'>, io: Pick<Io, 'env'>): readonly string[] => [
  ...new Set([author, variableText('author', io)].filter(name => name !== undefined)),
]

/**
 * Where it says who may approve. A path that is held outside is not exchanged by the command line.
 *
 * @throws GuestlistError where the two name different files
 */
export function signersPath(
  { allowedSigners: given }: Pick<ApprovingFlags, 'allowedSigners'>,
  io: Io,
): string | undefined {
  const held = io.env[variableName('allowedSigners')]
  if (held === undefined || held.trim() === '' || given === undefined) return given
  if (resolve(io.cwd, held) === resolve(io.cwd, given)) return given
  throw new GuestlistError('usage', `--allowed-signers and ${variableName('allowedSigners')} name different files`, {
    advice: 'Who may approve is said in one place. Leave one of them out.',
  })
}

async function readSignersFile(path: string | undefined, plan: Plan, io: Io): Promise<SignersFile> {
  if (path === undefined) {
    const why = plan.approvals.required > 0 ? `${approvalsLine(plan, asIs)} ` : ''
    throw new GuestlistError(
      'approvals-unchecked',
      `Refused; nothing was done.\n${why}No signers file says who may approve.`,
      {
        advice:
          'Name one with --allowed-signers (or GUESTLIST_ALLOWED_SIGNERS): a line PRINCIPAL KEYTYPE KEY for each.',
      },
    )
  }
  const text = await readTextFile(path, 'signers file', io).catch(error => {
    throw new GuestlistError('approvals-unchecked', `Refused; nothing was done.\n${messageOf(error)}`, { cause: error })
  })
  return { path: escapeTerminal(path), text }
}

/** The plan with those who approved it; what does not count is among its warnings. */
export function withJudged(plan: Plan, judged: readonly Judged[]): Plan {
  const approvers = judged.flatMap(each => (each.counts ? [{ principal: each.principal, key: each.key }] : []))
  const warnings = [...plan.warnings, ...rejections(judged).map(asWarning)]
  return {
    ...plan,
    warnings,
    summary: { ...plan.summary, warnings: warnings.length },
    approvals: { required: plan.approvals.required, approvers },
  }
}

/** Errors are escaped where they are shown. */
const asIs = (text: string): string => text

const asWarning = (message: string): Warning => ({ code: 'approval_not_counted', message, address: null, rule: null })

/** A folder may hold the approvals of every plan there ever was: more than these of other plans are counted. */
const OTHERS_SHOWN = 3

function rejections(judged: readonly Judged[]): readonly string[] {
  const rejected = judged.filter((each): each is Rejected => !each.counts)
  const others = rejected.filter(({ reason }) => reason === 'other-digest').slice(OTHERS_SHOWN)
  const shown = rejected.filter(each => !others.includes(each)).map(({ message }) => message)
  if (others.length === 0) return shown
  return [...shown, `${others.length} more approvals do not count: they approve other plans.`]
}

/** Null where as many approved the plan as it needs. */
export function shortfall(plan: Plan, judged: readonly Judged[]): GuestlistError | null {
  if (!needsApproval(plan.approvals)) return null
  const lines = ['Refused; nothing was done.', approvalsLine(plan, asIs), ...rejections(judged)]
  return new GuestlistError('approvals-missing', lines.join('\n'), {
    advice:
      'Have the plan approved by "guestlist approve PLANFILE", each with their own key, and give the files with --approval.',
  })
}
