import type { OverruledRef } from '../../model/action.js'
import type { Plan, Warning } from '../../model/plan.js'
import { placeText, problemPlace } from '../../model/problem.js'
import { plural } from '../../model/text.js'
import { escapeHtml } from '../escape/html.js'
import { unusedRules } from '../text/words.js'

/** Longer lists are folded: what comes after must be found too. */
const SHOWN = 20

/** What must be known before anything else: why apply will refuse, what is wrong, what to think of. */
export function alertsHtml(plan: Plan): string {
  const { refused, problems, warnings } = plan
  const unused = unusedRules(plan)
  const lists = [
    alert(
      'refused',
      `Refused: apply will not run this plan`,
      refused.map(({ message }) => escapeHtml(message)),
    ),
    alert(
      'errors',
      plural(problems.length, 'error'),
      problems.map(
        problem =>
          `<code>${escapeHtml(problemPlace(problem))}</code> ${escapeHtml(problem.summary)}. ${escapeHtml(problem.detail)}`,
      ),
    ),
    alert('warnings', plural(warnings.length, 'warning'), warnings.map(warningItem)),
    alert('unused', unused?.title ?? '', plan.unusedRules.map(unusedItem)),
  ]
  return lists.join('')
}

function warningItem({ message, address, rule }: Warning): string {
  const where = [address, rule && placeText(rule)].filter(part => part !== null)
  return [escapeHtml(message), ...where.map(part => `<code>${escapeHtml(part)}</code>`)].join(' ')
}

function unusedItem(rule: OverruledRef): string {
  const about = [rule.name, rule.reason].filter(part => typeof part === 'string').map(part => escapeHtml(part))
  return [`<code>${escapeHtml(placeText(rule))}</code> ${rule.effect}`, ...about].join(' ')
}

function alert(kind: string, title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const list = (part: readonly string[]) => `<ul>${part.map(item => `<li>${item}</li>`).join('')}</ul>`
  const rest = items.slice(SHOWN)
  const folded = rest.length === 0 ? '' : `<details><summary>${rest.length} more</summary>${list(rest)}</details>`
  return `<section class="alert ${kind}" aria-labelledby="${kind}"><h2 id="${kind}">${title}</h2>
${list(items.slice(0, SHOWN))}${folded}</section>
`
}
