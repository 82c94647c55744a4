import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  type Document,
  isMap,
  isSeq,
  parseDocument,
  parse as parseYaml,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { parseManifest } from '../../src/manifest/parse.js'
import { type Invitation, invitationOf } from '../../src/model/invitation.js'
import type { Manifest } from '../../src/model/manifest.js'
import { parseTests } from '../../src/policy-test/parse-tests.js'
import { recordTests } from '../../src/policy-test/record.js'
import { runTests } from '../../src/policy-test/run-tests.js'
import { reconcile } from '../../src/reconcile/reconcile.js'
import { DEMO_DATA } from '../../src/sandbox/demo-data.js'

/*
 * Random edits of the example manifests. One that changes what becomes of an invitation or of a user of the recorded snapshot
 * must fail a recorded test; one that changes nothing must fail none.
 */

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))
const NOW = new Date('2026-11-24T00:00:00Z')
const WANTED = 200

const words = { invitation: () => '', user: () => '', uninvited: () => '' }

interface File {
  readonly name: string
  readonly document: Document.Parsed
}

const filesOf = (example: string): readonly File[] =>
  readdirSync(join(EXAMPLES, example))
    .filter(name => /^[\w-]+\.yaml$/.test(name))
    .map(name => ({ name, document: parseDocument(readFileSync(join(EXAMPLES, example, name), 'utf8')) }))

const parse = (files: readonly File[]): Manifest | null => {
  const parsed = parseManifest(files.map(({ name, document }) => ({ file: name, content: String(document) })))
  return parsed.ok ? parsed.manifest : null
}

const live: readonly Invitation[] = DEMO_DATA.invitations.map(invitationOf)

/** What becomes of what was recorded, and of every user. */
function decisions(manifest: Manifest, recorded: readonly Invitation[]): string {
  const input = { manifest, records: new Map(), now: NOW, apiUrl: 'https://api.bimdata.io' }
  const { actions, problems } = reconcile(input, recorded)
  return JSON.stringify([actions.map(({ action, address }) => `${action} ${address}`).sort(), problems.length])
}

/** mulberry32: the same edits in every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Pick = <T>(list: readonly T[]) => T

const EMAILS = ['*@acme.example', '*@studio.example', '*@rival.example', 'eve@rival.example', '*@nowhere.example', '*']
const CLOUDS = ['Tower A', 'Tower B', 'Campus', 'Tower*', 'Vault']
const PEOPLE = ['alice.martin@acme.example', 'ines.roche@acme.example', 'eve@rival.example', 'bob.leroy@acme.example']

/** One small edit, as a person might make it; false where there was nothing to edit. */
function edit(files: readonly File[], pick: Pick): boolean {
  const { document } = pick(files)
  const list = pick(['accept', 'deny', 'remove', 'protect'] as const)
  const section = list === 'accept' || list === 'deny' ? 'invitations' : 'users'
  const found = document.getIn([section, list])
  const entries = isSeq(found) ? (found as YAMLSeq) : null
  const kind = pick(['drop', 'change', 'add', 'unmatched', 'annotate'] as const)
  if (kind === 'unmatched') {
    document.setIn(['invitations', 'unmatched'], pick(['ignore', 'accept', 'deny']))
    return true
  }
  if (kind === 'add') {
    const entry =
      list === 'protect' ? pick(PEOPLE) : list === 'remove' ? { email: pick(PEOPLE) } : { email: pick(EMAILS) }
    if (!entries) document.setIn([section, list], document.createNode([entry]))
    else entries.add(document.createNode(entry))
    return true
  }
  if (!entries || entries.items.length === 0) return false
  const index = Math.floor(entries.items.length * pick([0, 0.4, 0.8]))
  if (kind === 'drop') {
    if (entries.items.length === 1) document.deleteIn([section, list])
    else entries.delete(index)
    return true
  }
  const entry = entries.items[index]
  if (!isMap(entry)) return false
  const map: YAMLMap = entry
  if (kind === 'annotate') map.set('reason', pick(['moved', 'asked for', 'later']))
  else if (list === 'remove') map.set('email', pick(PEOPLE))
  else changeRule(map, pick)
  return true
}

function changeRule(map: YAMLMap, pick: Pick): void {
  const key = pick(['email', 'cloud', 'cloudRole', 'until', 'id'] as const)
  if (key === 'email') map.set(key, pick(EMAILS))
  else if (key === 'cloud') map.set(key, pick(CLOUDS))
  else if (key === 'cloudRole') map.set(key, pick(['admin', 'user']))
  else if (key === 'until') map.set(key, pick(['2026-11-01', '2027-06-30']))
  else map.set(key, pick([51, 55, 57, 60]))
}

interface Recording {
  readonly example: string
  readonly text: string
  readonly recorded: readonly Invitation[]
  readonly before: string
}

