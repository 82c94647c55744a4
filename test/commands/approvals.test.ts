import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { keyFolder, makeKey, signWith } from '../helpers/ssh.js'
import { invitation, type World, world } from '../helpers/world.js'

const keys = keyFolder()
t.teardown(() => rmSync(keys, { recursive: true }))
const [alice, bob, carol] = [makeKey(keys, 'alice'), makeKey(keys, 'bob', 'ecdsa', '', 256), makeKey(keys, 'carol')]

const SIGNERS = `alice@acme.example ${alice.publicKey}\nbob@acme.example ${bob.publicKey}\n`

const REMOVING = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

/** What a platform team sets for every job. */
const HELD = { GUESTLIST_REQUIRED_APPROVALS: '2', GUESTLIST_ALLOWED_SIGNERS: 'signers' }

interface Office extends World {
  /** Signs the saved plan with these keys. */
  approve(...by: readonly { readonly path: string }[]): Promise<void>
}

/** A saved plan that removes bob, accepts one invitation and denies another. */
async function office(t: Test, manifest = REMOVING): Promise<Office> {
  const made = await world(t, manifest, [invitation(1, 'ann@acme.example'), invitation(2, 'bob@acme.example')], {
    users: ['bob@acme.example'],
  })
  made.write('signers', SIGNERS)
  t.equal((await made.call(['plan', '--out', 'plan.json'])).code, 0)
  return {
    ...made,
    async approve(...by) {
      for (const { path } of by) {
        const { code, stderr } = await made.call(['approve', 'plan.json', '--key', path, '--yes'])
        t.equal(code, 0, stderr)
      }
    },
  }
}

t.test('two people approve a plan, it is applied; one change more, and the same approvals are refused', async t => {
  const { call, approve, sandbox, write, folder } = await office(t)
  await approve(alice, bob)
  mkdirSync(join(folder, 'approvals'))
  for (const name of readdirSync(folder).filter(name => name.endsWith('.sig')))
    renameSync(join(folder, name), join(folder, 'approvals', name))

  await sandbox.putInvitation(invitation(3, 'cyd@acme.example'))
  const fresh = await call(['apply', '--auto-approve', '--approval', 'approvals'], HELD)
  t.equal(fresh.code, 3, 'a fresh plan has another digest')
  t.match(fresh.stderr, /Needs 2 approvals, has 0\.\n.*it approves another plan: the digest differs/)
  t.same(sandbox.effects(), [], 'nothing was sent')

  const saved = await call(['apply', 'plan.json', '--approval', 'approvals', '--audit-log', 'audit.jsonl'], HELD)
  t.equal(saved.code, 0, saved.stderr)
  t.equal(sandbox.effects().filter(({ operation }) => operation === 'remove').length, 1)
  t.match(saved.stdout, `Approved by`)
  const audit = readFileSync(join(folder, 'audit.jsonl'), 'utf8')
  for (const [principal, key] of [
    ['alice@acme.example', alice],
    ['bob@acme.example', bob],
  ] as const) {
    t.match(saved.stdout, `${principal} (${key.fingerprint})`)
    t.match(audit, `"approver":{"principal":"${principal}","key":"${key.fingerprint}"}`)
  }

  write('guestlist.yaml', `apiVersion: guestlist/v1\n${REMOVING}    - email: eve@acme.example\n`)
  const more = await call(['apply', '--auto-approve', '--approval', 'approvals'], HELD)
  t.equal(more.code, 3)
  t.equal(sandbox.effects().filter(({ operation }) => operation === 'remove').length, 1, 'nobody else was removed')
})

t.test('a fresh plan is bound to the approvals of its digest', async t => {
  const { call, approve, sandbox } = await office(t)
  await approve(alice, bob)
  const approvals = ['--approval', `plan.json.${fileName(alice)}.sig`, '--approval', `plan.json.${fileName(bob)}.sig`]
  const { code, stderr } = await call(['apply', '--auto-approve', ...approvals], HELD)
  t.equal(code, 0, stderr)
  t.equal(sandbox.effects().length, 3)
})

const fileName = ({ fingerprint }: { readonly fingerprint: string }) =>
  fingerprint.replace('SHA256:', '').replaceAll('/', '_').replaceAll('+', '-')

