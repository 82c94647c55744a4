import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { PLAN_FORMATS } from '../../src/cli/common-options.js'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - id: 2
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
guards:
  maxAccepts: 0
`

t.test('a saved plan in every format, offline, as plan showed it', async t => {
  const { call, sandbox } = await world(t, MANIFEST, [invitation(1, 'ann@acme.example')])
  const shown = new Map<string, string>()
  for (const format of PLAN_FORMATS) {
    const now = ['--now', '2026-11-02T00:00:00Z']
    const { code, stdout } = await call(['plan', '--format', format, ...now, '--out', `${format}.json`])
    t.equal(code, 0)
    shown.set(format, stdout)
  }
  await sandbox.close()
  for (const format of PLAN_FORMATS) {
    const { code, stdout, stderr } = await call(['show', `${format}.json`, '--format', format], { BIMDATA_API_KEY: '' })
    t.equal(code, 0, stderr)
    t.equal(stdout, shown.get(format), `${format}: a refused plan, too`)
  }
})

t.test('a plan with errors, and a file that is none', async t => {
  const { call, folder, write } = await world(t, MANIFEST, [invitation(2, 'bob@acme.example')])
  const planned = await call(['plan', '--json'])
  t.equal(planned.code, 1)
  write('plan.json', planned.stdout)
  const { code, stdout } = await call(['show', 'plan.json'])
  t.equal(code, 0)
  t.match(stdout, 'This plan has 1 error and cannot be applied.')
  write('edited.json', readFileSync(join(folder, 'plan.json'), 'utf8').replace('bob@', 'eve@'))
  for (const [path, says] of [
    ['edited.json', 'was changed after guestlist wrote it'],
    ['guestlist.yaml', 'is not a plan'],
    ['missing.json', 'no such file'],
  ] as const) {
    const ran = await call(['show', path])
    t.equal(ran.code, 1)
    t.match(ran.stderr, says)
  }
})

t.test('a plan saved for any backend of the state is a plan', async t => {
  const { call, write } = await world(t, null, [], { users: ['bob@acme.example'] })
  t.equal((await call(['snapshot', '--out', 'live.json'])).code, 0)
  for (const state of [
    '{ backend: local, path: removals.json }',
    '{ backend: http, address: "https://state.example/acme", lockAddress: "https://state.example/lock", lockMethod: PUT }',
    '{ backend: postgres, name: acme }',
  ]) {
    write(
      'guestlist.yaml',
      `apiVersion: guestlist/v1\nusers: { remove: [{ email: bob@acme.example }] }\nstate: ${state}\n`,
    )
    t.equal((await call(['plan', '--from', 'live.json', '--out', 'plan.json'])).code, 0, state)
    const { code, stdout, stderr } = await call(['show', 'plan.json', '--json'])
    t.equal(code, 0, stderr)
    t.match(stdout, /"backend": "(local|http|postgres)"/)
  }
})
