import { execFile } from 'node:child_process'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Keycloak } from '../../helpers/keycloak.js'
import { world } from '../../helpers/world.js'
import { userOf } from './leftovers.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const GUIDE = readFileSync(join(ROOT, 'examples/keycloak/README.md'), 'utf8')
const EMAIL = 'bob@acme.example'

const blocks = (language: string): readonly string[] =>
  [...GUIDE.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, code]) => code ?? '')

/** Every command of examples/keycloak/README.md, as it stands there; only addresses are this machine's. */
export async function guide(t: Test, keycloak: Keycloak): Promise<void> {
  const [manifest = ''] = blocks('yaml')
  const place = await world(t, null, [])
  place.write('guestlist.yaml', manifest.replace('https://iam.example/auth', keycloak.url))
  place.write('guestlist', `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin/guestlist.js')}" "$@"\n`)
  chmodSync(join(place.folder, 'guestlist'), 0o755)
  const env = {
    ...place.env,
    HOME: place.folder,
    PATH: [place.folder, keycloak.tools, process.env.PATH].join(delimiter),
    KEYCLOAK_URL: keycloak.url,
    // What the tool asks for.
    KC_CLI_PASSWORD: 'admin',
    KC_OPTS: '-XX:+UseSerialGC -XX:TieredStopAtLevel=1',
  }
  await keycloak.admin('POST', '/users', { username: `acme.${EMAIL}`, email: EMAIL, enabled: true })
  const id = (await userOf(keycloak, EMAIL))?.id
  await keycloak.admin('POST', `/users/${id}/federated-identity/acme`, {
    identityProvider: 'acme',
    userId: 'bob',
    userName: 'bob',
  })
  const [prepare = '', use = ''] = blocks('sh')
  for (const script of [prepare, use]) {
    // The removal is absent at the API, and deleted in Keycloak: done.
    const ran = await bash(script, place.folder, env)
    t.equal(ran.code, 0, ran.output)
  }
  t.equal(statSync(join(place.folder, 'keycloak-secret')).mode & 0o777, 0o600)
  t.equal(await userOf(keycloak, EMAIL), null, 'the user is gone')
}

/** Not synchronous: the sandbox answers in this process. */
function bash(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: unknown; output: string }> {
  return new Promise(resolve =>
    execFile('bash', ['-euc', script], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
    ),
  )
}
