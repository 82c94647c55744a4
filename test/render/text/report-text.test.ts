import t from 'tap'
import type { Outcome, Report, Verification } from '../../../src/model/report.js'
import { reportText, resultLine } from '../../../src/render/text/report-text.js'
import { PLAIN } from '../../../src/render/text/style.js'
import { unsafeIn } from '../fixtures/inert.js'
import { examplePlan, HOSTILE, hostilePlan } from '../fixtures/plan.js'

const { actions } = examplePlan()

function reportOf(outcomes: readonly Outcome[], verification: Verification, stop: Report['stop'] = null): Report {
  const results = actions.map((action, index) => ({
    action,
    outcome: outcomes[index] ?? { kind: 'done' as const },
    attempts: 1,
    status: 204,
  }))
  return { results, stop, verification }
}

t.test('all done: verified, and the summary line last, byte for byte', async t =>
  t.equal(
    reportText(reportOf([], { kind: 'verified', count: 4 }), true, PLAIN),
    `Verified: the live state shows all 4 changes to invitations. Removals cannot be read back.

Apply complete! 2 accepted, 2 denied, 1 removed.
`,
  ),
)

t.test('verified: in number, and without any', async t => {
  const line = (count: number) => reportText(reportOf([], { kind: 'verified', count }), true, PLAIN).split('\n')[0]
  t.equal(line(1), 'Verified: the live state shows the change to one invitation. Removals cannot be read back.')
  t.equal(
    line(0),
    'Verified: the live state was read again, and shows nothing else than is reported here. Removals cannot be read back.',
  )
})

t.test('done in part: what failed, why it stopped, what was not attempted', async t => {
  const outcomes: Outcome[] = [
    { kind: 'done' },
    { kind: 'failed', why: 'the API says 400' },
    { kind: 'skipped', why: 'a denial failed' },
    { kind: 'not_attempted', why: 'interrupted' },
    { kind: 'not_attempted', why: 'interrupted' },
  ]
  const stop = { reason: 'interrupted', message: 'Interrupted by SIGINT' } as const
  t.equal(
    reportText(reportOf(outcomes, { kind: 'interrupted' }, stop), false, PLAIN),
    `bimdata_invitation.57 (Bob@acme.example): failed: the API says 400
bimdata_invitation.51 (alice@acme.example): skipped: a denial failed
Stopped: Interrupted by SIGINT
2 actions were not attempted. Run apply again to continue.
Not verified: the run was interrupted.

Apply incomplete! 0 accepted, 1 denied, 0 removed; 1 failed, 3 not attempted.
`,
  )
})

t.test('what the last reading contradicts is listed', async t => {
  const mismatches = [
    { address: 'bimdata_invitation.51', wanted: 'accepted', found: 'pending' },
    { address: 'bimdata_invitation.54', wanted: 'denied', found: null },
  ]
  t.match(
    reportText(reportOf([], { kind: 'differs', mismatches }), false, PLAIN),
    '  bimdata_invitation.51: wanted accepted, found pending\n  bimdata_invitation.54: wanted denied, found no such invitation\n',
  )
})

const LINES: readonly (readonly [outcome: Outcome, attempts: number, line: RegExp])[] = [
  [{ kind: 'done' }, 1, /^bimdata_user\.bob@acme\.example: removed$/],
  [{ kind: 'confirmed' }, 2, /: removed, confirmed by reading, after 2 tries$/],
  [{ kind: 'absent' }, 1, /: absent: .*Keycloak/],
]
for (const [outcome, attempts, line] of LINES) {
  t.test(`a removal that ended as ${outcome.kind}`, async t => {
    const action = actions.at(-1)
    t.ok(action)
    if (action) t.match(resultLine({ action, outcome, attempts, status: null }, PLAIN), line)
  })
}

for (const [name, why] of Object.entries(HOSTILE)) {
  t.test(`inert: ${name}`, async t => {
    const { actions } = hostilePlan(why)
    const results = actions.map(action => ({
      action,
      outcome: { kind: 'failed' as const, why },
      attempts: 1,
      status: null,
    }))
    const stop = { reason: 'forbidden', message: why } as const
    const mismatches = [{ address: why, wanted: 'accepted', found: why }]
    t.same(unsafeIn(reportText({ results, stop, verification: { kind: 'differs', mismatches } }, false, PLAIN)), [])
    t.same(unsafeIn(reportText({ results, stop, verification: { kind: 'unreadable', why } }, false, PLAIN)), [])
  })
}
