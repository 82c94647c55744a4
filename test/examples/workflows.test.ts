import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MARKDOWN_MARKER } from '../../src/render/markdown/plan-markdown.js'
import { readWorkflow, workflowText } from './github.js'
import { loadParser } from './github-parser.js'
import { EXAMPLES } from './world.js'

/** Workflows, with the one right to write that each has, and where. */
const WORKFLOWS: Readonly<Record<string, readonly string[]>> = {
  'github-actions/plan.yml': [],
  'github-actions/check.yml': ['security-events'],
  'github-actions/comment.yml': ['pull-requests'],
  'github-actions/snapshot.yml': [],
  'github-actions/apply.yml': ['apply: contents'],
  'drift-audit/drift.yml': ['issues'],
  'approvals/approved.yml': ['apply: contents'],
}

const { NoOperationTraceWriter, parseWorkflow } = await loadParser(t)

t.test('every workflow is in the table', async t => {
  const found = ['github-actions', 'drift-audit', 'approvals'].flatMap(folder =>
    readdirSync(join(EXAMPLES, folder)).map(file => `${folder}/${file}`),
  )
  t.strictSame(
    found.filter(file => file.endsWith('.yml') && !file.endsWith('.gitlab-ci.yml')).sort(),
    Object.keys(WORKFLOWS).sort(),
  )
})

const INSTALLS = ['bash .github/guestlist/install.sh', './.github/guestlist']

const writes = (permissions: object | string | undefined, prefix = ''): string[] =>
  Object.entries(permissions ?? {}).flatMap(([scope, right]) => (right === 'read' ? [] : [`${prefix}${scope}`]))

for (const [path, rights] of Object.entries(WORKFLOWS)) {
  t.test(path, async t => {
    const [text, workflow] = [workflowText(path), readWorkflow(path)]
    const { context } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter())
    t.strictSame(context.errors.getErrors().map(String), [], "GitHub's own parser takes it")
    const jobs = Object.entries(workflow.jobs)
    const steps = jobs.flatMap(([, job]) => job.steps)
    t.type(workflow.permissions, 'object', 'rights are given one by one')
    t.strictSame(
      [...writes(workflow.permissions), ...jobs.flatMap(([name, job]) => writes(job.permissions, `${name}: `))],
      rights,
    )
    t.ok(workflow.concurrency, 'has a concurrency group')
    t.notMatch(text, /pull_request_target/)
    for (const { uses } of steps)
      if (uses !== undefined && uses !== './.github/guestlist')
        t.match(uses, /^actions\/[a-z-]+@[0-9a-f]{40}$/, 'an action of GitHub, at a commit')
    for (const { run = '' } of steps) t.notMatch(run, /\$\{\{/, 'no expression is pasted into a script')
    const secrets = [...text.matchAll(/^.*\bsecrets\b.*$/gm)].map(([line]) => line.trim())
    t.ok(
      secrets.every(line => /^BIMDATA_API_KEY: \$\{\{ secrets\.BIMDATA_API_KEY \}\}$/.test(line)),
      'by env alone',
    )
    for (const [name, job] of jobs)
      t.ok(
        job.steps.some(({ run, uses }) => INSTALLS.includes(run ?? uses ?? '')),
        `${name} installs the pinned tarball`,
      )
  })
}

t.test('what a pull request can reach has no secrets, and what has secrets is bound to an environment', async t => {
  for (const path of Object.keys(WORKFLOWS)) {
    const triggers = Object.keys(readWorkflow(path).on)
    const reachable = triggers.some(trigger => ['pull_request', 'workflow_run'].includes(trigger))
    if (reachable) t.notMatch(workflowText(path), /secrets\./, path)
    for (const { environment, steps } of Object.values(readWorkflow(path).jobs))
      if (JSON.stringify(steps).includes('secrets.')) t.match(environment, /^guestlist/, path)
  }
})

t.test('the parser finds what is wrong', async t => {
  const content = workflowText('github-actions/plan.yml').replace('runs-on', 'run-on')
  const { context } = parseWorkflow({ name: 'wrong.yml', content }, new NoOperationTraceWriter())
  t.match(context.errors.getErrors().map(String).join(), /run-on/)
})

t.test('an apply is never cancelled, and waits for its environment', async t => {
  const { concurrency, jobs } = readWorkflow('github-actions/apply.yml')
  t.strictSame(concurrency, { group: 'guestlist-apply', 'cancel-in-progress': false })
  t.equal(jobs.apply?.environment, 'guestlist')
  t.not(jobs.plan?.environment, jobs.apply?.environment, 'the plan is made before the approval')
})

t.test('scripts parse, stop at the first failure, and know the marker', async t => {
  const scripts = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter(name =>
    /\.sh$|pre-commit$/.test(name),
  )
  for (const name of scripts.filter(name => name !== 'pre-commit')) {
    const text = readFileSync(join(EXAMPLES, name), 'utf8')
    execFileSync('bash', ['-n', join(EXAMPLES, name)])
    t.match(text, /^#!\/usr\/bin\/env bash\n/, name)
    t.match(text, /^set -euo pipefail$/m, name)
    for (const [marker] of text.matchAll(/<!--.*?-->/g)) t.equal(marker, MARKDOWN_MARKER, name)
  }
})
