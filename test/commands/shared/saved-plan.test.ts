import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { applicableSavedPlan } from '../../../src/commands/shared/saved-plan.js'
import { toDocument } from '../../../src/documents/plan-document.js'
import { parsePlanDocument } from '../../../src/documents/read-plan-document.js'
import { countActions, type KeycloakUser, type LeftoverAction } from '../../../src/model/action.js'
import type { Plan } from '../../../src/model/plan.js'
import { planDigest } from '../../../src/reconcile/digest.js'
import { jsonText } from '../../../src/render/json-text.js'
import { COMMON_FLAGS, testIo } from '../../helpers/command.js'
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
      /bob@acme\.example is protected by "\*@acme\.example" \(--protect\).*Remove the address/s,
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
async function forged(
  folder: string,
  change: (plan: Plan) => Pick<Plan, 'actions'> & Partial<Pick<Plan, 'keycloak'>>,
): Promise<void> {
  const plan = parsePlanDocument(await readFile(join(folder, 'plan.json'), 'utf8'))
  const { actions, keycloak = plan.keycloak } = change(plan)
  const deletions = actions.filter(({ action }) => action === 'delete').length
  const summary = { ...plan.summary, ...countActions(actions), keycloak: keycloak && deletions }
  const rewritten = { ...plan, actions, keycloak, summary, digest: planDigest(plan.apiUrl, actions, keycloak) }
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

const BOB: KeycloakUser = {
  id: '5c1d',
  username: 'acme.bob@acme.example',
  email: 'bob@acme.example',
  created_at: null,
  identities: ['acme'],
  federation_link: null,
  service_account: false,
}
const KEYCLOAK = { url: 'https://iam.example/auth', realm: 'bimdata', alias: 'acme' }

const leftover = (rule: LeftoverAction['rule'], user: Partial<KeycloakUser> = {}): LeftoverAction => ({
  action: 'delete',
  address: 'keycloak_user.bob@acme.example',
  before: { ...BOB, ...user },
  why: 'delete_leftover',
  rule,
  overruled: [],
  impliedBy: 'bimdata_user.bob@acme.example',
})

const ruleOf = ({ actions }: Plan): LeftoverAction['rule'] => {
  const removal = actions.find(({ action }) => action === 'remove')
  if (removal?.action !== 'remove') throw new Error('the plan removes nobody')
  return removal.rule
}

t.test(
  'a plan that deletes in Keycloak whom no plan would delete there is refused, though its digest fits',
  async t => {
    const { call, folder } = await saved(t)
    const cases: readonly (readonly [string, Partial<KeycloakUser>, Plan['keycloak'], number])[] = [
      ['as a plan would', {}, KEYCLOAK, 0],
      ['an identity of another provider', { identities: ['other'] }, KEYCLOAK, 1],
      ['somebody of a directory', { federation_link: 'ldap' }, KEYCLOAK, 1],
      ['a service account', { service_account: true }, KEYCLOAK, 1],
      ['another address', { email: 'eve@acme.example' }, KEYCLOAK, 1],
      ['another alias', {}, { ...KEYCLOAK, alias: 'other' }, 1],
      ['no Keycloak', {}, null, 1],
    ]
    for (const [name, user, keycloak, code] of cases) {
      t.equal((await call(['plan', '--out', 'plan.json'])).code, 0)
      await forged(folder, plan => ({ keycloak, actions: [...plan.actions, leftover(ruleOf(plan), user)] }))
      const shown = await call(['show', 'plan.json'])
      t.equal(shown.code, code, `${name}: ${shown.stderr}`)
      if (code === 1) t.match(shown.stderr, 'was changed after guestlist wrote it', name)
    }
  },
)

t.test('the digest covers the Keycloak that is sent a secret', async t => {
  const { call, folder } = await saved(t)
  await forged(folder, ({ actions }) => ({ actions, keycloak: KEYCLOAK }))
  t.equal((await call(['show', 'plan.json'])).code, 0)
  const text = await readFile(join(folder, 'plan.json'), 'utf8')
  await writeFile(join(folder, 'plan.json'), text.replace('https://iam.example/auth', 'https://evil.example/auth'))
  t.match(await call(['show', 'plan.json']), { code: 1, stderr: /was changed after guestlist wrote it/ })
})

t.test('a plan that is stale and refused is told as stale: the live state is read first', async t => {
  const { call, sandbox } = await saved(t)
  const refused = ['apply', 'plan.json', '--required-approvals', '1']
  t.match(await call(refused), { code: 3, stderr: /No signers file says who may approve/ })
  for (const { id, email } of sandbox.invitations()) await sandbox.putInvitation(invitation(id, email, 'D'))
  t.match(await call(refused), { code: 4, stderr: /The plan is stale/ })
  t.strictSame(sandbox.effects(), [])
})

t.test('who is protected now is not deleted in Keycloak either, where that is all that is left to do', async t => {
  const { folder, env } = await saved(t)
  const plan = parsePlanDocument(await readFile(join(folder, 'plan.json'), 'utf8'))
  const flags = {
    ...COMMON_FLAGS,
    apiUrl: env.BIMDATA_API_URL,
    target: [],
    noRemovals: false,
    noLoss: false,
    now: undefined,
    maxRemovals: undefined,
    requiredApprovals: undefined,
    requiredApprovalsFor: undefined,
  }
  const left = { ...plan, keycloak: KEYCLOAK, actions: [leftover(ruleOf(plan))] }
  const refusedFor = (protect: readonly string[]) =>
    applicableSavedPlan(left, { ...flags, protect }, testIo({})).refused
  t.match(refusedFor(['bob@*']), [{ kind: 'protected', message: /bob@acme\.example is protected by "bob@\*"/ }])
  t.same(refusedFor(['eve@*']), [])
})

t.test('what a file says of its approvers is not believed', async t => {
  const { folder } = await saved(t)
  const plan = parsePlanDocument(await readFile(join(folder, 'plan.json'), 'utf8'))
  const approvals = { required: 2, approvers: [{ principal: 'mallory', key: 'SHA256:aaaa' }] }
  const read = parsePlanDocument(jsonText(toDocument({ ...plan, approvals })))
  t.same(read.approvals, { required: 2, approvers: null })
})
