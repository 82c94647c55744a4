import t from 'tap'
import { toDocument } from '../../src/documents/plan-document.js'
import { isInvitationAction } from '../../src/model/action.js'
import { emailKey } from '../../src/model/email-address.js'
import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import { canonicalJson } from '../../src/model/json.js'
import type { Plan } from '../../src/model/plan.js'
import type { RemovalRecords } from '../../src/model/removal-record.js'
import { type ReconcileInput, reconcile, startReconcile } from '../../src/reconcile/reconcile.js'
import fc from '../helpers/properties.js'
import { anyInvitation, anyManifest, anyOptions, anyRecords, anyRule, liveState } from './fixtures/arbitrary.js'
import { API_URL, input, record } from './fixtures/build.js'
import { fits } from './fixtures/naive.js'

const anyInput: fc.Arbitrary<ReconcileInput> = fc
  .record({ manifest: anyManifest, records: anyRecords, options: anyOptions })
  .map(fields => ({ ...fields, now: new Date('2026-11-02T09:30:00Z'), apiUrl: API_URL }))

/** What is there when all of a plan has been carried out. */
function applied(plan: Plan, live: readonly Invitation[], records: RemovalRecords) {
  const wanted = new Map<number, string>()
  const remembered = new Map(records)
  for (const action of plan.actions) {
    if (action.action === 'accept') wanted.set(action.before.id, 'A')
    else if (action.action === 'deny') wanted.set(action.before.id, 'D')
    else if ('recorded' in action.before)
      remembered.set(emailKey(action.before.email), record(action.before.accepted_invitations))
  }
  return {
    live: live.map(item => invitationOf({ ...item, status: wanted.get(item.id) ?? item.raw_status })),
    records: remembered,
  }
}

const check = (property: fc.IRawProperty<unknown>, numRuns = 1000) => fc.assert(property, { numRuns })

t.test('after an apply there is nothing left to do', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const plan = reconcile(given, live)
      const after = applied(plan, live, given.records)
      const next = reconcile({ ...given, records: after.records }, after.live)
      return plan.refused.length + plan.problems.length > 0 || next.actions.length === 0
    }),
  )
})

t.test('a plan that is refused or contradictory stays so until something changes', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const [one, two] = [reconcile(given, live), reconcile(given, live)]
      return canonicalJson(one) === canonicalJson(two)
    }),
  )
})

t.test('the order of the list changes no byte', async () => {
  const shuffled = fc.array(anyInvitation, { maxLength: 10 }).chain(live => {
    const whole = fc.shuffledSubarray(live, { minLength: live.length, maxLength: live.length })
    return fc.tuple(fc.constant(live), whole)
  })
  check(
    fc.property(anyInput, shuffled, (given, [live, other]) => {
      const [one, two] = [live, other].map(list => JSON.stringify(toDocument(reconcile(given, list))))
      return one === two
    }),
  )
})

t.test('the order of rules changes no action', async () => {
  const shuffled = fc.array(anyRule, { maxLength: 8 }).chain(rules => {
    const whole = fc.shuffledSubarray(rules, { minLength: rules.length, maxLength: rules.length })
    return fc.tuple(fc.constant(rules), whole)
  })
  check(
    fc.property(anyInput, liveState, shuffled, (given, live, orders) => {
      const [one, two] = orders.map(
        rules => reconcile({ ...given, manifest: { ...given.manifest, rules } }, live).digest,
      )
      return one === two
    }),
  )
})

t.test('no unknown status and no protected user is ever acted on', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const known = new Map(live.map(item => [item.id, item.status]))
      const protections = [...given.manifest.protect, ...(given.options?.protect ?? [])]
      return reconcile(given, live).actions.every(action =>
        isInvitationAction(action)
          ? known.get(action.before.id) !== 'unknown'
          : !protections.some(({ pattern }) => fits(pattern, emailKey(action.before.email))),
      )
    }),
  )
})

