import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { toDocument } from '../../../src/documents/plan-document.js'
import { parsePlanDocument } from '../../../src/documents/read-plan-document.js'
import type { Plan } from '../../../src/model/plan.js'
import { planDigest } from '../../../src/reconcile/digest.js'
import { jsonText } from '../../../src/render/json.js'
import { invitation, world } from '../../helpers/world.js'

const MANIFEST = `invitations:
  accept:
    - email: "*@acme.example"
users:
  remove:
    - email: bob@acme.example
`

async function saved(t: Test, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const made = await world(t, MANIFEST, [invitation(1, 'ann@acme.example'), invitation(2, 'bob@acme.example')], {
    users: ['bob@acme.example'],
  })
  t.equal((await made.call(['plan', '--out', 'plan.json', ...args], env)).code, 0)
  return made
}

const ALL = [
  { operation: 'deny', target: 2 },
  { operation: 'accept', target: 1 },
  { operation: 'remove', target: 'bob@acme.example' },
]

t.test('a variable that the plan was made with is no obstacle to applying it', async t => {
  for (const [env, effects] of [
    [{ GUESTLIST_NO_REMOVALS: 'true' }, ALL.slice(0, 2)],
    [{ GUESTLIST_TARGET: 'bimdata_user.Bob@acme.example' }, [ALL[0], ALL[2]]],
    [{ GUESTLIST_TARGET: 'bimdata_invitation.1' }, [ALL[1]]],
    [{ GUESTLIST_NOW: '2026-11-02T00:00:00Z' }, ALL],
    [{ GUESTLIST_FILE: 'guestlist.yaml' }, ALL],
  ] as const) {
    const { call, sandbox } = await saved(t, [], env)
    const { code, stderr } = await call(['apply', 'plan.json'], env)
    t.equal(code, 0, stderr)
    t.same(sandbox.effects(), effects, JSON.stringify(env))
  }
})

t.test('a flag that would have made another plan is refused, from wherever it comes', async t => {
  const { call, sandbox } = await saved(t)
  for (const [args, env, says] of [
    [['--no-removals'], {}, '--no-removals cannot change a saved plan'],
    [[], { GUESTLIST_NO_REMOVALS: '1' }, '--no-removals cannot change a saved plan'],
    [['--target', 'bimdata_invitation.1'], {}, '--target cannot change a saved plan'],
    [['--now', '2026-11-02'], {}, '--now cannot change a saved plan'],
    [['--file', 'guestlist.yaml'], {}, '--file cannot change a saved plan'],
  ] as const) {
    const { code, stderr } = await call(['apply', 'plan.json', ...args], env)
    t.equal(code, 1, stderr)
    t.match(stderr, says)
  }
  t.same(sandbox.effects(), [])
})

t.test('what refuses it now names the guard, the numbers and what to do', async t => {
  const { call, sandbox } = await saved(t)
  for (const [args, says] of [
    [
      ['--max-removals', '0'],
      /Guard maxRemovals: 1 removal planned, at most 0 allowed.* by --max-removals, or guards/s,
    ],
    [
      ['--protect', '*@acme.example'],
      /bob@acme\.example is protected by "\*@acme\.example" \(--protect\).*Take the address/s,
    ],
  ] as const) {
    const { code, stderr } = await call(['apply', 'plan.json', ...args])
    t.equal(code, 3)
    t.match(stderr, says)
  }
  t.same(sandbox.effects(), [])
})

t.test('a user to be removed who was invited again meanwhile makes it stale', async t => {
  const { call, sandbox } = await saved(t)
  await sandbox.putInvitation(invitation(9, 'Bob@acme.example'))
  const { code, stderr } = await call(['apply', 'plan.json'])
  t.equal(code, 4)
  t.match(stderr, /bimdata_invitation\.9: is new: a pending invitation of Bob@acme\.example, who is to be removed/)
  t.same(sandbox.effects(), [])
})

/** Rewritten as somebody would who knows how plans are written: digest and checksum fit. */
async function forged(folder: string, change: (plan: Plan) => Pick<Plan, 'actions'>): Promise<void> {
  const plan = parsePlanDocument(await readFile(join(folder, 'plan.json'), 'utf8'))
  const { actions } = change(plan)
  const rewritten = { ...plan, actions, digest: planDigest(plan.apiUrl, actions) }
  await writeFile(join(folder, 'plan.json'), jsonText(toDocument(rewritten)))
}

t.test('a plan that names one account and acts on another is refused, though its digest fits', async t => {
  const { call, folder, sandbox } = await saved(t)
  await forged(folder, ({ actions }) => ({ actions: actions.map(action => ({ ...action })) }))
  t.equal((await call(['show', 'plan.json'])).code, 0, 'rewritten as it was, it is a plan')
  for (const address of ['bimdata_user.mallory@acme.example', 'bimdata_invitation.3']) {
    await forged(folder, ({ actions }) => ({
      actions: actions.map(action => (action.action === 'remove' ? { ...action, address } : action)),
    }))
    const { code, stderr } = await call(['apply', 'plan.json'])
    t.equal(code, 1)
    t.match(stderr, 'was changed after guestlist wrote it')
    t.equal((await call(['plan', '--out', 'plan.json'])).code, 0)
  }
  t.same(sandbox.effects(), [])
})

t.test('what a file says of its approvers is not believed', async t => {
  const { folder } = await saved(t)
  const plan = parsePlanDocument(await readFile(join(folder, 'plan.json'), 'utf8'))
  const approvals = { required: 2, approvers: [{ principal: 'mallory', key: 'SHA256:aaaa' }] }
  const read = parsePlanDocument(jsonText(toDocument({ ...plan, approvals })))
  t.same(read.approvals, { required: 2, approvers: null })
})
