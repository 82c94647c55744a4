import type { Plan, Warning } from '../../model/plan.js'
import { escapeHtml } from '../escape/html.js'
import { placeText, plural } from '../text/words.js'

/** Longer lists are folded: what comes after must be found too. */
const SHOWN = 20

/** What must be known before anything else: why apply will refuse, what is wrong, what to think of. */
export function alertsHtml({ refused, problems, warnings }: Plan): string {
  const lists = [
    alert(
      'refused',
      `Refused: apply will not run this plan`,
      refused.map(({ message }) => escapeHtml(message)),
    ),
    alert(
      'errors',
      plural(problems.length, 'error'),
      problems.map(({ summary, detail, file, range }) => {
        const place = range ? `${range.filename}:${range.start.line}:${range.start.column}` : file
        return `<code>${escapeHtml(place)}</code> ${escapeHtml(summary)}. ${escapeHtml(detail)}`
      }),
    ),
    alert('warnings', plural(warnings.length, 'warning'), warnings.map(warningItem)),
  ]
  return lists.join('')
}

function warningItem({ message, address, rule }: Warning): string {
  const where = [address, rule && placeText(rule)].filter(part => part !== null)
  return [escapeHtml(message), ...where.map(part => `<code>${escapeHtml(part)}</code>`)].join(' ')
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