t.test('nothing accepted is denied, nothing right is done again, nobody to remove is let in', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const leaving = new Set(given.manifest.removals.map(({ key }) => key))
      const plan = reconcile({ ...given, manifest: { ...given.manifest, protect: [] }, options: {} }, live)
      return plan.actions.every(action => {
        if (!isInvitationAction(action)) return leaving.has(emailKey(action.before.email))
        if (action.action === 'deny') return action.before.status === 'pending'
        return ['pending', 'denied'].includes(action.before.status) && !leaving.has(emailKey(action.before.email))
      })
    }),
  )
})

t.test('each address stands once, and in the order of execution', async () => {
  check(
    fc.property(anyInput, fc.array(anyInvitation, { maxLength: 12 }), (given, live) => {
      const { actions } = reconcile(given, live)
      const kinds = actions.map(({ action }) => ['deny', 'accept', 'remove'].indexOf(action))
      return (
        new Set(actions.map(({ address }) => address)).size === actions.length &&
        kinds.every((kind, index) => kind >= (kinds[index - 1] ?? 0))
      )
    }),
  )
})

t.test('two plans have one digest if and only if their actions are the same', async () => {
  const does = (plan: Plan) =>
    canonicalJson(plan.actions.map(({ address, action, before }) => [address, action, before]))
  const few = fc.uniqueArray(anyInvitation, { selector: ({ id }) => id, maxLength: 2 })
  const met = new Set<boolean>()
  check(
    fc.property(anyManifest, anyManifest, few, (one, other, live) => {
      const [a, b] = [one, other].map(rules => reconcile({ ...input({}), manifest: rules }, live))
      if (a === undefined || b === undefined) return false
      met.add(a.digest === b.digest && a.actions.length > 0)
      return (a.digest === b.digest) === (does(a) === does(b))
    }),
  )
  t.ok(met.has(true) && met.has(false), 'both were met')
})

t.test('the digest holds the address of the API', async t => {
  const given = input({ unmatched: 'accept' })
  const [here, there] = ['https://a.example', 'https://b.example'].map(
    apiUrl => reconcile({ ...given, apiUrl }, []).digest,
  )
  t.not(here, there)
})

t.test('one by one or all at once, the plan is the same', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const reconciler = startReconcile(given)
      for (const item of live) reconciler.observe(item)
      return canonicalJson(reconciler.finish()) === canonicalJson(reconcile(given, live))
    }),
    500,
  )
})

t.test('planning changes nothing that it is given', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const before = canonicalJson([given.manifest, [...given.records], given.options, live])
      reconcile(given, live)
      return before === canonicalJson([given.manifest, [...given.records], given.options, live])
    }),
    500,
  )
})

t.test('the counts add up', async () => {
  check(
    fc.property(anyInput, liveState, (given, live) => {
      const { actions, summary, warnings, refused } = reconcile(given, live)
      const count = (kind: string) => actions.filter(({ action }) => action === kind).length
      return (
        canonicalJson(summary) ===
        canonicalJson({
          ...summary,
          accept: count('accept'),
          deny: count('deny'),
          remove: count('remove'),
          invitations: live.length,
          warnings: warnings.length,
          refused: refused.length,
        })
      )
    }),
  )
})

t.test('the properties are about something: plans of every kind are met', async t => {
  const met = new Set<string>()
  fc.assert(
    fc.property(anyInput, liveState, (given, live) => {
      const plan = reconcile(given, live)
      for (const { action, why } of plan.actions) met.add(action).add(why)
      for (const { kind } of plan.refused) met.add(kind)
      for (const { code } of [...plan.warnings, ...plan.problems]) met.add(code)
    }),
    { numRuns: 2000, seed: 1 },
  )
  const whys = ['accept_by_rule', 'accept_by_unmatched', 'deny_by_rule', 'deny_by_unmatched', 'deny_by_removal']
  for (const what of [...whys, 'remove_by_rule', 'remove_returned', 'protected', 'guard', 'live-contradiction'])
    t.ok(met.has(what), what)
})
