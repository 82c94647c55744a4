/*
 * Every row of the tables of what is done, as a folder: test/golden/plan/CASE/{manifest.yaml, observed.json} and
 * perhaps records.json (the state's removals) and options.json (flags, and `now`) → the plan in every format.
 * UPDATE_GOLDEN=1 node --import tsx test/reconcile/golden.test.ts writes the plans anew; then read the difference.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { checkedInvitation } from '../../src/api/answer.js'
import type { PlanFormat } from '../../src/cli/common-options.js'
import { renderPlan, showsEverything } from '../../src/commands/shared/render-plan.js'
import { parseManifest } from '../../src/manifest/parse.js'
import type { RemovalRecord } from '../../src/model/removal-record.js'
import { type ReconcileOptions, reconcile } from '../../src/reconcile/reconcile.js'
import { PLAIN } from '../../src/render/text/style.js'

const CASES = new URL('../golden/plan/', import.meta.url)

const FILES = {
  text: 'plan.txt',
  json: 'plan.json',
  markdown: 'plan.md',
  diff: 'plan.diff',
} as const satisfies Partial<Readonly<Record<PlanFormat, string>>>

const FORMATS = ['text', 'json', 'markdown', 'diff'] as const satisfies readonly (keyof typeof FILES)[]

const jsonOf = <T>(url: URL, fallback: T): T => (existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : fallback)

function inputOf(folder: URL) {
  const parsed = parseManifest([
    { file: 'manifest.yaml', content: readFileSync(new URL('manifest.yaml', folder), 'utf8') },
  ])
  if (!parsed.ok) throw new Error(parsed.problems.map(({ summary }) => summary).join('\n'))
  const { now = '2026-11-02T09:30:00Z', ...options } = jsonOf<ReconcileOptions & { now?: string }>(
    new URL('options.json', folder),
    {},
  )
  return {
    manifest: parsed.manifest,
    records: new Map(Object.entries(jsonOf<Record<string, RemovalRecord>>(new URL('records.json', folder), {}))),
    now: new Date(now),
    apiUrl: 'https://api.bimdata.io',
    options,
  }
}

const observedOf = (folder: URL) =>
  jsonOf<readonly unknown[]>(new URL('observed.json', folder), []).map(item => checkedInvitation(item, 'an invitation'))

async function rendered(folder: URL, format: (typeof FORMATS)[number]): Promise<string> {
  const input = inputOf(folder)
  const keepUnchanged = (input.options.keepUnchanged ?? false) || showsEverything(format)
  const plan = reconcile({ ...input, options: { ...input.options, keepUnchanged } }, observedOf(folder))
  return [...(await renderPlan(plan, format, PLAIN))].join('')
}

for (const name of readdirSync(CASES).sort()) {
  t.test(name, async t => {
    const folder = new URL(`${name}/`, CASES)
    for (const format of FORMATS) {
      const file = new URL(FILES[format], folder)
      const text = await rendered(folder, format)
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text)
      t.equal(text, readFileSync(file, 'utf8'), FILES[format])
    }
  })
}

t.test('the order of the list changes no byte', async t => {
  const [one, other] = ['order', 'order-other'].map(name => new URL(`${name}/`, CASES))
  for (const format of FORMATS) t.equal(await rendered(one ?? CASES, format), await rendered(other ?? CASES, format))
})
