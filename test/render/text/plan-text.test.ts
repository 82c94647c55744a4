import t from 'tap'
import { planText } from '../../../src/render/text/plan-text.js'
import { COLOUR, PLAIN } from '../../../src/render/text/style.js'
import { displayWidth } from '../../../src/render/text/width.js'
import { bigPlan, emptyPlan, erroredPlan, examplePlan, invitation, planOf, refusedPlan } from '../fixtures/plan.js'

const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)

t.test('an action: symbol, address, change, where to, rule with reason', async t => {
  t.match(
    planText(examplePlan(), PLAIN),
    `
~ bimdata_invitation.51  alice@acme.example
    status: pending → accepted
        to: cloud "Tower A" as user, project "Facade" as guest
      rule: guestlist.yaml:6:7  (our own people)
`,
  )
})

t.test('a denial that a removal implies says so, and what it overrules', async t => {
  t.match(
    planText(examplePlan(), PLAIN),
    `
        status: pending → denied
            to: cloud "Campus" as user
          rule: guestlist.yaml:15:7  (left on 2026-10-31)
    implied by: the removal of bimdata_user.bob@acme.example
     overrules: guestlist.yaml:6:7 (accept)
`,
  )
})

t.test('a removal has its own symbol, and warns of what is lost', async t => {
  const text = planText(examplePlan(), PLAIN)
  t.match(
    text,
    '\n- bimdata_user.bob@acme.example\n      user: removed\n    clouds: not known: the clouds were not looked at\n',
  )
  t.match(text, '\n    ! Removing bob@acme.example deletes the account and every cloud in which they are alone')
})

t.test('an invitation that no rule matched names the key that decided it', async t => {
  const text = planText(planOf('invitations: { unmatched: deny }', [invitation(1)]), PLAIN)
  t.match(text, '  unmatched: guestlist.yaml:2:')
})

t.test('warnings on nothing planned stand with their places', async t => {
  const text = planText(examplePlan(), PLAIN)
  t.match(text, /Warning: This accept rule ended with 2026-01-31.*\n +guestlist\.yaml:8:7\n/)
  t.match(
    text,
    /Warning: The invitation of eve@rival\.example is accepted.*\n +bimdata_invitation\.53 {2}guestlist\.yaml:11:7\n/,
  )
})

t.test('then counts and digest, and last the summary line, byte for byte', async t => {
  const plan = examplePlan()
  t.equal(
    planText(plan, PLAIN).split('\n').slice(-5).join('\n'),
    `9 invitations read from https://api.bimdata.io: 5 changes (1 denied before), 2 already right, 1 pending unmatched, 5 warnings.
Digest: ${plan.digest}

Plan: 2 to accept, 2 to deny, 1 to remove.
`,
  )
})

t.test('nothing to do', async t =>
  t.equal(lastLine(planText(emptyPlan(), PLAIN)), 'No changes. Invitations and users match the manifest.'),
)

t.test('what needs nothing is listed where the plan keeps it', async t => {
  const text = planText(examplePlan({ keepUnchanged: true }), PLAIN)
  t.match(text, '\n  bimdata_invitation.58  lena@partner.example\n    pending: pending, and no rule matches\n')
})

t.test('refusals stand before the summary, which still counts', async t => {
  const text = planText(refusedPlan(), PLAIN)
  t.match(text, '\nRefused: bob@acme.example is protected by "*@acme.example"')
  t.match(text, '\nRefused: Guard maxAccepts: 2 accepts planned')
  t.equal(lastLine(text), 'Plan: 2 to accept, 0 to deny, 0 to remove. Apply will refuse this plan.')
})

t.test('a plan with errors shows them, and has no summary of changes', async t => {
  const text = planText(erroredPlan(), PLAIN)
  t.match(text, /\nguestlist\.yaml:3:25: Error: The rule accepts invitation 7.*\n {2}Accepted, the invitation would/)
  t.equal(lastLine(text), 'This plan has 1 error and cannot be applied.')
})

t.test('colour adds emphasis and no words', async t => {
  const coloured = planText(examplePlan(), COLOUR)
  t.match(coloured, '\u001b[33m~\u001b[39m')
  t.match(coloured, '\u001b[31m-\u001b[39m')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of the style
  t.equal(coloured.replace(/\u001b\[\d+m/gu, ''), planText(examplePlan(), PLAIN))
})

t.test('on a terminal lines keep within its width, with the same words', async t => {
  const wide = planText(examplePlan(), PLAIN)
  const words = (text: string) => text.split(/\s+/)
  for (const style of [PLAIN, COLOUR]) {
    const text = planText(examplePlan(), style, 80)
    const long = text.split('\n').filter(line => displayWidth(line) > 80 && !line.startsWith('Digest: '))
    t.same(long, [])
  }
  t.same(words(planText(examplePlan(), PLAIN, 80)), words(wide))
  t.equal(planText(examplePlan(), PLAIN, 10), wide, 'a width that nothing fits in is left to the terminal')
})

t.test('issue 12.19: over 200 changes, first the warnings, then a table by rule, then the changes', async t => {
  const crowd = (count: number) =>
    Array.from({ length: count }, (_, id) => invitation(id, { email: `u${id}@acme.example`, cloud_role: 100 }))
  const rules = `invitations:
  accept:
    - { email: "*@acme.example", name: our-people, reason: hired }
  deny:
    - email: u0@acme.example
      reason: a rival
`
  const large = planText(planOf(rules, crowd(201)), PLAIN)
  const places = ['becomes an admin', 'By rule:\n', '\n~ bimdata_invitation.0 ', 'Digest: '].map(text =>
    large.indexOf(text),
  )
  t.ok(places.every(place => place >= 0))
  t.same(
    places,
    places.toSorted((a, b) => a - b),
  )
  t.ok(large.lastIndexOf('becomes an admin') < large.indexOf('By rule:'), 'no warning among the changes')
  const table = large.slice(large.indexOf('By rule:'), large.indexOf('\n~ '))
  t.match(table, /^guestlist\.yaml:4:7 +200 +our-people$/m)
  t.match(table, /^guestlist\.yaml:6:7 +1 +a rival$/m)
  const small = planText(planOf(rules, crowd(200)), PLAIN)
  t.notMatch(small, 'By rule:')
  t.ok(small.indexOf('\n~ ') < small.indexOf('becomes an admin'), 'up to 200 each warning is with its change')
})

t.test('100,000 changes: a block for each', async t => {
  const text = planText(bigPlan(100_000), PLAIN)
  t.equal(text.match(/^~ /gmu)?.length, 100_000)
  t.equal(lastLine(text), 'Plan: 100000 to accept, 0 to deny, 2 to remove.')
})
