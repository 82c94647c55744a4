import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { invitation, world } from '../helpers/world.js'

const CONTRADICTED = `invitations:
  accept:
    - reason: "façade"
      id: 2
users:
  remove:
    - email: bob@acme.example
`

t.test('a contradiction that the live state shows has its line, its caret and its bytes', async t => {
  const { call, folder } = await world(t, CONTRADICTED, [invitation(2, 'bob@acme.example')])
  const excerpt = /^guestlist\.yaml:4:7: Error: .*\n {2}4 \| {5}- reason: "façade"\n {4}\| {7}\^{16}\n/m
  t.match((await call(['plan'])).stdout, excerpt)
  t.match((await call(['plan', '--format', 'markdown'])).stderr, excerpt)
  t.match((await call(['apply', '--auto-approve'])).stdout, excerpt)
  const planned = await call(['plan', '--json'])
  const [problem] = JSON.parse(planned.stdout).guestlist.diagnostics
  t.equal(problem.snippet, '    - reason: "façade"')
  const bytes = readFileSync(join(folder, 'guestlist.yaml'))
  t.equal(bytes.subarray(problem.range.start.byte, problem.range.end.byte).toString('utf8'), 'reason: "façade"')
  const lines = (await call(['apply', '--auto-approve', '--json'])).stdout.trim().split('\n')
  const diagnostics = lines.map(line => JSON.parse(line)).flatMap(({ diagnostic }) => diagnostic ?? [])
  t.match(
    diagnostics.find(({ summary }) => summary === problem.summary),
    { range: problem.range, snippet: { code: problem.snippet } },
  )
})

t.test('--protect takes a list, as its variable does', async t => {
  const manifest = 'users:\n  remove:\n    - email: bob@acme.example\n    - email: zed@acme.example\n'
  const { call } = await world(t, manifest, [])
  const refused = async (...args: readonly string[]) => {
    const { stdout } = await call(['plan', '--json', ...args])
    return JSON.parse(stdout).guestlist.refused.map(({ email, pattern }: Record<string, string>) => [email, pattern])
  }
  const both = [
    ['bob@acme.example', 'bob@acme.example'],
    ['zed@acme.example', 'zed@*'],
  ]
  t.strictSame(await refused('--protect', 'Bob@acme.example, zed@*'), both)
  t.strictSame(await refused('--protect', 'bob@acme.example', '--protect', ',zed@*,'), both)
  const { code, stderr } = await call(['plan', '--protect', ' , '])
  t.equal(code, 1)
  t.match(stderr, '--protect: " , " is an empty list')
  t.match(
    (await call(['apply', '--auto-approve', '--protect', 'a@b.c,zed@acme.example'])).stderr,
    /zed@acme\.example is protected/,
  )
})
