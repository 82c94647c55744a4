import { createHash } from 'node:crypto'
import t from 'tap'
import { escapeHtml, scriptJson } from '../../../src/render/escape/html.js'
import { planHtml } from '../../../src/render/html/plan-html.js'
import { type ReportRow, reportRows } from '../../../src/render/html/report-rows.js'
import {
  bigPlan,
  emptyPlan,
  erroredPlan,
  examplePlan,
  HOSTILE,
  hostilePlan,
  invitation,
  planOf,
  refusedPlan,
} from '../fixtures/plan.js'

const between = (text: string, open: string, close: string): string => text.split(open)[1]?.split(close)[0] ?? ''

const dataOf = (html: string): { readonly rows: readonly ReportRow[] } =>
  JSON.parse(between(html, '<script type="application/json" id="data">', '</script>'))

t.test('its policy allows its own script and style, and nothing else', async t => {
  const html = planHtml(examplePlan())
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const policy = between(html, 'http-equiv="Content-Security-Policy" content="', '"')
  t.same(policy.split('; '), [
    "default-src 'none'",
    `script-src ${hash(between(html, '<script type="module">', '</script>'))}`,
    `style-src ${hash(between(html, '<style>', '</style>'))}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ])
  t.notMatch(html, / style="| on\w+="/)
})

t.test('summary, digest and counts; warnings before the overview', async t => {
  const plan = examplePlan()
  const html = planHtml(plan)
  const order = ['Plan: 2 to accept, 2 to deny, 1 to remove.', plan.digest, '5 warnings', 'Overview', 'Decisions'].map(
    part => html.indexOf(part),
  )
  t.same(
    order,
    [...order].sort((a, b) => a - b),
  )
  t.ok(order.every(index => index > 0))
  t.match(html, '<dt>to deny</dt><dd>2</dd>')
})

t.test('refusals and errors come first of all', async t => {
  t.match(planHtml(refusedPlan()), /<main>\n<section class="alert refused".*\n<ul><li>bob@acme\.example is protected/)
  t.match(
    planHtml(erroredPlan()),
    /<main>\n<section class="alert errors".*\n<ul><li><code>guestlist\.yaml:3:25<\/code>/,
  )
  t.match(planHtml(erroredPlan()), '<p class="summary">This plan has 1 error and cannot be applied.</p>')
})

t.test('a plan without changes', async t => {
  const html = planHtml(emptyPlan())
  t.match(html, '<p class="summary">No changes. Invitations and users match the manifest.</p>')
  t.same(dataOf(html).rows, [])
  t.match(html, 'Without what this plan leaves out: 1 invitation with nothing to do.')
})

t.test('a row for every invitation and user, gravest first, with rule and reason', async t => {
  const rows = reportRows(examplePlan({ keepUnchanged: true }))
  t.same(
    rows.map(([decision, , id]) => [decision, id]),
    [
      ['remove', null],
      ['deny', 54],
      ['deny', 57],
      ['accept', 51],
      ['accept', 56],
      ['right', 52],
      ['left', 53],
      ['right', 55],
      ['none', 58],
      ['left', 59],
    ],
  )
  t.same(rows[2], [
    'deny',
    'Bob@acme.example',
    57,
    'pending',
    'denied',
    ['Campus'],
    'user',
    '',
    '',
    'guestlist.yaml:15:7',
    'left on 2026-10-31; the user is being removed; implied by bimdata_user.bob@acme.example; overrules guestlist.yaml:6:7 (accept)',
  ])
  t.same(dataOf(planHtml(examplePlan({ keepUnchanged: true }))).rows, rows)
})

t.test('a refused removal has a row', async t => {
  const rows = reportRows(refusedPlan()).filter(([decision]) => decision === 'refuse')
  t.equal(rows.length, 1)
  t.match(rows[0]?.at(-1), /^protected by "\*@acme\.example" \(guestlist\.yaml:2:/)
})

t.test('charts: the numbers are their text alternatives', async t => {
  const html = planHtml(examplePlan({ keepUnchanged: true }))
  t.match(html, 'aria-label="By decision. Remove: 1; Deny: 2; Accept: 2; Left alone: 2; No rule: 1; Already right: 2"')
  t.match(html, 'aria-label="Changes by cloud. Tower A: 2; Tower B: 1 remove, 1 deny; Campus: 1"')
  t.match(
    html,
    'aria-label="Changes by role. cloud user: 2 deny, 1 accept; account: 1; cloud admin: 1; project guest: 1"',
  )
  t.match(planHtml(bigPlan(400)), /aria-label="Changes by cloud\. (?:Cloud \d+: 10; ){7}33 others: 330"/)
})

t.test('many warnings are folded, none is lost', async t => {
  const html = planHtml(
    planOf(
      'invitations: { accept: [{ cloudRole: admin }] }',
      Array.from({ length: 50 }, (_, id) => invitation(id, { cloud_role: 100 })),
    ),
  )
  t.match(html, '<details><summary>30 more</summary>')
  t.equal(html.match(/becomes an admin/gu)?.length, 50)
})

const clean = planHtml(hostilePlan('x'))
const tagsOf = (html: string): readonly string[] => html.match(/<[!/]?[a-z][^\s>]*/giu) ?? []

for (const [name, text] of Object.entries(HOSTILE)) {
  t.test(`the page has no element more: ${name}`, async t => {
    const html = planHtml(hostilePlan(text))
    t.same(tagsOf(html), tagsOf(clean))
    t.notMatch(html, /<!--|[\u2028\u2029]/)
    t.ok(html.length < 200_000, 'long texts are cut')
  })

  t.test(`data reads back whole: ${name}`, async t => t.same(JSON.parse(scriptJson({ text })), { text }))
}

t.test('what ends an attribute or begins an element is escaped', async t =>
  t.equal(escapeHtml(`<a b="c" d='e'>&\u0060`), '&lt;a b&#61;&quot;c&quot; d&#61;&#39;e&#39;&gt;&amp;&#96;'),
)
