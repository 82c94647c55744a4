import type { Test } from 'tap'
import { account, type Keycloak } from '../../helpers/keycloak.js'
import { startSlapd } from '../../helpers/slapd.js'
import { world } from '../../helpers/world.js'
import { jsonPlan, manifestOf, userOf } from './leftovers.js'

/** Keycloak imports the people of the first unit, and only passes on those of the second. */
const PEOPLE = { imported: 'lea', passed: 'max' }

/** Whoever comes from a directory is left alone, though their identity alone would have them deleted: there too. */
export async function ldap(t: Test, keycloak: Keycloak): Promise<void> {
  const slapd = await startSlapd(t, PEOPLE)
  if (slapd === null) return
  for (const [unit, name] of Object.entries(PEOPLE)) {
    await keycloak.admin('POST', '/components', {
      name: unit,
      providerId: 'ldap',
      providerType: 'org.keycloak.storage.UserStorageProvider',
      config: { ...slapd.federation(unit), importEnabled: [String(unit === 'imported')] },
    })
    const user = await userOf(keycloak, `${name}@acme.example`)
    await keycloak.admin('POST', `/users/${encodeURIComponent(String(user?.id))}/federated-identity/acme`, {
      identityProvider: 'acme',
      userId: name,
      userName: name,
    })
  }
  t.equal(String((await userOf(keycloak, 'max@acme.example'))?.id).slice(0, 2), 'f:', 'the second is not imported')

  const given = await world(t, manifestOf(keycloak, ['lea@acme.example', 'max@acme.example']), [])
  const planned = await given.call(['plan', '--json'], account('leftovers'))
  t.equal(planned.code, 0, planned.stderr)
  const { resource_changes, guestlist } = jsonPlan(planned.stdout)
  t.notOk(resource_changes.some(({ type }) => type === 'keycloak_user'))
  const left = guestlist.warnings.filter(({ code }) => code === 'left_in_keycloak')
  t.strictSame(
    left.map(({ address }) => address),
    ['keycloak_user.lea@acme.example', 'keycloak_user.max@acme.example'],
  )
  for (const { message } of left) t.match(message, /come from an LDAP federation, and are to be removed there/)

  const applied = await given.call(['apply', '--auto-approve', '--accept-absent'], account('leftovers'))
  t.equal(applied.code, 0, applied.stderr)
  for (const [unit, name] of Object.entries(PEOPLE)) {
    t.ok(await userOf(keycloak, `${name}@acme.example`), `${name} is still in Keycloak`)
    t.ok(slapd.has(name, unit), `${name} is still in the directory`)
  }
}
