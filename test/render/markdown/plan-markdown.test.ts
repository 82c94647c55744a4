import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import t from 'tap'
import { MARKDOWN_LIMIT, MARKDOWN_MARKER, planMarkdown } from '../../../src/render/markdown/plan-markdown.js'
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
import { referencesIn, textOf, withoutCode } from '../fixtures/rendered.js'

const html = (markdown: string): string =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] })

t.test('marker first, then the summary, then what must be known, a table, the digest', async t => {
  const plan = examplePlan()
  const text = planMarkdown(plan)
  t.ok(text.startsWith(`${MARKDOWN_MARKER}\n### Plan: 2 to accept, 2 to deny, 1 to remove.\n`))
  const order = ['**Warnings**', '| | Id | Who |', '9 invitations read', `Digest: \`${plan.digest}\``]
  t.same(
    order.map(part => text.indexOf(part)),
    order.map(part => text.indexOf(part)).sort((a, b) => a - b),
  )
  t.ok(order.every(part => text.includes(part)))
})

t.test('the marker never changes: comments that were written with it are found by it', async t =>
  t.equal(MARKDOWN_MARKER, '<!-- guestlist-plan -->'),
)

t.test('it is a table, with what cannot be taken back first', async t => {
  const rendered = html(planMarkdown(examplePlan()))
  const rows = [...rendered.matchAll(/<tr>\n<td><strong>(\w+)<\/strong>/gu)].map(([, action]) => action)
  t.same(rows, ['remove', 'deny', 'deny', 'accept', 'accept'])
  t.match(rendered, 'was denied before')
  t.match(rendered, '<code>Facade</code> (guest)')
})

t.test('a row names rule, reason, what is implied and overruled, each once', async t => {
  const text = planMarkdown(examplePlan())
  t.match(
    text,
    '| `guestlist.yaml:15:7`<br>left on 2026-10-31<br>implied by the removal of `bimdata_user.bob@acme.example`<br>overrules `guestlist.yaml:6:7` (accept) |\n',
  )
  t.equal(text.split('implied by').length, 2)
})

t.test('nothing to do: no table', async t => {
  const text = planMarkdown(emptyPlan())
  t.match(text, '### No changes. Invitations and users match the manifest.\n')
  t.notMatch(text, '| Who |')
})

t.test('refusals, with the counts', async t => {
  const text = planMarkdown(refusedPlan())
  t.match(
    text,
    '### Plan: 2 to accept, 0 to deny, 0 to remove. Apply will refuse this plan.\n\n**Refused: apply will not run this plan.**\n\n- bob&#64;',
  )
})

t.test('errors in place of the counts', async t => {
  const text = planMarkdown(erroredPlan())
  t.match(
    text,
    '### This plan has 1 error and cannot be applied.\n\n**Errors**\n\n- `guestlist.yaml:3:25`: The rule accepts',
  )
})

t.test('a plan that options narrowed says so', async t =>
  t.match(planMarkdown(examplePlan({ noRemovals: true })), '1 removal by --no-removals'),
)

const countOf = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

t.test('5,000 changes: cut, with a count of what is left out, and the digest still there', async t => {
  const plan = bigPlan(5000)
  const text = planMarkdown(plan)
  t.ok(text.length <= MARKDOWN_LIMIT)
  t.ok(text.length > MARKDOWN_LIMIT * 0.9, 'what room there is is used')
  t.ok(text.startsWith(`${MARKDOWN_MARKER}\n### Plan: 5000 to accept, 0 to deny, 2 to remove.\n`))
  const shown = countOf(text, /^\| \*\*/gmu)
  t.match(text, `*… and ${5002 - shown} more changes left out here.*`)
  t.match(text, '| **remove** |  | `a@left.example`')
  t.ok(text.trimEnd().endsWith(`Digest: \`${plan.digest}\``))
  t.equal(countOf(text, /<details>/gu), countOf(text, /<\/details>/gu))
})

t.test(
  'issue 12.19: of 3,000 changes at least 400 are shown, whatever their names and however many warnings',
  async t => {
    for (const name of ['Tower A', '@'.repeat(300), '|'.repeat(300), '`'.repeat(300), '塔'.repeat(300)]) {
      const live = Array.from({ length: 3000 }, (_, id) =>
        invitation(id, { cloud_role: 100, cloud_name: name, project_name: name, email: `${name}${id}@acme.example` }),
      )
      const text = planMarkdown(planOf('invitations: { accept: [{ cloudRole: admin, reason: hired }] }', live))
      const shown = countOf(text, /^\| \*\*accept/gmu)
      t.ok(text.length <= MARKDOWN_LIMIT)
      t.ok(shown >= 400, `${shown} shown`)
      t.equal(countOf(text, /hired/gu), 1, 'the reason is told once')
      t.match(text, '| `guestlist.yaml:2:25` | 3000 |  |  | hired |')
    }
  },
)

t.test('a flood of warnings and refusals leaves room for the changes', async t => {
  const plan = planOf(
    'invitations: { accept: [{ cloudRole: admin }] }',
    Array.from({ length: 3000 }, (_, id) => invitation(id, { cloud_role: 100, cloud_name: '@'.repeat(300) })),
  )
  const text = planMarkdown({
    ...plan,
    refused: plan.warnings.map(({ message }) => ({
      kind: 'guard',
      code: 'max_accepts',
      guard: 'maxAccepts',
      planned: 2,
      limit: 1,
      message,
    })),
  })
  t.ok(text.length <= MARKDOWN_LIMIT)
  for (const noun of ['refusals', 'warnings', 'changes'])
    t.match(text, new RegExp(`and \\d+ more ${noun} left out here`))
  t.ok(countOf(text, /^\| \*\*accept/gmu) > 10)
})

for (const [name, text] of Object.entries(HOSTILE)) {
  t.test(`inert once rendered: ${name}`, async t => {
    const markdown = planMarkdown(hostilePlan(text))
    t.ok(markdown.length <= MARKDOWN_LIMIT)
    const rendered = html(markdown)
    const tags = new Set(rendered.match(/<\/?[a-z!][^\s>]*/giu))
    const own = /^<(?:!--|\/?(?:h3|p|strong|ul|li|code|table|thead|tbody|tr|t[hd]|br|em|details|summary))$/u
    t.same(
      [...tags].filter(tag => !own.test(tag)),
      [],
    )
    t.same(referencesIn(textOf(withoutCode(rendered))), [])
    t.equal(countOf(rendered, /<tr>/gu), 6, 'a row for each change, and the head')
    t.equal(countOf(rendered, /<td>/gu), 25)
  })
}
