import t from 'tap'
import { type ManifestSource, parseManifest } from '../../src/manifest/parse.js'
import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import type { Problem } from '../../src/model/problem.js'
import { reconcile } from '../../src/reconcile/reconcile.js'

const source = (file: string, content: string | Uint8Array): ManifestSource => ({ file, content })

const REMOVE = 'apiVersion: guestlist/v1\nusers:\n  remove:\n    - email: bob@acme.example\n'

const bob = (id: number): Invitation =>
  invitationOf({
    id,
    email: 'bob@acme.example',
    status: 'P',
    cloud_name: 'Tower A',
    cloud_role: 50,
  })

/** What a plan finds between these files and pending invitations of bob with these ids, and what locates it. */
function found(sources: readonly ManifestSource[], ids: readonly number[]) {
  const parsed = parseManifest(sources)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const input = { manifest: parsed.manifest, records: new Map(), now: new Date(0), apiUrl: 'https://api.example' }
  return { problems: reconcile(input, ids.map(bob)).problems, locate: parsed.locate }
}

function located(sources: readonly ManifestSource[], ids: readonly number[]): readonly Problem[] {
  const { problems, locate } = found(sources, ids)
  return locate(problems)
}

const bytesOf = ({ content }: ManifestSource): Buffer => Buffer.from(content)

t.test('the range is that of the rule, as bytes too, and the line is there', async t => {
  const cases: readonly (readonly [name: string, content: string | Uint8Array, marked: string, line: string])[] = [
    ['one key', '  accept:\n    - id: 4\n', 'id: 4', '    - id: 4'],
    ['a comment behind', '  accept:\n    - id: 4   # Bob\n', 'id: 4   # Bob', '    - id: 4   # Bob'],
    ['several lines', '  accept:\n    - id: 4\n      reason: x\n', 'id: 4', '    - id: 4'],
    ['in braces', '  accept: [{ id: 3 }, { id: 4 }]\n', '{ id: 4 }', '  accept: [{ id: 3 }, { id: 4 }]'],
    [
      'behind other letters',
      '  accept: # é東😀\n    - reason: "é東😀"\n      id: 4\n',
      'reason: "é東😀"',
      '    - reason: "é東😀"',
    ],
    ['CRLF', '  accept:\r\n    - id: 4\r\n', 'id: 4', '    - id: 4'],
  ]
  for (const [name, rules, marked, line] of cases) {
    for (const bom of ['', '\uFEFF']) {
      const file = source('rules.yaml', `${bom}apiVersion: guestlist/v1\ninvitations:\n${rules}`)
      const sources = [source('users.yaml', REMOVE), { ...file, content: bytesOf(file) }]
      const [problem, ...others] = located(sources, [4])
      t.strictSame(others, [])
      t.match(problem, { code: 'live-contradiction', file: 'rules.yaml', snippet: line }, name)
      const { start, end } = problem?.range ?? { start: { byte: 0 }, end: { byte: 0 } }
      t.equal(bytesOf(file).subarray(start.byte, end.byte).toString('utf8'), marked, name)
    }
  }
})

t.test('each problem its own rule, also where two files have one at the same place', async t => {
  const rules = (id: number) => `apiVersion: guestlist/v1\ninvitations:\n  accept:\n    - id: ${id}\n`
  const sources = [source('a.yaml', rules(1)), source('b.yaml', rules(2)), source('users.yaml', REMOVE)]
  t.match(located(sources, [2, 1]), [
    { file: 'a.yaml', snippet: '    - id: 1' },
    { file: 'b.yaml', snippet: '    - id: 2' },
  ])
})

t.test('other problems, and those of other files, stay as they are', async t => {
  const sources = [source('a.yaml', `${REMOVE}invitations:\n  accept:\n    - id: 4\n`)]
  const { problems, locate } = found(sources, [4, 4])
  t.strictSame(locate(problems), problems)
  const once = located(sources, [4])
  t.strictSame(found([source('b.yaml', REMOVE)], []).locate(once), once)
})
