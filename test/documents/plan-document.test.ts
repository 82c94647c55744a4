import t from 'tap'
import { checksumOf, type PlanDocument, toDocument } from '../../src/documents/plan-document.js'
import { validatePlanDocument } from '../../src/documents/plan-validator.gen.js'
import { parsePlanDocument } from '../../src/documents/read-plan-document.js'
import { GuestlistError } from '../../src/model/error.js'
import { jsonText } from '../../src/render/json-text.js'
import { emptyPlan, erroredPlan, examplePlan, HOSTILE, hostilePlan, refusedPlan } from '../render/fixtures/plan.js'

/** What tools made for Terraform read of a plan: nothing of ours. */
interface TerraformPlan {
  readonly format_version: string
  readonly resource_changes: readonly {
    readonly address: string
    readonly mode: string
    readonly type: string
    readonly name: string
    readonly change: {
      readonly actions: readonly string[]
      readonly before: Readonly<Record<string, unknown>> | null
      readonly after: Readonly<Record<string, unknown>> | null
    }
  }[]
}

const readBack = (json: string): TerraformPlan => JSON.parse(json)

t.test('a tool made for Terraform counts the changes and sees what each changes', async t => {
  const plan = readBack(jsonText(toDocument(examplePlan({ keepUnchanged: true }))))
  t.equal(plan.format_version, '1.2')
  const counts: Record<string, number> = {}
  const changed: Record<string, readonly string[]> = {}
  for (const { address, mode, type, name, change } of plan.resource_changes) {
    t.equal(mode, 'managed')
    t.equal(address, `${type}.${name}`)
    const key = change.actions.join('+')
    counts[key] = (counts[key] ?? 0) + 1
    const { before, after } = change
    if (key === 'update')
      changed[address] = Object.keys(before ?? {}).filter(field => before?.[field] !== after?.[field])
    if (key === 'delete') t.equal(after, null)
    if (key === 'no-op') t.same(after, before)
  }
  t.same(counts, { update: 4, delete: 1, 'no-op': 5 })
  t.same(changed, {
    'bimdata_invitation.51': ['status'],
    'bimdata_invitation.54': ['status'],
    'bimdata_invitation.56': ['status'],
    'bimdata_invitation.57': ['status'],
  })
})

t.test('the document has the fields that its description names', async t => {
  const plan = examplePlan()
  const document = toDocument(plan)
  t.match(document, {
    timestamp: '2026-11-23T10:00:00.000Z',
    errored: false,
    complete: true,
    applyable: true,
    guestlist: {
      version: 1,
      api_url: 'https://api.bimdata.io',
      digest: plan.digest,
      summary: plan.summary,
      refused: [],
    },
  })
  t.same(document.guestlist.actions[1], {
    address: 'bimdata_invitation.57',
    action: 'deny',
    rule: { file: 'guestlist.yaml', line: 15, column: 7, name: null, owner: null, reason: 'left on 2026-10-31' },
    overruled: [
      {
        file: 'guestlist.yaml',
        line: 6,
        column: 7,
        name: null,
        owner: null,
        reason: 'our own people',
        effect: 'accept',
      },
    ],
    implied_by: 'bimdata_user.bob@acme.example',
  })
  t.same(document.resource_changes[1]?.action_reason, 'deny_by_removal')
})

const PLANS = { example: examplePlan(), empty: emptyPlan(), refused: refusedPlan(), errored: erroredPlan() }
for (const [name, plan] of Object.entries({ ...PLANS, kept: examplePlan({ keepUnchanged: true }) })) {
  t.test(`${name}: fits its schema, and reads back as the same plan`, async t => {
    const text = jsonText(toDocument(plan))
    t.ok(validatePlanDocument(JSON.parse(text)), JSON.stringify(validatePlanDocument.errors))
    t.same(parsePlanDocument(text), plan)
  })
}

for (const [name, plan, applyable, errored] of [
  ['empty', PLANS.empty, false, false],
  ['refused', PLANS.refused, false, false],
  ['errored', PLANS.errored, false, true],
] as const) {
  t.test(`${name}: says whether it can be applied`, async t => t.match(toDocument(plan), { applyable, errored }))
}

for (const [name, text] of Object.entries(HOSTILE)) {
  t.test(`JSON keeps the value of: ${name}`, async t => {
    const document = toDocument(hostilePlan(text))
    for (const indent of [0, 2]) t.same(JSON.parse(jsonText(document, indent)), JSON.parse(JSON.stringify(document)))
  })
}

const edit = (change: (document: Record<string, unknown>) => unknown): string =>
  JSON.stringify(change(JSON.parse(jsonText(toDocument(examplePlan())))))

/** Edited, and sealed anew by somebody who knows how. */
const resealed = (from: string, to: string): string => {
  const document: PlanDocument = JSON.parse(jsonText(toDocument(examplePlan())).replace(from, to))
  return jsonText({ ...document, guestlist: { ...document.guestlist, checksum: checksumOf(document) } })
}

const FAULTS: readonly (readonly [name: string, text: string, code: string])[] = [
  ['no JSON', 'Plan: 1 to accept', 'plan-invalid'],
  ['another document', '{"format_version":"1.2"}', 'plan-invalid'],
  ['a newer format', edit(document => ({ ...document, format_version: '1.3' })), 'plan-newer'],
  ['a changed line', jsonText(toDocument(examplePlan())).replace('our own people', 'my own people'), 'plan-edited'],
  [
    'a changed action',
    jsonText(toDocument(examplePlan())).replace('"action": "deny"', '"action": "accept"'),
    'plan-edited',
  ],
  [
    'a key twice, of which the last is the true one',
    jsonText(toDocument(examplePlan())).replace('"action": "deny"', '"action": "accept", "action": "deny"'),
    'plan-edited',
  ],
  ['a change hidden from tools made for Terraform', resealed('"delete"', '"no-op"'), 'plan-edited'],
  ['a change shown as another', resealed('"status": "accepted"', '"status": "denied"'), 'plan-edited'],
  ['a plan with changes that is said to have none', resealed('"applyable": true', '"applyable": false'), 'plan-edited'],
  ['a summary that counts no removal', resealed('"remove": 1', '"remove": 0'), 'plan-edited'],
  [
    'a role of no kind',
    jsonText(toDocument(examplePlan())).replace('"cloud_role": "user"', '"cloud_role": "x"'),
    'plan-invalid',
  ],
]
for (const [name, text, code] of FAULTS) {
  t.test(`refused: ${name}`, async t => {
    t.throws(() => parsePlanDocument(text), { name: 'GuestlistError', code })
    t.throws(() => parsePlanDocument(text), GuestlistError)
  })
}
