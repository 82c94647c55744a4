import type { Judged } from '../approval/judge.js'
import type { ApprovingFlags } from '../cli/common-options.js'
import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor } from '../cli/style-for.js'
import { EXIT, type ExitCode } from '../model/error.js'
import type { Plan } from '../model/plan.js'
import { plural } from '../model/text.js'
import { escapeTerminal } from '../render/escape/terminal.js'
import { jsonText } from '../render/json.js'
import type { Style } from '../render/text/style.js'
import { needsApproval } from '../render/text/words.js'
import { approvalsReader } from './shared/approvals.js'
import { loadSavedPlan, requiredNow } from './shared/saved-plan.js'

/** Who approved a saved plan, and whether it is enough. */
export async function approvalsVerify(
  planFile: string,
  flags: CommonFlags & ApprovingFlags,
  io: Io,
): Promise<ExitCode> {
  const read = approvalsReader(planFile, flags, io)
  const saved = await loadSavedPlan(planFile, io)
  const required = requiredNow(saved, flags, io)
  const { plan, judged } = await read({ ...saved, approvals: { required, approvers: null } })
  const enough = !needsApproval(plan.approvals)
  if (flags.format === 'json') io.out(`${jsonText(documentOf(plan, judged, enough))}\n`)
  else io.out(textOf(plan, judged, styleFor('out', flags, io)))
  return enough ? EXIT.done : EXIT.refused
}

const documentOf = ({ digest, apiUrl, approvals }: Plan, judged: readonly Judged[], enough: boolean) => ({
  format_version: '1.0',
  digest,
  api_url: apiUrl,
  required: approvals.required,
  counted: approvals.approvers?.length ?? 0,
  enough,
  approvals: judged.map(each => ({
    path: each.path,
    counts: each.counts,
    principal: each.counts ? each.principal : null,
    key: each.key,
    reason: each.counts ? null : each.reason,
    message: each.counts ? null : each.message,
  })),
})

function textOf({ digest, approvals }: Plan, judged: readonly Judged[], style: Style): string {
  const lines = judged.map(each =>
    each.counts
      ? `${style.good('counts:')} ${escapeTerminal(`${each.path}: ${each.principal} (${each.key})`)}`
      : `${style.bad(escapeTerminal(each.message))}${style.code('approval_not_counted')}`,
  )
  const counted = approvals.approvers?.length ?? 0
  const result = `${plural(counted, 'approval')} of ${approvals.required} needed.`
  return `${[
    ...lines,
    `Digest: ${digest}`,
    needsApproval(approvals)
      ? `${style.bad(`Not enough: ${result}`)}${style.code('approvals-missing')}`
      : style.good(`Enough: ${result}`),
  ].join('\n')}\n`
}