function record(example: string): Recording {
  const manifest = parse(filesOf(example))
  if (manifest === null) throw new Error(`${example} is valid`)
  const { text } = recordTests({
    manifest,
    invitations: live,
    records: new Map(),
    protect: [],
    today: '2026-11-24',
    schema: 's',
  })
  const parsed = parseTests([{ file: 'recorded.test.yaml', content: text }], manifest)
  if (!parsed.ok) throw new Error(`what is recorded of ${example} is valid`)
  const recorded = [
    ...new Map(parsed.tests.flatMap(test => test.invitations.map(one => [one.id, one] as const))).values(),
  ]
  return { example, text, recorded, before: decisions(manifest, recorded) }
}

interface Edited {
  readonly recording: Recording
  readonly manifest: Manifest
  readonly text: string
  readonly isSame: boolean
}

/** Edits of the examples, no two alike, each of which changes the text and leaves it valid: so many of either kind. */
function edits(recordings: readonly Recording[]): readonly Edited[] {
  const random = randomOf(14)
  const pick: Pick = list => {
    const found = list[Math.floor(random() * list.length)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }
  const textOf = (files: readonly File[]): string => files.map(({ document }) => String(document)).join('---\n')
  const seen = new Set(recordings.map(({ example }) => textOf(filesOf(example))))
  const kept: Edited[] = []
  const count = (isSame: boolean) => kept.filter(one => one.isSame === isSame).length
  for (let tries = 0; tries < 20_000 && kept.length < 2 * WANTED; tries++) {
    const recording = pick(recordings)
    const files = filesOf(recording.example)
    const times = pick([1, 1, 2, 3])
    const edited = Array.from({ length: times }, () => edit(files, pick)).some(Boolean)
    const manifest = edited ? parse(files) : null
    const text = textOf(files)
    if (manifest === null || seen.has(text)) continue
    seen.add(text)
    const isSame = decisions(manifest, recording.recorded) === recording.before
    if (count(isSame) < WANTED) kept.push({ recording, manifest, text, isSame })
  }
  return kept
}

/** How many tests of a recorded file fail for an edited manifest. */
function failuresOf({ manifest }: Edited, recorded: string): number {
  const parsed = parseTests([{ file: 'recorded.test.yaml', content: recorded }], manifest)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return runTests(parsed.tests, { manifest, now: NOW, protect: [] }, words).results.filter(
    ({ failures }) => failures.length > 0,
  ).length
}

const RECORDINGS = ['quickstart', 'guest-access', 'off-boarding', 'large-organisation'].map(record)
const EDITS = edits(RECORDINGS)

t.test('a recorded file fails by each of 200 edits that change a decision, and by none of 200 that do not', async t => {
  const seen = { changed: 0, same: 0 }
  for (const edited of EDITS) {
    const { recording, isSame, text } = edited
    seen[isSame ? 'same' : 'changed']++
    const failed = failuresOf(edited, recording.text)
    if (failed > 0 !== isSame) continue
    t.fail(`${recording.example}: ${isSame ? 'nothing changes' : 'a decision changes'}, and ${failed} tests fail`, {
      text,
    })
  }
  t.strictSame(seen, { changed: WANTED, same: WANTED })
})

t.test('recorded tests are needed: a file without one misses edits that change a decision', async t => {
  const recordings = RECORDINGS.slice(0, 2)
  for (const { example, text } of recordings) {
    const changing = EDITS.filter(({ recording, isSame }) => recording.example === example && !isSame)
    const file: { tests: readonly { name: string }[] } = parseYaml(text)
    const missed = file.tests.map((_, i) => {
      const fewer = stringify({ ...file, tests: file.tests.filter((_, n) => n !== i) })
      return changing.filter(edited => failuresOf(edited, fewer) === 0).length
    })
    t.ok(missed.filter(count => count > 0).length >= 2, `${example}: ${missed}`)
  }
})

t.test('every recorded test has a name of its own, whatever rules are named', async t => {
  const content = `apiVersion: guestlist/v1
invitations:
  accept:
    - {cloud: Tower A}
    - {cloud: Tower B, name: accept cloud Tower A}
`
  const parsed = parseManifest([{ file: 'guestlist.yaml', content }])
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { manifest } = parsed
  const invitations = live
    .slice(0, 2)
    .map((one, i) => ({ ...one, status: 'pending' as const, cloud_name: i === 0 ? 'Tower A' : 'Tower B' }))
  const { text } = recordTests({
    manifest,
    invitations,
    records: new Map(),
    protect: [],
    today: '2026-11-24',
    schema: 'x',
  })
  t.match(text, '- name: "accept cloud Tower A: accept (2)"')
  t.ok(parseTests([{ file: 'recorded.test.yaml', content: text }], manifest).ok)
})
