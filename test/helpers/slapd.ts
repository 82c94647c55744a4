import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from './keycloak.js'

const SLAPD = '/usr/sbin/slapd'
const MODULES = '/usr/lib/ldap'
const SCHEMAS = '/etc/ldap/schema'
const PASSWORD = 'ldap-password'
const BASE = 'dc=acme,dc=example'

/** An LDAP directory with one person per unit. */
export interface Slapd {
  /** The settings for a Keycloak federation with that unit. */
  federation(unit: string): Readonly<Record<string, readonly [string]>>
  has(name: string, unit: string): boolean
}

/**
 * OpenLDAP's server from Debian's package. If it is not installed, returns null and says that what needs it is left
 * out; with `TESTS_REQUIRE_SLAPD=1`, as in CI, that is a failure.
 */
export async function startSlapd(t: Test, people: Readonly<Record<string, string>>): Promise<Slapd | null> {
  if (!existsSync(SLAPD)) {
    const message = 'left out: slapd is not on this machine (.ci/run installs it)'
    if (process.env.TESTS_REQUIRE_SLAPD === '1') t.fail(message)
    else t.comment(message)
    return null
  }
  const folder = mkdtempSync(join(tmpdir(), 'guestlist-slapd-'))
  const config = configIn(folder)
  const data = join(folder, 'data.ldif')
  writeFileSync(data, entries(people))
  execFileSync('/usr/sbin/slapadd', ['-f', config, '-l', data])
  const port = await freePort()
  const child = spawn(SLAPD, ['-d', '0', '-h', `ldap://127.0.0.1:${port}`, '-f', config], { stdio: 'ignore' })
  t.teardown(async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : null
    child.kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  await listening(port)
  return {
    federation: unit => ({
      enabled: ['true'],
      vendor: ['other'],
      connectionUrl: [`ldap://127.0.0.1:${port}`],
      authType: ['simple'],
      bindDn: [`cn=admin,${BASE}`],
      bindCredential: [PASSWORD],
      usersDn: [`ou=${unit},${BASE}`],
      usernameLDAPAttribute: ['uid'],
      rdnLDAPAttribute: ['uid'],
      uuidLDAPAttribute: ['entryUUID'],
      userObjectClasses: ['inetOrgPerson'],
      editMode: ['WRITABLE'],
    }),
    has: (name, unit) =>
      execFileSync('/usr/sbin/slapcat', ['-f', config, '-a', `(uid=${name})`])
        .toString('utf8')
        .includes(`dn: uid=${name},ou=${unit},${BASE}`),
  }
}

function configIn(folder: string): string {
  mkdirSync(join(folder, 'db'))
  const path = join(folder, 'slapd.conf')
  const schemas = ['core', 'cosine', 'inetorgperson'].map(name => `include ${SCHEMAS}/${name}.schema`)
  const lines = [
    ...schemas,
    `modulepath ${MODULES}`,
    'moduleload back_mdb',
    `pidfile ${join(folder, 'pid')}`,
    'database mdb',
    `suffix "${BASE}"`,
    `rootdn "cn=admin,${BASE}"`,
    `rootpw ${PASSWORD}`,
    `directory ${join(folder, 'db')}`,
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** `people`: the name of each unit's only person, whose address is NAME@acme.example. */
function entries(people: Readonly<Record<string, string>>): string {
  const root = [`dn: ${BASE}`, 'objectClass: dcObject', 'objectClass: organization', 'o: Acme', 'dc: acme']
  const units = Object.entries(people).flatMap(([unit, name]) => [
    [`dn: ou=${unit},${BASE}`, 'objectClass: organizationalUnit', `ou: ${unit}`],
    [
      `dn: uid=${name},ou=${unit},${BASE}`,
      'objectClass: inetOrgPerson',
      `uid: ${name}`,
      `cn: ${name}`,
      `sn: ${name}`,
      `givenName: ${name}`,
      `mail: ${name}@acme.example`,
    ],
  ])
  return [root, ...units].map(lines => `${lines.join('\n')}\n`).join('\n')
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    await sleep(50)
  }
  throw new Error('slapd does not listen')
}
