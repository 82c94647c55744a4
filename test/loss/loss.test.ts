import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { PLAN_FORMATS } from '../../src/cli/common-options.js'
import { renderPlan } from '../../src/commands/shared/render-plan.js'
import { withLoss } from '../../src/loss/with-loss.js'
import type { Clouds, ObservedCloud, Unread } from '../../src/model/clouds.js'
import type { Plan } from '../../src/model/plan.js'
import { ndjsonWriter, plannedChange } from '../../src/render/ndjson.js'
import { PLAIN } from '../../src/render/text/style.js'
import type { CloudData } from '../../src/sandbox/types.js'
import fc from '../helpers/properties.js'
import { commandsIn, unsafeIn } from '../render/fixtures/inert.js'
import { planOf } from '../render/fixtures/plan.js'

const LEAVERS = ['ann@acme.example', 'bob@acme.example']
const planRemoving = (...emails: readonly string[]): Plan =>
  planOf(`users: { remove: [${emails.map(email => `{ email: ${email} }`).join(', ')}] }`, [])

const anyUnread = fc.constantFrom<Unread>('401', '403', '404', 'failed', 'partial')
const anyMember = fc.record({
  id: fc.option(fc.nat()),
  email: fc.constantFrom(...LEAVERS, 'eve@acme.example', 'Bob@acme.example'),
  role: fc.option(fc.constantFrom(50, 100)),
})
const anyCloud: fc.Arbitrary<ObservedCloud> = fc.record({
  id: fc.nat(),
  name: fc.string(),
  unread: fc.option(anyUnread, { freq: 2 }),
  members: fc.array(anyMember, { maxLength: 4 }),
})
const anyClouds: fc.Arbitrary<Clouds> = fc.record({
  unread: fc.option(anyUnread, { freq: 2 }),
  clouds: fc.uniqueArray(anyCloud, { maxLength: 5, selector: ({ id }) => id }),
})

/** What every format shows, in one text. */
async function shown(plan: Plan): Promise<string> {
  const texts = await Promise.all(
    PLAN_FORMATS.map(async format => [...(await renderPlan(plan, format, PLAIN))].join('')),
  )
  const line = ndjsonWriter(() => new Date(0))
  return [...texts, ...plan.actions.map(action => plannedChange(line, action))].join('\n')
}

const NOTHING =
  /no cloud that can be seen|nothing is lost|no clouds? (is|are|will be) (lost|deleted)|"complete": ?true/i

t.test('whatever could not be read: no format says that nothing is lost, and a guard refuses', async t => {
  let unread = 0
  await fc.assert(
    fc.asyncProperty(anyClouds, async clouds => {
      const isUnread = clouds.unread !== null || clouds.clouds.some(cloud => cloud.unread !== null)
      if (!isUnread) return
      unread++
      const plan = withLoss(planRemoving(...LEAVERS), clouds, 1000)
      // The page's own script and the document's `complete` are about other things.
      const text = (await shown(plan)).replaceAll(/^ {2}"complete": true,?$/gm, '')
      t.notMatch(text, NOTHING)
      t.match(plan.refused, [{ guard: 'maxCloudsLost' }])
      for (const action of plan.actions) t.match(action, { loss: { complete: false } })
    }),
    { numRuns: 60 },
  )
  t.ok(unread > 20, `${unread} of 60`)
})

t.test('clouds that were not looked at are not said to stay, and a guard refuses', async t => {
  const plan = withLoss(planRemoving('bob@acme.example'), null, 0)
  t.notMatch((await shown(plan)).replaceAll(/^ {2}"complete": true,?$/gm, ''), NOTHING)
  t.match(plan.refused, [{ guard: 'maxCloudsLost', message: /the clouds were not looked at/ }])
  t.match(plan.actions, [{ loss: null }])
})

t.test('a cloud is lost at most once, and only with a removal; the guard counts them', async () => {
  await fc.assert(
    fc.property(anyClouds, fc.nat({ max: 3 }), (clouds, limit) => {
      const known = {
        unread: null,
        clouds: clouds.clouds.map(cloud => ({ ...cloud, unread: null })),
      }
      const plan = withLoss(planRemoving(...LEAVERS), known, limit)
      const lost = plan.actions.flatMap(action => (action.action === 'remove' ? (action.loss?.clouds ?? []) : []))
      const ids = lost.map(({ id }) => id)
      return new Set(ids).size === ids.length && plan.refused.length === (ids.length > limit ? 1 : 0)
    }),
  )
})

