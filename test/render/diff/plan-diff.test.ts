import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { applyPatch, diffArrays, parsePatch } from 'diff'
import t from 'tap'
import { parse } from 'yaml'
import type { InvitationView } from '../../../src/model/invitation.js'
import type { Plan } from '../../../src/model/plan.js'
import { hunksOf } from '../../../src/render/diff/hunks.js'
import { planDiff } from '../../../src/render/diff/plan-diff.js'
import { yamlItem } from '../../../src/render/json-text.js'
import fc from '../../helpers/properties.js'
import { bigPlan, emptyPlan, erroredPlan, examplePlan, HOSTILE, hostilePlan, refusedPlan } from '../fixtures/plan.js'

/** The documents that a plan with everything kept is a patch of. */
function documents(plan: Plan): Readonly<Record<string, string>> {
  const views: (InvitationView | { readonly email: string })[] = []
  for (const { before } of [...plan.actions, ...plan.unchanged]) if (!('username' in before)) views.push(before)
  const invitations = views.flatMap(view => ('id' in view ? [view] : [])).sort((a, b) => a.id - b.id)
  const users = views.filter(view => !('id' in view))
  const text = (name: string, items: readonly object[]) =>
    `${name}:\n${items.flatMap(item => yamlItem({ ...item })).join('\n')}\n`
  return { 'invitations.yaml': text('invitations', invitations), 'users.yaml': text('users', users) }
}

/** As outside any repository: within one, git leaves out what is not below the folder. */
const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) },
  })

t.test('git reads it, and applying it gives the state after', async t => {
  const plan = examplePlan({ keepUnchanged: true })
  const folder = t.testdir({ ...documents(plan), 'plan.diff': planDiff(plan) })
  t.match(git(folder, 'apply', '--stat', 'plan.diff'), / invitations\.yaml \| +8 .*\n users\.yaml +\| +6 /)
  git(folder, 'apply', 'plan.diff')
  const { invitations } = parse(readFileSync(join(folder, 'invitations.yaml'), 'utf8'))
  t.same(
    invitations.map(({ id, status }: InvitationView) => `${id} ${status}`),
    [
      '51 accepted',
      '52 accepted',
      '53 accepted',
      '54 denied',
      '55 accepted',
      '56 accepted',
      '57 denied',
      '58 pending',
      '59 unknown',
    ],
  )
  t.same(parse(readFileSync(join(folder, 'users.yaml'), 'utf8')), { users: [] })
})

t.test('a change with its context, at its line', async t =>
  t.match(
    planDiff(examplePlan({ keepUnchanged: true })),
    `diff --git a/invitations.yaml b/invitations.yaml
--- a/invitations.yaml
+++ b/invitations.yaml
@@ -1,7 +1,7 @@
 invitations:
   - id: 51
     email: "alice@acme.example"
-    status: "pending"
+    status: "accepted"
     cloud_name: "Tower A"
     cloud_role: "user"
     project_name: "Facade"
@@ -28,7 +28,7 @@
`,
  ),
)

t.test('a plan that kept only its changes is a patch of these', async t => {
  const [invitations, users] = parsePatch(planDiff(examplePlan()))
  t.match(invitations, { oldFileName: 'a/invitations.yaml', newFileName: 'b/invitations.yaml' })
  t.equal(invitations?.hunks.flatMap(({ lines }) => lines).filter(line => line.startsWith('+')).length, 4)
  t.match(users?.hunks[0], { oldStart: 1, oldLines: 5, newStart: 1, newLines: 1 })
})

t.test('digest, refusals, errors and warnings stand before the patch', async t => {
  const text = [examplePlan(), refusedPlan(), erroredPlan()].map(planDiff).join('')
  t.match(
    text,
    `# Plan: 2 to accept, 2 to deny, 1 to remove.\n# API: https://api.bimdata.io\n# Digest: ${examplePlan().digest}\n`,
  )
  t.match(text, '# Warning: chloe@studio.example becomes an admin')
  t.match(text, '# Refused: Guard maxAccepts')
  t.match(text, '# Error: The rule accepts invitation 7')
})

t.test('nothing to do: a summary and no patch', async t => {
  t.match(planDiff(emptyPlan()), '# No changes. Invitations and users match the manifest.\n')
  t.notMatch(planDiff(emptyPlan()), '@@')
})

for (const [name, text] of Object.entries(HOSTILE)) {
  t.test(`one patch of two files, whatever the texts: ${name}`, async t => {
    const folder = t.testdir({})
    writeFileSync(join(folder, 'plan.diff'), planDiff(hostilePlan(text)))
    const files = git(folder, 'apply', '--numstat', 'plan.diff').trim().split('\n')
    t.same(files.map(line => line.split('\t').at(-1)).sort(), ['invitations.yaml', 'users.yaml'])
  })

  t.test(`canonical YAML keeps the value of: ${name}`, async t => {
    const item = { id: 1, email: text, clouds: [text, 'b'], project: null }
    t.same(parse(yamlItem(item).join('\n')), [item])
  })
}

t.test('100,000 changes: a hunk for all that touch', async t => {
  const [file] = parsePatch(planDiff(bigPlan(100_000)))
  t.equal(file?.hunks.flatMap(({ lines }) => lines).filter(line => line.startsWith('+')).length, 100_000)
})

t.test('hunks turn any document into any other, as those of a general diff do', async () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  const same = fc.array(fc.constantFrom('x', 'y'), { maxLength: 9 }).map(both => ({ before: both, after: both }))
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.record({ before: lines, after: lines }), same), { maxLength: 12 }), items => {
      const text = (side: 'before' | 'after') => items.flatMap(item => item[side].map(line => `${line}\n`)).join('')
      const hunks = hunksOf(items)
      const patch = { oldFileName: 'a', newFileName: 'b', oldHeader: undefined, newHeader: undefined, hunks }
      const changed = items.some(({ before, after }) =>
        diffArrays([...before], [...after]).some(({ added, removed }) => added || removed),
      )
      return (text('before') === '' && !changed) || applyPatch(text('before'), patch) === text('after')
    }),
    { numRuns: 1000 },
  )
})