t.test('not enough: exit 3 and nothing sent, from wherever it is asked for', async t => {
  const two = { GUESTLIST_REQUIRED_APPROVALS: '2' }
  const signers = ['--allowed-signers', 'signers']
  for (const [name, args, env] of [
    ['by the flag', ['--required-approvals', '2', ...signers], {}],
    ['by the variable', signers, two],
    ['the variable, which a lower flag does not take back', ['--required-approvals', '0', ...signers], two],
    [
      'the flag, where the variable asks for less',
      ['--required-approvals', '2', ...signers],
      { GUESTLIST_REQUIRED_APPROVALS: '0' },
    ],
    ['the author does not count', ['--author', 'alice@acme.example', '--required-approvals', '1', ...signers], {}],
    [
      'the author of the variable does not count',
      ['--required-approvals', '1', ...signers],
      { GUESTLIST_AUTHOR: 'alice@acme.example' },
    ],
    ['no signers file', ['--required-approvals', '1'], {}],
    ['a signers file that is not there', ['--required-approvals', '1', '--allowed-signers', 'nowhere'], {}],
  ] as const) {
    const { call, approve, sandbox } = await office(t)
    await approve(alice)
    for (const basis of [['plan.json'], ['--auto-approve', '--approval', '.']]) {
      const { code, stderr } = await call(['apply', ...basis, ...args], env)
      t.equal(code, 3, `${name}: ${stderr}`)
      t.match(stderr, 'Refused; nothing was done')
    }
    t.same(sandbox.effects(), [], name)
  }
})

t.test('a plan keeps what it was made under', async t => {
  const { call, approve, sandbox } = await office(t)
  t.equal((await call(['plan', '--out', 'plan.json', '--required-approvals', '2'])).code, 0)
  await approve(alice)
  const { code, stderr, stdout } = await call(['apply', 'plan.json', '--allowed-signers', 'signers'])
  t.equal(code, 3, stderr)
  t.match(stdout, /Needs 2 approvals, has 1: alice@acme\.example/)
  t.same(sandbox.effects(), [])
})

t.test('the manifest asks for approvals, and a lower flag does not take them back', async t => {
  const { call, approve, sandbox } = await office(t, `${REMOVING}guards: { approvals: { removals: 2 } }\n`)
  await approve(alice)
  for (const args of [
    ['plan.json'],
    ['plan.json', '--required-approvals', '1'],
    ['--auto-approve', '--approval', '.'],
  ]) {
    const { code, stderr } = await call(['apply', ...args, '--allowed-signers', 'signers'])
    t.equal(code, 3, stderr)
    t.match(stderr, 'Needs 2 approvals, has 1')
  }
  t.same(sandbox.effects(), [])
  await approve(bob)
  t.equal((await call(['apply', 'plan.json', '--allowed-signers', 'signers'])).code, 0)
})

t.test('only plans with removals need approvals, unless all do', async t => {
  const manifest = 'invitations:\n  accept:\n    - email: "*@acme.example"\n'
  const all = await office(t, manifest)
  t.equal((await all.call(['apply', 'plan.json', '--required-approvals-for', 'all'], HELD)).code, 3)
  t.same(all.sandbox.effects(), [])
  const held = await all.call(['apply', 'plan.json', '--required-approvals-for', 'removals'], {
    ...HELD,
    GUESTLIST_REQUIRED_APPROVALS_FOR: 'all',
  })
  t.equal(held.code, 3, 'the stricter holds')
  t.equal((await all.call(['apply', 'plan.json'], HELD)).code, 0)
})

t.test('what is set to something that is not meant stops the run', async t => {
  const { call, sandbox } = await office(t)
  for (const [env, args, says] of [
    [{ GUESTLIST_REQUIRED_APPROVALS: '' }, [], 'GUESTLIST_REQUIRED_APPROVALS is set but empty'],
    [{ GUESTLIST_REQUIRED_APPROVALS: 'two' }, [], 'GUESTLIST_REQUIRED_APPROVALS: "two" is not'],
    [{ GUESTLIST_REQUIRED_APPROVALS: '-1' }, [], 'GUESTLIST_REQUIRED_APPROVALS: "-1" is not'],
    [
      { GUESTLIST_REQUIRED_APPROVALS: 'two' },
      ['--required-approvals', '1'],
      'GUESTLIST_REQUIRED_APPROVALS: "two" is not',
    ],
    [
      { GUESTLIST_REQUIRED_APPROVALS_FOR: '' },
      ['--required-approvals', '1'],
      'GUESTLIST_REQUIRED_APPROVALS_FOR is set but empty',
    ],
    [
      { GUESTLIST_REQUIRED_APPROVALS_FOR: 'al' },
      ['--required-approvals-for', 'removals'],
      'GUESTLIST_REQUIRED_APPROVALS_FOR',
    ],
    [{}, ['--required-approvals-for', 'all'], '--required-approvals-for needs --required-approvals'],
    [{ ...HELD, GUESTLIST_AUTHOR: '' }, [], 'GUESTLIST_AUTHOR is set but empty'],
    [HELD, ['--author', 'Alice@acme.example'], 'is not a principal of the signers file'],
    [HELD, ['--allowed-signers', 'others'], 'name different files'],
  ] as const) {
    const { code, stderr } = await call(['apply', 'plan.json', ...args], env)
    t.equal(code, 1, `${says}: ${stderr}`)
    t.match(stderr, says)
  }
  t.same(sandbox.effects(), [])
})

