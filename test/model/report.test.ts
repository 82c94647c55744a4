import t from 'tap'
import { isComplete, type Outcome, type Report, succeeded, type Verification } from '../../src/model/report.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { accept, input, invitation } from '../reconcile/fixtures/build.js'

const [action] = reconcile(input({ rules: [accept({ email: '*' })] }), [invitation()]).actions

const report = (kind: Outcome['kind'], verification: Verification = { kind: 'verified', count: 1 }): Report => ({
  results: action ? [{ action, outcome: { kind, why: 'why' }, attempts: 1, status: null }] : [],
  stop: null,
  verification,
})

const OUTCOMES = [
  ['done', true],
  ['confirmed', true],
  ['absent', true],
  ['failed', false],
  ['skipped', false],
  ['not_attempted', false],
] as const

for (const [kind, good] of OUTCOMES) {
  t.test(`outcome ${kind}`, async t => {
    t.equal(isComplete(report(kind)), good)
    t.same(report(kind).results.map(succeeded), [good])
  })
}

const VERIFICATIONS: readonly (readonly [Verification, boolean])[] = [
  [{ kind: 'verified', count: 1 }, true],
  [{ kind: 'not_needed' }, true],
  [{ kind: 'differs', mismatches: [] }, false],
  [{ kind: 'unreadable', why: 'why' }, false],
  [{ kind: 'interrupted' }, false],
]

for (const [verification, good] of VERIFICATIONS) {
  t.test(`verification ${verification.kind}`, async t => t.equal(isComplete(report('done', verification)), good))
}

t.test('a run that was stopped is not complete', async t => {
  t.notOk(isComplete({ ...report('done'), stop: { reason: 'interrupted', message: 'why' } }))
})
