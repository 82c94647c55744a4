import t from 'tap'
import type { Action } from '../../src/model/action.js'
import type { Outcome, Report } from '../../src/model/report.js'
import * as nd from '../../src/render/ndjson.js'
import { commandsIn, unsafeIn } from './fixtures/inert.js'
import { erroredPlan, examplePlan, HOSTILE, NOW } from './fixtures/plan.js'

const line = nd.ndjsonWriter(() => NOW)
const parse = (text: string) => JSON.parse(text)

function actionOf(kind: Action['action']): Action {
  const found = examplePlan().actions.find(({ action }) => action === kind)
  if (!found) throw new Error(`no ${kind} in the example`)
  return found
}

const [accept, remove] = [actionOf('accept'), actionOf('remove')]

const RESOURCE = {
  addr: 'bimdata_invitation.51',
  module: '',
  resource: 'bimdata_invitation.51',
  implied_provider: 'bimdata',
  resource_type: 'bimdata_invitation',
  resource_name: '51',
  resource_key: null,
}

const base = (level: string, message: string, type: string) => ({
  '@level': level,
  '@message': message,
  '@module': 'guestlist.ui',
  '@timestamp': '2026-11-23T10:00:00.000Z',
  type,
})

t.test('version', async t =>
  t.same(parse(nd.versionLine(line, '1.2.3')), {
    ...base('info', 'guestlist 1.2.3', 'version'),
    guestlist: '1.2.3',
    ui: '1.2',
  }),
)

t.test('planned_change', async t => {
  t.same(parse(nd.plannedChange(line, accept)), {
    ...base('info', 'bimdata_invitation.51: Plan to accept', 'planned_change'),
    change: { resource: RESOURCE, action: 'update', reason: 'accept_by_rule' },
    guestlist: { action: 'accept', rule: accept.rule, overruled: [], implied_by: null },
  })
  t.match(parse(nd.plannedChange(line, remove)), {
    change: { action: 'delete', resource: { resource_type: 'bimdata_user', resource_name: 'bob@acme.example' } },
  })
})

t.test('change_summary of a plan', async t => {
  const plan = examplePlan()
  t.same(parse(nd.planSummaryLine(line, plan, 'Plan: …')), {
    ...base('info', 'Plan: …', 'change_summary'),
    changes: { add: 0, change: 4, import: 0, remove: 1, operation: 'plan' },
    guestlist: {
      digest: plan.digest,
      accept: 2,
      deny: 2,
      remove: 1,
      left_out: { targets: 0, no_removals: 0, from: 0 },
      approvals: { required: 0, approvers: null },
    },
  })
})

t.test('change_summary of an apply', async t => {
  const report: Report = {
    results: [{ action: accept, outcome: { kind: 'confirmed' }, attempts: 2, status: null }],
    stop: null,
    verification: { kind: 'verified', count: 1 },
  }
  t.match(parse(nd.applySummaryLine(line, report, 'Apply complete!')), {
    type: 'change_summary',
    changes: { add: 0, change: 1, import: 0, remove: 0, operation: 'apply' },
    guestlist: { accepted: 1, verification: { kind: 'verified', count: 1 }, stop: null },
  })
})

t.test('an apply that is not complete ends with an error, and says what keeps it from it', async t => {
  const report = (verification: Report['verification'], stop: Report['stop'] = null): Report => ({
    results: [{ action: accept, outcome: { kind: 'done' }, attempts: 1, status: 204 }],
    stop,
    verification,
  })
  const differs = report({
    kind: 'differs',
    mismatches: [
      { address: 'bimdata_invitation.51', wanted: 'accepted', found: 'pending' },
      { address: 'bimdata_invitation.52', wanted: 'denied', found: null },
    ],
  })
  t.match(parse(nd.applySummaryLine(line, differs, 'Apply incomplete!')), { '@level': 'error' })
  const diagnostics = (given: Report) => [...nd.applyDiagnostics(line, given)].map(text => parse(text).diagnostic)
  t.match(diagnostics(differs), [
    { severity: 'error', address: 'bimdata_invitation.51', detail: 'Wanted accepted, found pending.' },
    { severity: 'error', address: 'bimdata_invitation.52', detail: 'Wanted denied, found no such invitation.' },
  ])
  t.match(diagnostics(report({ kind: 'unreadable', why: 'no answer' })), [{ severity: 'error', detail: 'no answer' }])
  t.match(diagnostics(report({ kind: 'interrupted' }, { reason: 'interrupted', message: 'Ctrl-C' })), [
    { severity: 'error', summary: 'The run was stopped', detail: 'Ctrl-C' },
  ])
  t.same(diagnostics(report({ kind: 'verified', count: 1 })), [])
})

