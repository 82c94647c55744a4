import t from 'tap'
import type { Action } from '../../src/model/action.js'
import type { Loss } from '../../src/model/clouds.js'
import { planDigest } from '../../src/reconcile/digest.js'
import { checkGuards } from '../../src/reconcile/guards.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { findDrift, trackPlan } from '../../src/reconcile/track.js'
import { API_URL, input, leftover, removal } from './fixtures/build.js'

/** Bob and Zoe go at the API, Bob in Keycloak too, and Eve there alone. */
const plan = reconcile(input({ removals: [removal('bob@a.example'), removal('zoe@a.example')] }), [])

const lossOf = (id: number): Loss => ({ clouds: [{ id, name: 'Roof' }], seen: 3, unknown: [], complete: true })

const actions = [...plan.actions, leftover('bob@a.example'), leftover('eve@a.example')]

t.test('a user of Keycloak has an address', async t => {
  t.same(
    actions.map(({ address }) => address),
    [
      'bimdata_user.bob@a.example',
      'bimdata_user.zoe@a.example',
      'keycloak_user.bob@a.example',
      'keycloak_user.eve@a.example',
    ],
  )
})

t.test('who goes at the API and in Keycloak is one person', async t => {
  const planned = (given: readonly Action[]) =>
    checkGuards(given, { maxAccepts: null, maxDenials: null, maxRemovals: 0 }).map(refusal =>
      refusal.kind === 'guard' ? refusal.planned : null,
    )
  t.same(planned(actions), [3])
  t.same(planned(actions.slice(-1)), [1], 'in Keycloak alone')
})

t.test('drift at the API says nothing of Keycloak', async t => {
  const tracker = trackPlan({ actions })
  t.same(findDrift({ actions }, tracker.finish(new Map())), [])
})

t.test('the digest covers the Keycloak that is named, and what a removal deletes', async t => {
  const keycloak = { url: 'https://sso.example', realm: 'bimdata', alias: 'acme' }
  const digests = [
    planDigest(API_URL, actions),
    planDigest(API_URL, actions, keycloak),
    planDigest(API_URL, actions, { ...keycloak, realm: 'other' }),
    ...[1, 2].map(id =>
      planDigest(
        API_URL,
        plan.actions.map(action => (action.action === 'remove' ? { ...action, loss: lossOf(id) } : action)),
      ),
    ),
    planDigest(API_URL, plan.actions),
  ]
  t.equal(new Set(digests).size, digests.length)
})