t.test('a mistake in the signers file stops the run, with its line', async t => {
  const { call, sandbox, write } = await office(t)
  write('signers', `${SIGNERS}carol@acme.example ssh-ed25519 AAAAC3NzaC1lZDI1\n`)
  const { code, stderr } = await call(['apply', 'plan.json'], HELD)
  t.equal(code, 1)
  t.match(stderr, /signers:3: the key after ssh-ed25519 is damaged/)
  t.same(sandbox.effects(), [])
})

t.test('approvals that nobody asked for are judged all the same, and told', async t => {
  const { call, sandbox, write } = await office(t)
  write('broken.sig', 'nothing')
  const args = ['--allowed-signers', 'signers', '--approval', 'broken.sig', '--approval', 'nowhere']
  const { code, stdout } = await call(['apply', 'plan.json', ...args])
  t.equal(code, 0)
  t.match(stdout, 'broken.sig does not count: it is not a signature of OpenSSH.')
  t.match(stdout, 'nowhere does not count: there is no such file or folder.')
  t.equal(sandbox.effects().length, 3)
})

t.test('apply --json names the approvers, and the refusal', async t => {
  const { call, approve } = await office(t)
  await approve(alice)
  const refused = await call(['apply', 'plan.json', '--json'], HELD)
  t.equal(refused.code, 3)
  const lines = refused.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.match(
    lines.find(({ type }) => type === 'change_summary'),
    {
      guestlist: {
        approvals: { required: 2, approvers: [{ principal: 'alice@acme.example', key: alice.fingerprint }] },
      },
    },
  )
  t.match(lines.at(-1), { type: 'diagnostic', diagnostic: { severity: 'error', summary: /Needs 2 approvals/ } })
})

t.test('approvals verify: who, with which key, and whether it is enough', async t => {
  const { call, approve, write, folder } = await office(t)
  await approve(alice, carol)
  const one = await call(['approvals', 'verify', 'plan.json'], HELD)
  t.equal(one.code, 3)
  t.match(one.stdout, `alice@acme.example (${alice.fingerprint})`)
  t.match(one.stdout, `the key ${carol.fingerprint} is not in the signers file`)
  t.match(one.stdout, /Not enough: 1 approval of 2 needed\.\n$/)

  await approve(bob)
  const two = await call(['approvals', 'verify', 'plan.json', '--json'], HELD)
  t.equal(two.code, 0)
  const { approvals, ...rest } = JSON.parse(two.stdout)
  t.match(rest, { format_version: '1.0', digest: /^sha256:/, required: 2, counted: 2, enough: true })
  t.equal(approvals.length, 3)
  const found = (key: string) => approvals.find((each: { readonly key: string }) => each.key === key)
  t.match(found(alice.fingerprint), { counts: true, principal: 'alice@acme.example', reason: null })
  t.match(found(carol.fingerprint), { counts: false, principal: null, reason: 'unknown-key' })

  t.equal((await call(['approvals', 'verify', 'plan.json'])).code, 3, 'without a signers file nothing can be said')
  mkdirSync(join(folder, 'empty'))
  const empty = await call(['approvals', 'verify', 'plan.json', '--approval', 'empty'], HELD)
  t.equal(empty.code, 3)
  t.match(empty.stdout, 'empty does not count: the folder holds no file whose name ends in .sig.')
  write('notes.sig', signWith(alice, 'hello'))
  t.match(
    (await call(['approvals', 'verify', 'plan.json', '--approval', 'notes.sig'], HELD)).stdout,
    'without the statement',
  )
})

t.test('show names the approvers, in Markdown and on the page too', async t => {
  const { call, approve } = await office(t)
  await approve(alice, bob)
  for (const format of ['text', 'markdown', 'html', 'json']) {
    const { code, stdout } = await call(['show', 'plan.json', '--format', format, '--approval', '.'], HELD)
    t.equal(code, 0)
    t.match(stdout, alice.fingerprint, format)
  }
  t.match((await call(['show', 'plan.json'], HELD)).stdout, 'Needs 2 approvals.')
})
