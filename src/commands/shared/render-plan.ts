import { getHeapStatistics } from 'node:v8'
import type { PlanFormat } from '../../cli/common-options.js'
import { streamDocument } from '../../documents/plan-document.js'
import { GuestlistError } from '../../model/error.js'
import type { Plan } from '../../model/plan.js'
import { jsonChunks } from '../../render/json-text.js'
import { planTextChunks } from '../../render/text/plan-text.js'
import type { Style } from '../../render/text/style.js'

/** Formats that also show what needs no change. */
export const showsEverything = (format: PlanFormat): boolean => format === 'html' || format === 'diff'

/**
 * Renders a plan for standard output, in chunks.
 *
 * @param width columns of the terminal; undefined if the output is not a terminal
 */
export async function renderPlan(
  plan: Plan,
  format: PlanFormat,
  style: Style,
  width?: number,
): Promise<Iterable<string>> {
  switch (format) {
    case 'text':
      return planTextChunks(plan, style, width)
    case 'json':
      return planJson(plan)
    case 'markdown':
      return [(await import('../../render/markdown/plan-markdown.js')).planMarkdown(plan)]
    case 'diff':
      refuseBeyondMemory(plan)
      return [(await import('../../render/diff/plan-diff.js')).planDiff(plan)]
    case 'html':
      return [(await import('../../render/html/plan-html.js')).planHtml(plan)]
    default:
      return format satisfies never
  }
}

/** The plan as JSON, as in a saved plan. */
export function* planJson(plan: Plan): Generator<string> {
  yield* jsonChunks(streamDocument(plan))
  yield '\n'
}

/** Memory held while a diff is made, as a multiple of the decisions' JSON text: at most 17 measured. */
const HEAP_GROWTH = 20
const SAMPLES = 100

/** Without this, the process would die without a message if the diff did not fit in memory. @throws GuestlistError */
function refuseBeyondMemory({ actions, unchanged }: Plan): void {
  const decisions = [...sampleOf(actions), ...sampleOf(unchanged)]
  const count = actions.length + unchanged.length
  const size = (JSON.stringify(decisions).length / Math.max(1, decisions.length)) * count
  if (size * HEAP_GROWTH < getHeapStatistics().heap_size_limit) return
  throw new GuestlistError('plan-too-large', `The plan is too large to be shown as diff: ${count} decisions`, {
    advice: 'Give more memory with NODE_OPTIONS=--max-old-space-size=MIB, or plan fewer changes at once.',
  })
}

const sampleOf = <T>(items: readonly T[]): readonly T[] => {
  const step = Math.max(1, Math.floor(items.length / SAMPLES))
  return items.filter((_, index) => index % step === 0)
}
