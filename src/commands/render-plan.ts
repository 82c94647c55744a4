import { constants } from 'node:buffer'
import { getHeapStatistics } from 'node:v8'
import type { Plan } from '../model/plan.js'
import { jsonText } from '../render/json.js'
import { toDocument } from '../render/plan-document.js'
import type { Style } from '../render/style.js'
import { planText } from '../render/text.js'
import { FORMATS } from './format.js'
import { CommandError } from './io.js'

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
      return planJson(plan)
    case 'markdown':
      return (await import('../render/markdown.js')).planMarkdown(plan)
    case 'diff':
      refuseBeyondMemory(plan, 'diff')
      return (await import('../render/diff.js')).planDiff(plan)
    case 'html':
      return (await import('../render/html.js')).planHtml(plan)
    default:
      return format satisfies never
  }
}

/** The plan as JSON, which a saved plan is too. @throws CommandError for one that is too large to be made or read again */
export function planJson(plan: Plan): string {
  refuseBeyondMemory(plan, 'JSON')
  return `${jsonText(toDocument(plan))}\n`
}

/** The document repeats what a decision holds, and is indented: measured, its text is four times as long as that. */
const TEXT_GROWTH = 4
/** What is held while it is made, to the decisions' own text: measured 10 and 17 at the most. */
const HEAP_GROWTH = { JSON: 12, diff: 20 } as const
const SAMPLES = 100

/** The process would end without a word where the document does not fit. */
function refuseBeyondMemory({ actions, unchanged }: Plan, format: keyof typeof HEAP_GROWTH): void {
  const decisions = [...sampleOf(actions), ...sampleOf(unchanged)]
  const count = actions.length + unchanged.length
  const size = (JSON.stringify(decisions).length / Math.max(1, decisions.length)) * count
  const fitsText = size * TEXT_GROWTH < constants.MAX_STRING_LENGTH
  if (fitsText && size * HEAP_GROWTH[format] < getHeapStatistics().heap_size_limit) return
  throw new CommandError(`The plan is too large to be shown as ${format}: ${count} decisions`, {
    advice: fitsText
      ? 'Give more memory with NODE_OPTIONS=--max-old-space-size=MIB, or plan fewer changes at once.'
      : 'A text holds 512 MiB. Plan fewer changes at once.',
  })
}

const sampleOf = <T>(items: readonly T[]): readonly T[] => {
  const step = Math.max(1, Math.floor(items.length / SAMPLES))
  return items.filter((_, index) => index % step === 0)
}