t.test('a message is one line', async t =>
  t.equal(parse(line('error', 'Refused.\n  one\n  two', 'diagnostic'))['@message'], 'Refused. one two'),
)

t.test('apply_start, apply_progress, apply_complete', async t => {
  const hook = { resource: RESOURCE, action: 'update' }
  const address = 'bimdata_invitation.51'
  t.same(parse(nd.applyStart(line, accept)), { ...base('info', `${address}: accept starts`, 'apply_start'), hook })
  t.same(parse(nd.applyProgress(line, accept, 'again in 1 s', 3)), {
    ...base('info', `${address}: again in 1 s`, 'apply_progress'),
    hook: { ...hook, elapsed_seconds: 3 },
  })
  const outcome: Outcome = { kind: 'done' }
  t.same(parse(nd.applyEnd(line, { action: accept, outcome, attempts: 1, status: 204 }, 4)), {
    ...base('info', `${address}: done`, 'apply_complete'),
    hook: { ...hook, elapsed_seconds: 4 },
    guestlist: { action: 'accept', outcome, attempts: 1, status: 204 },
  })
})

t.test('apply_errored is followed by the diagnostic that says why', async t => {
  const outcome: Outcome = { kind: 'failed', why: 'the API says 400' }
  const lines = nd.applyEnd(line, { action: remove, outcome, attempts: 3, status: 400 }, 4).split('\n').map(parse)
  t.equal(lines.length, 2)
  t.match(lines[0], {
    ...base('error', 'bimdata_user.bob@acme.example: failed: the API says 400', 'apply_errored'),
    hook: { action: 'delete', elapsed_seconds: 4 },
    guestlist: { outcome, attempts: 3, status: 400 },
  })
  t.same(lines[1], {
    ...base('error', 'Error: bimdata_user.bob@acme.example: failed', 'diagnostic'),
    diagnostic: {
      code: 'action_failed',
      severity: 'error',
      summary: 'bimdata_user.bob@acme.example: failed',
      detail: 'the API says 400',
      address: 'bimdata_user.bob@acme.example',
    },
  })
})

for (const kind of ['skipped', 'not_attempted'] as const) {
  t.test(`${kind}: a warning, for no hook was begun`, async t => {
    const outcome: Outcome = { kind, why: 'interrupted' }
    t.match(parse(nd.applyEnd(line, { action: accept, outcome, attempts: 0, status: null }, 0)), {
      '@level': 'warn',
      type: 'diagnostic',
      diagnostic: { severity: 'warning', detail: 'interrupted', address: 'bimdata_invitation.51' },
      guestlist: { outcome },
    })
  })
}

t.test('a diagnostic with a place shows its line, as validate does', async t => {
  const [problem] = erroredPlan().problems
  const range = {
    filename: 'guestlist.yaml',
    start: { line: 3, column: 3, byte: 40 },
    end: { line: 3, column: 6, byte: 44 },
  }
  t.same(parse(nd.diagnosticLine(line, 'error', 'No', { ...problem, detail: 'Do', range, snippet: 'é: naïf' })), {
    ...base('error', 'Error: No', 'diagnostic'),
    diagnostic: {
      code: 'live-contradiction',
      severity: 'error',
      summary: 'No',
      detail: 'Do',
      range,
      snippet: {
        context: null,
        code: 'é: naïf',
        start_line: 3,
        highlight_start_offset: 2,
        highlight_end_offset: 5,
        values: [],
      },
    },
  })
})

for (const [name, text] of Object.entries(HOSTILE)) {
  t.test(`one line, inert, its message too, its data whole: ${name}`, async t => {
    const output = nd.diagnosticLine(line, 'error', text, { detail: text })
    t.notMatch(output, '\n')
    t.same([unsafeIn(output), commandsIn(output)], [[], []])
    t.same(unsafeIn(parse(output)['@message']), [])
    t.equal(parse(output).diagnostic.detail, text)
  })
}
