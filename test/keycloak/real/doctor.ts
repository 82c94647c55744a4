import type { Test } from 'tap'
import { account, type Keycloak } from '../../helpers/keycloak.js'
import { world } from '../../helpers/world.js'
import { manifestOf } from './leftovers.js'

/** The check of Keycloak, on every account of the realm. */
export async function doctor(t: Test, keycloak: Keycloak): Promise<void> {
  const given = await world(t, manifestOf(keycloak, ['bob@acme.example']), [])
  const wrong = { ...account('leftovers'), KEYCLOAK_CLIENT_SECRET: 'another-secret' }
  const cases: readonly (readonly [string, Record<string, string>, 'ok' | 'failed', RegExp])[] = [
    ['both roles', account('leftovers'), 'ok', /realm "bimdata": the service account may see users and delete them/],
    ['no account', {}, 'failed', /Set KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET/],
    ['a wrong secret', wrong, 'failed', /not the one of this client: check KEYCLOAK_CLIENT_SECRET/],
    ['a disabled client', account('disabled'), 'failed', /enable the client/],
    ['no service account', account('no-service-account'), 'failed', /Enable "Service accounts roles"/],
    ['no role', account('nobody'), 'failed', /the roles "view-users" and "manage-users" of the client "realm-manag/],
    ['only query-users', account('searcher'), 'failed', /the roles "view-users" and "manage-users" of the client/],
    ['only view-users', account('viewer'), 'failed', /Grant its service account the role "manage-users" of the client/],
  ]
  for (const [name, env, status, says] of cases) {
    const { code, stdout, stderr } = await given.call(['doctor', '--json', '--retries', '0'], env)
    t.equal(code, status === 'ok' ? 0 : 1, name)
    const { checks }: { checks: { code: string; status: string; summary: string; advice: string | null }[] } =
      JSON.parse(stdout)
    const check = checks.at(-1)
    t.match(check, { code: 'keycloak', status }, name)
    t.match(`${check?.summary} ${check?.advice}`, says, name)
    t.notMatch(stdout + stderr, /-secret/, 'no secret is shown')
  }
}
