import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import t, { type Test } from 'tap'
import ts from 'typescript'
import { guestlist } from './helpers/guestlist.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MANIFEST = readFileSync(join(ROOT, 'examples', 'quickstart', 'guestlist.yaml'), 'utf8')
const NOW = '2026-11-23T00:00:00.000Z'

/** A folder in which `guestlist` is installed, as a link to this project. */
const consumer = (t: Test, files: Record<string, string>): string =>
  t.testdir({
    'package.json': '{ "type": "module" }',
    node_modules: { 'bimdata-guestlist': t.fixture('symlink', ROOT) },
    ...files,
  })

/** Plans from a saved live state, prints every format as one JSON object. */
const PROGRAM = `
import { readFileSync } from 'node:fs'
import { parseManifest, render, startReconcile } from 'bimdata-guestlist'

const parsed = parseManifest([{ file: 'guestlist.yaml', content: readFileSync('guestlist.yaml') }])
if (!parsed.ok) throw new Error(render.problems(parsed.problems))
const live = JSON.parse(readFileSync('live.json', 'utf8'))
const saved = JSON.parse(readFileSync('plan.json', 'utf8'))
const { provenance } = saved.guestlist
const { description, remembered, lineage, ...state } = saved.guestlist.state
const plan = keepUnchanged => {
  const reconciler = startReconcile({
    manifest: parsed.manifest,
    records: new Map(Object.entries(live.removals)),
    now: new Date('${NOW}'),
    apiUrl: live.api_url,
    options: { keepUnchanged },
  })
  for (const it of live.invitations)
    reconciler.observe({
      id: it.id,
      email: it.email,
      status: it.status,
      cloud_name: it.cloud_name,
      cloud_role: it.cloud_role,
      project_name: it.project_name,
      project_role: it.project_role,
      client_id: it.client_id,
      sender_provider_sub: it.sender_provider_sub,
    })
  return { ...reconciler.finish(), state, stateRead: { description, remembered, lineage }, provenance }
}
const formats = Object.entries({ text: false, json: false, markdown: false, diff: true, html: true })
const rendered = formats.map(([format, keepUnchanged]) => [format, render[format](plan(keepUnchanged))])
process.stdout.write(JSON.stringify(Object.fromEntries(rendered)))
`

const LIVE = JSON.stringify({
  version: 1,
  api_url: 'https://api.bimdata.io',
  taken_at: NOW,
  removals: {},
  invitations: [
    ['alice@acme.example', 'P'],
    ['mallory@rival.example', 'P'],
    ['oscar.blanc@acme.example', 'A'],
    ['zoe@else.example', 'P'],
  ].map(([email, status], index) => ({
    id: index + 1,
    email,
    status,
    cloud_name: 'Campus',
    cloud_role: 50,
    project_name: null,
    project_role: null,
    client_id: null,
    sender_provider_sub: null,
  })),
})

t.test(
  'an importer who says where it was read from gets, format by format, the bytes that the program prints',
  async t => {
    const folder = consumer(t, { 'plan.js': PROGRAM, 'guestlist.yaml': MANIFEST, 'live.json': LIVE })
    const from = ['plan', '--from', 'live.json', '--now', NOW]
    t.equal((await guestlist([...from, '--out', 'plan.json'], { cwd: folder })).code, 0)
    const rendered = JSON.parse(execFileSync(process.execPath, ['plan.js'], { cwd: folder, encoding: 'utf8' }))
    for (const format of ['text', 'json', 'markdown', 'diff', 'html']) {
      const { code, stdout, stderr } = await guestlist([...from, '--format', format], { cwd: folder })
      t.equal(code, 0, stderr)
      t.equal(rendered[format], stdout, format)
    }
    t.match(rendered.text, /^Plan: 1 to accept, 1 to deny, 1 to remove\.$/m)
  },
)