const campus = (...members: readonly string[]): CloudData => ({
  id: 9,
  name: 'Campus',
  members: members.map((email, index) => ({ id: index + 1, email, cloud_role: 50 })),
})

const read = (cloud: CloudData): Clouds => ({
  unread: null,
  clouds: [{ id: cloud.id, name: cloud.name, unread: null, members: cloud.members.map(m => ({ ...m, role: 50 })) }],
})

t.test('every format says the sentences', async t => {
  const lost = withLoss(planRemoving('bob@acme.example'), read(campus('bob@acme.example')), null)
  const kept = withLoss(planRemoving('bob@acme.example'), read(campus('bob@acme.example', 'eve@acme.example')), null)
  for (const format of PLAN_FORMATS.filter(format => format !== 'json')) {
    const text = async (plan: Plan) =>
      [...(await renderPlan(plan, format, PLAIN))]
        .join('')
        .replaceAll(/&quot;|&#34;|\\"|\\u0022/g, '"')
        .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    t.match(await text(lost), 'deletes the cloud "Campus" (id 9): its only member', format)
    t.match(await text(lost), '1 cloud seen; others cannot be', format)
    t.match(await text(kept), 'no cloud that can be seen here', format)
    t.match(await text(kept), '1 cloud seen; others cannot be', format)
  }
})

t.test('a hostile name is inert in every format', async t => {
  const name = '\u001b[31m</script>|`::error::\n@octocat'
  const hostile = withLoss(planRemoving('bob@acme.example'), read({ ...campus('bob@acme.example'), name }), 0)
  for (const format of PLAN_FORMATS) {
    const text = [...(await renderPlan(hostile, format, PLAIN))].join('')
    t.same(unsafeIn(text), [], format)
    t.same(commandsIn(text), [], format)
    if (format === 'html') t.notMatch(text, '</script>|`')
  }
})

t.test('invited people are told', async t => {
  const cloud = campus('bob@acme.example')
  const clouds = read({
    ...cloud,
    members: [...cloud.members, { id: null, email: 'new@acme.example', cloud_role: 50 }],
  })
  const plan = withLoss(planRemoving('bob@acme.example'), clouds, null)
  t.match(plan.warnings, [
    { code: 'clouds_lost' },
    { code: 'invited_only', message: /^One person is invited to the cloud "Campus" \(id 9\)/ },
  ])
  t.equal(plan.summary.warnings, 2)
})

t.test('a cloud whose members are all removed is told as one, beside the last of them', async t => {
  const plan = withLoss(
    planRemoving('ann@acme.example', 'bob@acme.example'),
    read(campus('ann@acme.example', 'bob@acme.example')),
    null,
  )
  const [warning] = plan.warnings.filter(({ code }) => code === 'emptied_together')
  t.match(warning, {
    address: 'bimdata_user.bob@acme.example',
    message: /^All 2 members of the cloud "Campus" \(id 9\) are removed by this plan/,
  })
  t.equal(plan.summary.warnings, plan.warnings.length)
  const alone = withLoss(planRemoving('ann@acme.example', 'bob@acme.example'), read(campus('bob@acme.example')), null)
  t.notOk(alone.warnings.some(({ code }) => code === 'emptied_together'))
})

t.test('the digest covers it', async t => {
  const plan = planRemoving('bob@acme.example')
  const digests = [
    plan,
    withLoss(plan, read(campus('bob@acme.example')), null),
    withLoss(plan, read(campus('eve@acme.example')), null),
    withLoss(plan, { unread: null, clouds: [] }, null),
  ].map(({ digest }) => digest)
  t.equal(new Set(digests).size, 4)
  t.equal(withLoss(plan, null, null).digest, plan.digest, 'not looked at is as before')
})

t.test('the schema of a plan names what is there', async t => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas/plan.schema.json'), 'utf8'))
  t.strictSame(Object.keys(schema.definitions.loss.properties), ['clouds', 'seen', 'unknown', 'complete'])
})
