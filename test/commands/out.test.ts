import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { invitation, world } from '../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

const LIVE = [invitation(1, 'ann@acme.example')]

t.test('what guestlist did not write as such is not replaced, and no request is made', async t => {
  const { call, write, folder, sandbox } = await world(t, MANIFEST, LIVE)
  const snapshot = (await call(['snapshot'])).stdout
  const plan = (await call(['plan', '--json'])).stdout
  await call(['apply', '--auto-approve'])
  const state = readFileSync(join(folder, 'guestlist.state.json'), 'utf8')
  await sandbox.close()
  const terraform = '{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[]}'
  const texts = {
    manifest: 'apiVersion: guestlist/v1\n',
    note: 'a',
    blank: '\n',
    state,
    state4: JSON.stringify(JSON.parse(state), null, 4),
    list: `[${plan}]`,
    terraform,
    quoted: `x ${plan} ${snapshot}`,
  }
  for (const [command, more] of [
    ['plan', { snapshot }],
    ['snapshot', { plan }],
  ] as const) {
    for (const [name, text] of Object.entries({ ...texts, ...more })) {
      write(name, text)
      const { code, stdout, stderr } = await call([command, '--out', name])
      t.equal(code, 1)
      t.equal(stdout, '')
      t.match(
        stderr,
        `${name} is not a ${command}; it was left as it is\nName another file with --out, or move it away.`,
      )
      t.equal(readFileSync(join(folder, name), 'utf8'), text, `${command} over ${name}`)
    }
  }
})

t.test('an older one is replaced, an empty file too', async t => {
  const { call, write, folder } = await world(t, MANIFEST, LIVE)
  const plan = (await call(['plan', '--json', '--now', '2026-01-01'])).stdout
  const snapshot = (await call(['snapshot'])).stdout
  const json = (text: string, indent: number) => JSON.stringify(JSON.parse(text), null, indent)
  const older = {
    plan: { plan, tight: json(plan, 0), wide: json(plan, 8), empty: '', cut: plan.slice(0, 500) },
    snapshot: { snapshot, wide: json(snapshot, 8), empty: '', cut: snapshot.slice(0, 100) },
  }
  for (const [command, texts] of Object.entries(older)) {
    for (const [name, text] of Object.entries(texts)) {
      write('out.json', text)
      const { code, stderr } = await call([command, '--out', 'out.json'])
      t.equal(code, 0, stderr)
      t.not(readFileSync(join(folder, 'out.json'), 'utf8'), text, `${command} over ${name}`)
      t.equal(statSync(join(folder, 'out.json')).mode & 0o777, 0o600)
    }
  }
})

t.test('a plan without changes is known again', async t => {
  const { call } = await world(t, 'invitations: {}\n', [])
  for (const time of ['first', 'second']) t.equal((await call(['plan', '--out', 'plan.json'])).code, 0, time)
})

t.test('standard output is not named by a dash', async t => {
  const { call, folder } = await world(t, MANIFEST, LIVE)
  for (const [command, advice] of [
    ['plan', /Use --json/],
    ['snapshot', /Leave out --out/],
    ['export', /Leave out --out/],
  ] as const) {
    for (const ran of [await call([command, '--out=-']), await call([command], { GUESTLIST_OUT: '-' })]) {
      t.equal(ran.code, 1)
      t.equal(ran.stdout, '')
      t.match(ran.stderr, /--out takes a file.* to standard output by default/)
      t.match(ran.stderr, advice)
    }
    t.notOk(existsSync(join(folder, '-')))
  }
  t.equal((await call(['plan', '--out', './-'])).code, 0)
  t.ok(existsSync(join(folder, '-')))
})

t.test('a plan with errors is not saved, and nobody is told to apply it', async t => {
  const { call, folder, write, sandbox } = await world(t, MANIFEST, [])
  await call(['plan', '--out', 'plan.json'])
  const before = readFileSync(join(folder, 'plan.json'), 'utf8')
  await sandbox.putInvitation(invitation(2, 'bob@acme.example'))
  write('guestlist.yaml', `apiVersion: guestlist/v1\n${MANIFEST.replace('accept:', 'accept:\n    - id: 2')}`)
  for (const format of ['text', 'json']) {
    for (const name of ['new.json', 'plan.json']) {
      const { code, stdout, stderr } = await call(['plan', '--out', name, '--format', format])
      t.equal(code, 1)
      t.match(stdout, /has 1 error|"errored": true/, 'it is shown')
      t.match(stderr, `The plan has errors, so it was not saved; ${name} was not written.`)
      t.notMatch(stderr, 'guestlist apply')
    }
  }
  t.notOk(existsSync(join(folder, 'new.json')))
  t.equal(readFileSync(join(folder, 'plan.json'), 'utf8'), before)
})
