import { resolve } from 'node:path'
import type { Judged, Rejected } from '../../approval/judge.js'
import { judgeApprovals, type SignersFile } from '../../approval/judge-approvals.js'
import { approvalsBeside, readApprovals } from '../../approval/read-approvals.js'
import { type ApprovingFlags, REQUIRING, type RequiringFlags } from '../../cli/common-options.js'
import { readTextFile } from '../../cli/files.js'
import { readValue, refuseEmpty } from '../../cli/flags.js'
import type { Io } from '../../cli/io.js'
import { variableName } from '../../cli/option.js'
import { GuestlistError, messageOf } from '../../model/error.js'
import type { Plan, Warning } from '../../model/plan.js'
import type { ApprovalDemand } from '../../reconcile/guards.js'
import { escapeTerminal } from '../../render/escape/terminal.js'
import { approvalsLine, needsApproval } from '../../render/text/words.js'

/** A plan with its approvers; its warnings include the approvals that do not count. */
export interface Judgement {
  readonly plan: Plan
  readonly judged: readonly Judged[]
}

/** Judges a plan before it is carried out. `refusal`: why it must not be; null if enough people approved it. */
export type JudgePlan = (plan: Plan) => Promise<{ readonly plan: Plan; readonly refusal: GuestlistError | null }>

/**
 * Demands from outside the manifest. Neither the command line nor the variable can weaken the other, and a variable
 * that is set but empty is an error: a pipeline that lost its value must not run without it.
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

/** @throws GuestlistError for a variable that is set but empty */
function variableText(key: string, { env }: Pick<Io, 'env'>): string | undefined {
  refuseEmpty(variableName(key), env)
  return env[variableName(key)]
}

/**
 * Returns a function that judges a plan's approvals.
 *
 * @param planFile a saved plan's file; if no approvals are named, those next to it are used
 * @throws GuestlistError for contradictory flags; the returned function throws for an unusable signers file
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
    // The clock, not --now: an expired key stays expired, whatever date is claimed.
    const policy = { plan, authors, now: new Date() }
    const judged = await judgeApprovals(given, signers, policy, { env: io.env, terminal: false })
    return { plan: withJudged(plan, judged), judged }
  }
}

/**
 * Judges a plan before it is carried out. If no approvals are required, they are judged only if named, so that only
 * those who use approvals need ssh-keygen.
 *
 * @throws like `approvalsReader`
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

/** The authors, whose own approval does not count. @throws GuestlistError for a variable that is set but empty */
export const authorsOf = ({ author }: Pick<ApprovingFlags, 'author'>, io: Pick<Io, 'env'>): readonly string[] => [
  ...new Set([author, variableText('author', io)].filter(name => name !== undefined)),
]

/**
 * The file that says who may approve. The command line cannot replace a path set in the environment.
 *
 * @throws GuestlistError if the two name different files
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

/** The plan with its approvers; its warnings include the approvals that do not count. */
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

/** A folder may hold the approvals of every past plan: beyond this many, those of other plans are only counted. */
const OTHERS_SHOWN = 3

function rejections(judged: readonly Judged[]): readonly string[] {
  const rejected = judged.filter((each): each is Rejected => !each.counts)
  const others = rejected.filter(({ reason }) => reason === 'other-digest').slice(OTHERS_SHOWN)
  const shown = rejected.filter(each => !others.includes(each)).map(({ message }) => message)
  if (others.length === 0) return shown
  return [...shown, `${others.length} more approvals do not count: they approve other plans.`]
}

/** Null if enough people approved the plan. */
export function shortfall(plan: Plan, judged: readonly Judged[]): GuestlistError | null {
  if (!needsApproval(plan.approvals)) return null
  const lines = ['Refused; nothing was done.', approvalsLine(plan, asIs), ...rejections(judged)]
  return new GuestlistError('approvals-missing', lines.join('\n'), {
    advice:
      'Have the plan approved by "guestlist approve PLANFILE", each with their own key, and give the files with --approval.',
  })
}
