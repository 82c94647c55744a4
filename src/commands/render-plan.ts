import type { Plan } from '../model/plan.js'
import { jsonText } from '../render/json.js'
import { toDocument } from '../render/plan-document.js'
import type { Style } from '../render/style.js'
import { planText } from '../render/text.js'
import { FORMATS } from './format.js'

export const PLAN_FORMATS = FORMATS.plan

export type PlanFormat = (typeof PLAN_FORMATS)[number]

/** Formats that show also what needs nothing. */
export const showsEverything = (format: PlanFormat): boolean => format === 'html' || format === 'diff'

/**
 * A plan in a format, ready for standard output.
 *
 * @param width columns of the terminal; none where the output is no terminal
 */
export async function renderPlan(plan: Plan, format: PlanFormat, style: Style, width?: number): Promise<string> {
  switch (format) {
    case 'text':
      return planText(plan, style, width)
    case 'json':
      return `${jsonText(toDocument(plan))}\n`
    case 'markdown':
      return (await import('../render/markdown.js')).planMarkdown(plan)
    case 'diff':
      return (await import('../render/diff.js')).planDiff(plan)
    case 'html':
      return (await import('../render/html.js')).planHtml(plan)
    default:
      return format satisfies never
  }
}
