import t from 'tap'
import { startKeycloak } from '../helpers/keycloak.js'
import { doctor } from './real/doctor.js'
import { guide } from './real/guide.js'
import { ldap } from './real/ldap.js'
import { leftovers } from './real/leftovers.js'
import { logins } from './real/logins.js'

// The first time on a machine takes two minutes, and several where it is busy.
t.setTimeout(600_000)

/* One real Keycloak for all that is tested on one. */

t.test('on a real Keycloak', async t => {
  const keycloak = await startKeycloak(t)
  if (keycloak === null) return
  await t.test('logins', t => logins(t, keycloak))
  await t.test('doctor', t => doctor(t, keycloak))
  await t.test('leftovers', t => leftovers(t, keycloak))
  await t.test('the guide', t => guide(t, keycloak))
  // The last one: from then on every search goes to the directory too.
  await t.test('people of a directory', t => ldap(t, keycloak))
})
