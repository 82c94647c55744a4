import t from 'tap'
import { describeFailure } from '../../src/cli/failure.js'
import { createLog, type LogLevel } from '../../src/cli/log.js'
import { plainStyle } from '../../src/cli/style-for.js'
import { CODE_PAGES } from '../../src/codes/codes.js'
import { failureOf, reported } from '../../src/commands/serve/outcome.js'
import type { ErrorCode, NoticeCode, ProblemCode } from '../../src/model/codes.gen.js'
import { GuestlistError, problemsError } from '../../src/model/error.js'
import type { Plan, Refusal, Warning } from '../../src/model/plan.js'
import type { Problem } from '../../src/model/problem.js'
import type { Outcome, Report, StopReason, Verification } from '../../src/model/report.js'
import { planText } from '../../src/render/text/plan-text.js'
import { reportText } from '../../src/render/text/report-text.js'
import { testIo } from '../helpers/command.js'
import { invitation, world } from '../helpers/world.js'
import { emptyPlan, examplePlan } from '../render/fixtures/plan.js'

/* Every code of an error, a problem, a warning, a refusal, a run and a notice: shown in text at log level debug, and only there. */

const failureTexts = (error: unknown, logLevel: LogLevel): readonly string[] => [
  describeFailure(error, { noColor: true, logLevel }, testIo({})).text,
  failureOf(error, false, { logLevel }).message,
]

const problem = (code: ProblemCode): Problem => ({
  code,
  severity: 'error',
  summary: 'It is wrong',
  detail: 'Mend it.',
  range: null,
  snippet: null,
  file: 'guestlist.yaml',
})

const planTexts = (more: Partial<Plan>, level: LogLevel) => [planText({ ...emptyPlan(), ...more }, plainStyle(level))]

/** As `apply` and `serve` report it. */
function reportTexts(code: string, level: LogLevel): readonly string[] {
  const [action] = examplePlan().actions.filter(each => each.action === 'remove')
  if (action === undefined) throw new Error('the example removes nobody')
  const [, family = '', kind = ''] = /^(action|stopped|not_verified|nobody)_(.*)$/.exec(code) ?? []
  const outcome = (family === 'nobody' ? { kind: 'absent' } : { kind, why: 'So it is' }) as Outcome
  const report: Report = {
    results: ['action', 'nobody'].includes(family) ? [{ action, outcome, attempts: 1, status: null }] : [],
    stop: family === 'stopped' ? { reason: kind as StopReason, message: 'It stopped.' } : null,
    verification: (family === 'not_verified'
      ? { kind, mismatches: [], why: 'x' }
      : { kind: 'not_needed' }) as Verification,
  }
  const texts = [reportText(report, false, plainStyle(level))]
  // What one action came to has a line of its own in serve's log.
  return family === 'action' || kind === 'interrupted'
    ? texts
    : [...texts, reported({ plan: null, report }, plainStyle(level)).message]
}

function noticeTexts(code: string, level: LogLevel): readonly string[] {
  const io = testIo({})
  createLog(level, io).warn(code as NoticeCode, 'Look out')
  return io.stderr
}

const TEXTS: Readonly<Record<string, (code: string, level: LogLevel) => readonly string[]>> = {
  error: (code, level) => failureTexts(new GuestlistError(code as ErrorCode, 'It failed.'), level),
  problem: (code, level) => failureTexts(problemsError([problem(code as ProblemCode)]), level),
  warning: (code, level) =>
    planTexts({ warnings: [{ code: code as Warning['code'], message: 'Look out', address: null, rule: null }] }, level),
  refusal: (code, level) =>
    planTexts({ refused: [{ code, kind: 'guard', message: 'No' } as unknown as Refusal] }, level),
  run: reportTexts,
  notice: noticeTexts,
}

/** Shown at every level: the first word of their lines. */
const ALWAYS = ['lint', 'check']

for (const { code, family } of CODE_PAGES.values()) {
  if (ALWAYS.includes(family)) continue
  t.test(`${family}: ${code}`, async t => {
    const texts = (level: LogLevel) => TEXTS[family]?.(code, level) ?? []
    t.ok(texts('debug').length > 0)
    for (const text of texts('debug')) t.match(text, `[${code}]`)
    for (const text of texts('info')) t.notMatch(text, `[${code}]`)
  })
}

t.test('serve shows the codes of a plan: its warnings, and what refuses it', async t => {
  const manifest = `invitations:
  accept: [{ email: "*@acme.example" }]
users:
  remove: [{ email: bob@acme.example }]
  protect: [bob@acme.example]
`
  const { call } = await world(t, manifest, [invitation(7, 'ann@acme.example', 'P', { cloud_role: 100 })])
  for (const more of [['--dry-run'], []]) {
    const { stderr } = await call(['serve', '--once', '--removals', '--log-level', 'debug', ...more])
    t.match(stderr, /becomes an admin of .* \[admin_rights\]\n/)
    t.match(stderr, /bob@acme\.example is protected .* \[protected\]\n/)
    t.notMatch((await call(['serve', '--once', '--removals', ...more])).stderr, /\[(?:admin_rights|protected)\]/)
  }
})
