import type { Plan } from '../model/plan.js'
import { jsonText } from '../render/json.js'
import { toDocument } from '../render/plan-document.js'
import type { Style } from '../render/style.js'
import { planText } from '../render/text.js'

export const PLAN_FORMATS = ['text', 'json', 'markdown', 'diff', 'html'] as const

export type PlanFormat = (typeof PLAN_FORMATS)[number]

/** Formats that show also what needs nothing. */
export const showsEverything = (format: PlanFormat): boolean => format === 'html' || format === 'diff'

/** A plan in a format, ready for standard output. */
export async function renderPlan(plan: Plan, format: PlanFormat, style: Style): Promise<string> {
  switch (format) {
    case 'text':
      return planText(plan, style)
    case 'json':
      return `${jsonText(toDocument(plan))}\n`
    default:
      throw new Error(`not yet: ${format}`)
  }
}
