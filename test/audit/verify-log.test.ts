import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openAudit } from '../../src/audit/audit-log.js'
import type { AuditEntry } from '../../src/audit/entry.js'
import { type AuditProblemKind, verifyAudit } from '../../src/audit/verify-log.js'

const sha256 = (value: string) => createHash('sha256').update(value).digest('hex')

async function makeLines(folder: string, count: number): Promise<string[]> {
  const log = await openAudit('audit.jsonl', { cwd: folder, env: {}, now: () => new Date(0) })
  for (let n = 1; n < count; n++) void log.append({ event: 'result', outcome: 'accepted', attempts: n })
  void log.append({ event: 'end', outcome: 'accepted', attempts: count })
  await log.close()
  return readFileSync(join(folder, 'audit.jsonl'), 'utf8').trimEnd().split('\n')
}

async function* streamOf(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield `${line}\n`
}

t.test('what was done to a log is found, and where', async t => {
  const lines = await makeLines(t.testdir(), 6)
  const at = (n: number): string => lines[n - 1] ?? ''
  const edited = (n: number): string => at(n).replace('accepted', 'denied')
  const rehashed = (n: number): string => {
    const body = `${edited(n).replace(/,"hash".*/, '')}}`
    return `${body.slice(0, -1)},"hash":"${sha256(body)}"}`
  }
  type Found = [line: number, kind: AuditProblemKind]
  const cases: Record<string, [lines: string[], found: Found[]]> = {
    nothing: [lines, []],
    'a changed line': [[at(1), at(2), edited(3), at(4), at(5), at(6)], [[3, 'changed']]],
    'a changed first line': [[edited(1), ...lines.slice(1)], [[1, 'changed']]],
    'a changed last line': [[...lines.slice(0, 5), edited(6)], [[6, 'changed']]],
    'a changed line with its own hash made anew': [[at(1), rehashed(2), ...lines.slice(2)], [[2, 'changed']]],
    'a changed chain': [[at(1), at(2).replace(/"previous":"./, '"previous":"z'), ...lines.slice(2)], [[2, 'changed']]],
    'a line that became none': [[at(1), '{}', ...lines.slice(2)], [[2, 'changed']]],
    'an empty line': [[at(1), '', ...lines.slice(1)], [[2, 'changed']]],
    'a removed line': [[at(1), at(2), at(4), at(5), at(6)], [[3, 'removed']]],
    'a removed beginning': [lines.slice(2), [[1, 'removed']]],
    'a repeated line': [[at(1), at(2), at(2), ...lines.slice(2)], [[3, 'reordered']]],
    'two lines in another order': [
      [at(1), at(3), at(2), at(4), at(5), at(6)],
      [
        [2, 'removed'],
        [3, 'reordered'],
        [4, 'removed'],
      ],
    ],
    'another log put after it': [
      [...lines, at(1), at(2)],
      [
        [7, 'reordered'],
        [8, 'unfinished'],
      ],
    ],
    'an end that was cut off': [lines.slice(0, 5), [[5, 'unfinished']]],
    'an end that was cut off but for half a line': [[...lines.slice(0, 5), at(6).slice(0, 40)], [[6, 'torn']]],
    'spaces added': [[at(1), `${at(2)} `, ...lines.slice(2)], [[2, 'changed']]],
  }
  for (const [name, [content, found]] of Object.entries(cases)) {
    t.test(name, async t => {
      const { problems } = await verifyAudit(streamOf(content))
      t.same(
        problems.map(({ line, kind }) => [line, kind]),
        found,
      )
      for (const { message } of problems) t.match(message, /\.$/)
    })
  }
})

const RUNS: Readonly<Record<string, readonly AuditEntry[]>> = {
  done: [{ event: 'plan' }, { event: 'decision', outcome: 'approved' }, { event: 'start' }, { event: 'end' }],
  declined: [{ event: 'plan' }, { event: 'decision', outcome: 'declined' }],
  refused: [
    { event: 'plan' },
    { event: 'decision', outcome: 'refused_guard' },
    { event: 'decision', outcome: 'refused' },
  ],
}

t.test('a log that ends within a run is unfinished, wherever it was cut', async t => {
  const dir = t.testdir()
  const log = await openAudit('audit.jsonl', { cwd: dir, env: {}, now: () => new Date(0) })
  const ends = new Set<number>([0])
  let count = 0
  for (const run of Object.values(RUNS)) {
    for (const entry of run) await log.append(entry)
    count += run.length
    ends.add(count)
  }
  const lines = readFileSync(join(dir, 'audit.jsonl'), 'utf8').trimEnd().split('\n')
  for (let length = 0; length <= lines.length; length++) {
    const { problems } = await verifyAudit(streamOf(lines.slice(0, length)))
    t.match(problems, ends.has(length) ? [] : [{ line: length, kind: 'unfinished' }], `after ${length} lines`)
    t.equal(problems.length, ends.has(length) ? 0 : 1)
  }
})

t.test('a decision about one action ends no run, whatever its outcome', async t => {
  const dir = t.testdir()
  const log = await openAudit('audit.jsonl', { cwd: dir, env: {}, now: () => new Date(0) })
  await log.append({ event: 'decision', address: 'bimdata_invitation.1', outcome: 'refused' })
  t.match((await verifyAudit(join(dir, 'audit.jsonl'))).problems, [
    { line: 1, kind: 'unfinished', message: /or is still/ },
  ])
})

t.test('a run without an end in the middle is no problem', async t => {
  const dir = t.testdir()
  const log = await openAudit('audit.jsonl', { cwd: dir, env: {}, now: () => new Date(0) })
  for (const event of ['plan', 'start', 'plan', 'start', 'end'] as const) await log.append({ event })
  t.match(await verifyAudit(join(dir, 'audit.jsonl')), { lines: 5, problems: [] })
})

t.test('removed runs are found by a head that was kept elsewhere', async t => {
  const dir = t.testdir()
  const log = await openAudit('audit.jsonl', { cwd: dir, env: {}, now: () => new Date(0) })
  for (let n = 0; n < 4; n++) await log.append({ event: 'end' })
  const lines = readFileSync(join(dir, 'audit.jsonl'), 'utf8').trimEnd().split('\n')
  const { head } = await verifyAudit(streamOf(lines.slice(0, 3)))
  t.equal(head, sha256(lines[2] ?? ''))
  const verify = (content: string[]) => verifyAudit(streamOf(content), { expectedHead: head })
  t.same((await verify(lines.slice(0, 3))).problems, [])
  t.same((await verify(lines)).problems, [], 'lines may have followed')
  t.match((await verify(lines.slice(0, 2))).problems, [{ line: 2, kind: 'head' }])
  t.match((await verify([])).problems, [{ line: 0, kind: 'head' }])
  t.same((await verifyAudit(streamOf(lines.slice(0, 2)))).problems, [], 'without it, it cannot be found')
})

t.test('an empty log', async t => {
  const empty = { lines: 0, unfinishedRuns: 0, head: '0'.repeat(64), problems: [], omitted: 0 }
  t.same(await verifyAudit(streamOf([])), empty)
  t.same(await verifyAudit(streamOf([]), { expectedHead: '0'.repeat(64) }), empty)
})

t.test('chunks that end anywhere, also inside a character', async t => {
  const folder = t.testdir()
  const log = await openAudit('audit.jsonl', { cwd: folder, env: {}, now: () => new Date(0) })
  for (const message of ['é', '漢字', '🦉']) await log.append({ event: 'end', message })
  const bytes = readFileSync(join(folder, 'audit.jsonl'))
  async function* single() {
    for (const byte of bytes) yield Uint8Array.of(byte)
  }
  t.same(await verifyAudit(single()), await verifyAudit(join(folder, 'audit.jsonl')))
  t.match(await verifyAudit(single()), { lines: 3, problems: [] })
})

t.test('a file made to fill the memory does not', async t => {
  const [line = ''] = await makeLines(t.testdir(), 1)
  async function* endless() {
    yield `${line}\n`
    for (let n = 0; n < 400; n++) yield Buffer.alloc(1024 * 1024, 'x')
    yield '\n'
    for (let n = 0; n < 5_000; n++) yield '{}\n'
  }
  const before = process.memoryUsage().rss
  const verified = await verifyAudit(endless())
  t.match(verified, { lines: 5_002, omitted: 4_901 })
  t.equal(verified.problems.length, 100)
  t.ok(process.memoryUsage().rss - before < 300 * 1024 * 1024)
})

t.test('a file that is not there', async t => {
  await t.rejects(verifyAudit(join(t.testdir(), 'gone.jsonl')), { code: 'audit-unreadable', message: /gone\.jsonl/ })
  await t.rejects(verifyAudit(t.testdir()), { code: 'audit-unreadable' })
})

t.test('issue 12.23: runs that never finished are counted, also among those of others', async t => {
  const folder = t.testdir()
  const open = () => openAudit('audit.jsonl', { cwd: folder, env: {}, now: () => new Date(0) })
  const [killed, good, other] = [await open(), await open(), await open()]
  await killed.append({ event: 'plan' })
  await good.append({ event: 'plan' })
  await other.append({ event: 'plan' })
  await killed.append({ event: 'start' })
  await other.append({ event: 'decision', outcome: 'declined' })
  await good.append({ event: 'end' })
  const path = join(folder, 'audit.jsonl')
  t.match(await verifyAudit(path), { unfinishedRuns: 1, problems: [], lines: 6 })
})
