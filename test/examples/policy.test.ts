import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { EXAMPLES, startWorld, type World } from './world.js'

const POLICY = join(EXAMPLES, 'policy', 'policy.js')
const REGO = join(EXAMPLES, 'policy', 'policy.rego')
const HAS_OPA = spawnSync('opa', ['version']).status === 0
const FRIDAY = '2026-11-27T23:59:59Z'
const SATURDAY = '2026-11-28T00:00:00Z'

/** Plans a manifest at a time, and gives what the policy says of the saved plan. */
async function judge(t: Test, manifest: string | null, now: string) {
  const world = await startWorld(t, { scripts: [], to: '.' })
  if (manifest !== null) world.write('guestlist.yaml', manifest)
  const env = { BIMDATA_API_URL: world.sandbox.url, BIMDATA_API_KEY: world.sandbox.apiKey }
  const planned = await world.run(`guestlist plan --now ${now} --out plan.json`, env)
  t.equal(planned.code, 0, planned.stderr)
  const { code, stdout } = await world.run(`node "${POLICY}" plan.json`)
  t.strictSame(await world.run(`node "${POLICY}" < plan.json`), { code, stdout, stderr: '' }, 'by standard input too')
  const said = stdout.split('\n').filter(line => line !== '')
  if (HAS_OPA) await sameByOpa(t, world, said)
  return { code, said }
}

/** The policy in Rego says the same of plan.json, by the call that its first lines tell. */
async function sameByOpa(t: Test, world: World, said: readonly string[]): Promise<void> {
  const all = await world.run(`opa eval --format raw --data "${REGO}" --input plan.json data.main.deny`)
  t.strictSame(JSON.parse(all.stdout).sort(), said.map(line => JSON.parse(line)).sort(), all.stderr)
  t.equal((await world.run(OPA_CALL)).code, said.length > 0 ? 1 : 0, 'its exit code')
}

const OPA_CALL = (/^# {3}(opa eval .*)$/m.exec(readFileSync(REGO, 'utf8'))?.[1] ?? 'false').replace('policy.rego', REGO)

t.test('OPA is here, or that is said', async t => {
  if (HAS_OPA) return
  const message = 'OPA is not installed: policy.rego is checked against the schema, and not run'
  if (process.env.TESTS_REQUIRE_OPA === '1') t.fail(message)
  else t.comment(`left out: ${message}`)
})

const ADMIN = 'apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - email: yusuf.kaya@studio.example\n'
const NO_ADMIN = '"bimdata_invitation.60: no admin of a cloud without a reason"'

const CASES = {
  'a removal on a Friday': [null, FRIDAY, ['"bimdata_user.oscar.blanc@acme.example: no removal on a Friday"']],
  'a removal on a Saturday, an admin with a reason': [null, SATURDAY, []],
  'an admin without a reason': [ADMIN, FRIDAY, [NO_ADMIN]],
  'an admin with an empty reason': [`${ADMIN}      reason: " "\n`, FRIDAY, [NO_ADMIN]],
} as const

for (const [name, [manifest, now, said]] of Object.entries(CASES)) {
  t.test(name, async t => {
    t.strictSame(await judge(t, manifest, now), { code: said.length > 0 ? 1 : 0, said: [...said] })
  })
}

t.test('what is not a plan does not pass', async t => {
  const world = await startWorld(t, { scripts: [], to: '.' })
  for (const text of ['{}', '{"format_version":"2.0","guestlist":{"version":1},"resource_changes":[]}', 'no JSON']) {
    world.write('plan.json', text)
    t.not((await world.run(`node "${POLICY}" plan.json`)).code, 0, text)
    if (HAS_OPA) t.not((await world.run(OPA_CALL)).code, 0, `${text}, by OPA`)
  }
})

/** Whether a path of members stands in a JSON Schema, through lists, references and alternatives. */
function stands(schema: Schema, path: readonly string[], root = schema): boolean {
  const { $ref, properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema
  const [first, ...rest] = path
  if (first === undefined) return true
  const target = $ref?.replace('#/definitions/', '')
  const next = [target === undefined ? undefined : root.definitions?.[target], items, ...anyOf, ...oneOf, ...allOf]
  const member = properties[first]
  return (
    (member !== undefined && stands(member, rest, root)) || next.some(it => it !== undefined && stands(it, path, root))
  )
}

interface Schema {
  readonly $ref?: string
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

t.test('the Rego reads only what a plan has, and says what the script says', async t => {
  const schema: Schema = JSON.parse(readFileSync(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8'))
  const rego = readFileSync(REGO, 'utf8').replace(/^\s*#.*$/gm, '')
  const roots = { input: [], resource: ['resource_changes'], action: ['guestlist', 'actions'] }
  const found = [...rego.matchAll(/\b(input|resource|action)((?:\.\w+)+)/g)]
  t.ok(found.length > 10)
  for (const [text, root, path = ''] of found) {
    const start = root === 'resource' || root === 'action' ? roots[root] : roots.input
    t.ok(stands(schema, [...start, ...path.slice(1).split('.')]), text)
  }
  t.notOk(stands(schema, ['resource_changes', 'change', 'afterwards']), 'the check can fail')
  const messages = [...rego.matchAll(/"%s: (.*?)"/g)].map(([, message]) => message)
  for (const message of messages) t.match(readFileSync(POLICY, 'utf8'), `: ${message}`)
  t.equal(messages.length, 2)
})