t.test('problems are values, and render as validate shows them', async t => {
  const program = `
    import { parseManifest, render } from 'bimdata-guestlist'
    const parsed = parseManifest([{ file: 'a.yaml', content: 'apiVersion: guestlist/v1\\nusers:\\n  removed: []\\n' }])
    process.stdout.write(parsed.ok ? 'valid' : render.problems(parsed.problems))`
  const folder = consumer(t, { 'problems.js': program })
  const shown = execFileSync(process.execPath, ['problems.js'], { cwd: folder, encoding: 'utf8' })
  t.match(shown, /^a\.yaml:3:3: Error: .*"removed"/m)
  t.match(shown, /Did you mean `remove`\?/)
})

t.test('schemas are importable by name', async t => {
  const program = `
    import schema from 'bimdata-guestlist/schemas/plan.schema.json' with { type: 'json' }
    process.stdout.write(schema.title)`
  const folder = consumer(t, { 'schema.js': program })
  const title = execFileSync(process.execPath, ['--no-warnings', 'schema.js'], { cwd: folder, encoding: 'utf8' })
  t.equal(title, JSON.parse(readFileSync(join(ROOT, 'schemas', 'plan.schema.json'), 'utf8')).title)
})

t.test('the library reaches nothing outside', async t => {
  const text = readFileSync(join(ROOT, 'dist', 'lib', 'index.js'), 'utf8')
  const imports = [...text.matchAll(/^import .*? from "([^"]+)"/gm)].map(([, specifier]) => specifier)
  t.strictSame([...new Set(imports)].sort(), ['node:crypto', 'node:url'], 'hashes and Unicode domains, nothing else')
  t.notMatch(text, /\bimport\(|\bprocess\.(?:env|cwd|exit|stdout)|\bfetch\(/)
})

/** Names and types as a reader of the README would use them; what must not compile says so. */
const TYPED = `
import { emailKey, parseManifest, reconcile, render, startReconcile } from 'bimdata-guestlist'
import type { Action, Invitation, Manifest, Plan, PlanDocument, Problem, RemovalRecords } from 'bimdata-guestlist'

const parsed = parseManifest([{ file: 'guestlist.yaml', content: 'apiVersion: guestlist/v1' }])
// @ts-expect-error: a manifest only where it parsed
parsed.manifest
if (!parsed.ok) throw new Error(parsed.problems.map(({ summary }: Problem) => summary).join())
const manifest: Manifest = parsed.manifest
const invitations: Invitation[] = []
const records: RemovalRecords = new Map()
const plan: Plan = reconcile({ manifest, records, now: new Date(0), apiUrl: 'https://api.bimdata.io' }, invitations)
const document: PlanDocument = render.document(plan)
const removed: string[] = plan.actions.flatMap((action: Action) => action.action === 'remove' ? [action.before.email] : [])
const texts: string[] = [render.text(plan, { colour: true, width: 80 }), render.json(plan), render.markdown(plan), render.diff(plan), render.html(plan)]
export const result = [document.guestlist.digest, removed.map(emailKey), texts, startReconcile]
// @ts-expect-error: a plan is not changed
plan.actions = []
// @ts-expect-error: no such format
render.pdf(plan)
// @ts-expect-error: no such name
export { nothing } from 'bimdata-guestlist'
`

/** Type errors of a consumer's file, declarations of the library checked too. */
function typeErrors(file: string, options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([file], {
    ...options,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const RESOLUTIONS: Readonly<Record<string, ts.CompilerOptions>> = {
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
}

for (const [name, options] of Object.entries(RESOLUTIONS)) {
  t.test(`a consumer type-checks with moduleResolution ${name}`, async t => {
    const folder = consumer(t, { 'consumer.ts': TYPED })
    t.strictSame(typeErrors(join(folder, 'consumer.ts'), options), [])
  })
}

t.test('the package is as others can resolve it', async t => {
  const { messages, pkg } = await publint({ pkgDir: ROOT, strict: true, pack: 'npm' })
  t.strictSame(
    messages.map(message => formatMessage(message, pkg ?? {}, { color: false })),
    [],
  )
})
