import t from 'tap'
import { PLAN_FORMATS, type PlanFormat } from '../../src/cli/common-options.js'
import { renderPlan } from '../../src/commands/shared/render-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { planText } from '../../src/render/text/plan-text.js'
import { COLOUR, PLAIN } from '../../src/render/text/style.js'
import fc from '../helpers/properties.js'
import { commandsIn, unsafeIn } from './fixtures/inert.js'
import { examplePlan, HOSTILE, hostilePlan } from './fixtures/plan.js'

const shown = async (plan: Plan, format: PlanFormat) => [...(await renderPlan(plan, format, PLAIN))].join('')

const APPROVED: Plan = {
  ...examplePlan(),
  approvals: {
    required: 2,
    approvers: [
      { principal: 'alice', key: 'SHA256:aaaa' },
      { principal: 'bob', key: 'SHA256:bbbb' },
    ],
  },
}

for (const format of PLAN_FORMATS.filter(each => each !== 'diff')) {
  t.test(`${format}: the approvers, each with their key`, async t => {
    const output = await shown(APPROVED, format)
    for (const text of ['alice', 'SHA256:aaaa', 'bob', 'SHA256:bbbb']) t.match(output, text)
  })

  t.test(`${format}: how many approvals are needed`, async t => {
    const needed = await shown({ ...examplePlan(), approvals: { required: 2, approvers: null } }, format)
    t.match(needed, format === 'json' ? '"required": 2' : 'Needs 2 approvals')
    t.notMatch(await shown(examplePlan(), format), 'Needs')
  })

  t.test(`${format}: a hostile principal is inert`, async t => {
    for (const principal of Object.values(HOSTILE)) {
      const approvals = { required: 1, approvers: [{ principal, key: 'SHA256:aaaa' }] }
      const output = await shown({ ...examplePlan(), approvals }, format)
      t.same([...unsafeIn(output), ...commandsIn(output)], [])
    }
  })
}

for (const format of PLAN_FORMATS) {
  for (const [name, text] of Object.entries(HOSTILE)) {
    t.test(`${format}: ${name} is inert`, async t => {
      const output = await shown(hostilePlan(text), format)
      t.same(unsafeIn(output), [])
      t.same(commandsIn(output), [])
    })
  }

  t.test(`${format}: any text is inert`, async () => {
    const parts = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...Object.values(HOSTILE)))
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { minLength: 1, maxLength: 3 }), async texts => {
        const output = await shown(hostilePlan(texts.join('')), format)
        return unsafeIn(output).length + commandsIn(output).length === 0
      }),
      { numRuns: 30 },
    )
  })

  t.test(`${format}: the same plan gives the same bytes, with its digest`, async t => {
    const output = await shown(examplePlan(), format)
    t.equal(await shown(examplePlan(), format), output)
    t.match(output, examplePlan().digest)
    t.ok(output.endsWith('\n'))
  })
}

t.test('lines that are broken to fit begin no command either', async () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', ' ', '::', 'error', '##[', 'word'), { maxLength: 60 }), parts =>
      [40, 60].every(width => commandsIn(planText(hostilePlan(parts.join('')), PLAIN, width)).length === 0),
    ),
    { numRuns: 50 },
  )
})

t.test('with colour, the only control sequences are those of the style', async t => {
  const output = planText(hostilePlan(HOSTILE['escape sequence'] ?? ''), COLOUR)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences in question
  t.same(unsafeIn(output.replace(/\u001b\[\d+m/gu, '')), [])
})
