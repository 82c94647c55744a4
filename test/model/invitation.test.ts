import t from 'tap'
import { roleName, statusText, viewOf } from '../../src/model/invitation.js'
import { invitation } from '../reconcile/fixtures/build.js'

t.test('statuses', async t => {
  const raw = ['P', 'A', 'W', 'D', 'p', 'X', '', 'pending', ' P']
  t.same(
    raw.map(status => invitation({ status }).status),
    ['pending', 'accepted', 'accepted', 'denied', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown'],
  )
})

t.test('roles: a number that is not known stays a number', async t => {
  t.same([100, 50, 25, 0, 75].map(roleName), ['admin', 'user', 'guest', 0, 75])
})

t.test('a view has the names of the API and words for what is known', async t => {
  t.same(viewOf(invitation({ project_name: 'Roof', project_role: 25, sender_provider_sub: 'auth0|1' })), {
    id: 56,
    email: 'ann@acme.example',
    status: 'pending',
    cloud_name: 'Tower A',
    cloud_role: 'user',
    project_name: 'Roof',
    project_role: 'guest',
    client_id: 12,
    sender_provider_sub: 'auth0|1',
  })
  t.match(viewOf(invitation({ status: 'Z', project_role: null })), {
    status: 'unknown',
    raw_status: 'Z',
    project_role: null,
  })
})

t.test('issue 12.6: an unknown status is shown as such, with the word that the API sent', async t => {
  const shown = ['P', 'W', 'D', 'pending', 'accepted', '"'].map(status => statusText(viewOf(invitation({ status }))))
  t.same(shown, ['pending', 'accepted', 'denied', 'unknown ("pending")', 'unknown ("accepted")', 'unknown ("\\"")'])
})
