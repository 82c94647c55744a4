import { quoted } from '../manifest/problems.js'
import { suggest } from '../manifest/suggest.js'
import { addressFault, emailKey } from '../model/email-address.js'
import { type Invitation, invitationOf, ROLE_NUMBERS } from '../model/invitation.js'
import type { Manifest } from '../model/manifest.js'
import type { Place } from '../model/problem.js'
import type { RemovalRecord } from '../model/removal-record.js'
import { type By, COUNTED, type Expectation, INVITATION_OUTCOMES, type TestCase, USER_OUTCOMES } from './run-tests.js'
import type { WrittenInvitation, WrittenTest } from './test-file.gen.js'

type Steps = readonly (string | number)[]

/** One test of a file. Paths are relative to the test. */
export interface TestReading {
  readonly place: Place
  wrong(what: 'key' | 'value', steps: Steps, summary: string, detail: string): void
}

/** Converts a written test to one that can be run, and reports faults that the schema cannot express to `reading`. */
export function readTest(test: WrittenTest, reading: TestReading, manifest: Manifest, today: Date | null): TestCase {
  checkShape(test, reading)
  const written = test.invitation ? [test.invitation] : (test.given?.invitations ?? [])
  const pathOf = (i: number): Steps => (test.invitation ? ['invitation'] : ['given', 'invitations', i])
  const invitations = readInvitations(written, pathOf, reading, manifest)
  const removed = test.given?.removed ?? []
  for (const [i, email] of removed.entries()) checkAddress(email, ['given', 'removed', i], reading)
  const records = new Map(removed.map(email => [emailKey(email), RECORD]))
  const by = test.by === undefined ? null : readBy(test.by, reading, manifest)
  const expectations =
    typeof test.expect === 'string'
      ? expectedOfOne(test.expect, by, invitations[0], reading)
      : expectedOfAll(test.expect, invitations, reading)
  return { name: test.name, at: reading.place, today, invitations, records, expectations }
}

const RECORD: RemovalRecord = {
  outcome: 'removed',
  at: '1970-01-01T00:00:00Z',
  reason: null,
  accepted_invitations: [],
  plan_digest: '',
}

const WHAT_TO_EXPECT = 'Write what becomes of each, as in `7: deny`, `bob@acme.example: remove` or `plan: {accept: 1}`.'

/** `invitation` takes a word, optionally with `by`; `given` takes a mapping. */
function checkShape({ invitation, given, expect, by }: WrittenTest, reading: TestReading): void {
  const isWord = typeof expect === 'string'
  if (invitation && given) {
    const detail = 'Keep `invitation` for one invitation, or `given` for several and for users.'
    reading.wrong('key', ['given'], 'A test has `invitation` or `given`, not both', detail)
  } else if (!invitation && !given) {
    const detail = 'Add `invitation: {email: alice@acme.example}`, or `given` with a list of invitations.'
    reading.wrong('value', [], 'The test does not say what there is', detail)
  } else if (isWord && given) {
    reading.wrong('value', ['expect'], '`expect` must be a mapping where the test has `given`', WHAT_TO_EXPECT)
  } else if (!isWord && invitation) {
    const detail = `Write one of ${INVITATION_OUTCOMES.join(', ')}; or use \`given\`.`
    reading.wrong('value', ['expect'], '`expect` must be a word where the test has `invitation`', detail)
  }
  if (by !== undefined && !invitation) {
    const detail = 'Test the one invitation whose rule matters by itself, under `invitation`.'
    reading.wrong('key', ['by'], '`by` goes with `invitation` alone', detail)
  }
}

function readInvitations(
  written: readonly WrittenInvitation[],
  pathOf: (index: number) => Steps,
  reading: TestReading,
  { rules }: Manifest,
): readonly Invitation[] {
  const seen = new Set<number>()
  const nextId = freeIds([...rules.map(({ selector }) => selector), ...written])
  return written.map((invitation, i) => {
    const id = invitation.id ?? nextId()
    if (seen.has(id)) {
      const detail = 'Every invitation has a number of its own.'
      reading.wrong('value', [...pathOf(i), 'id'], `There are two invitations ${id}`, detail)
    }
    seen.add(id)
    if (invitation.email !== undefined) checkAddress(invitation.email, [...pathOf(i), 'email'], reading)
    return toInvitation(id, invitation, rawStatus(invitation.status ?? 'pending', [...pathOf(i), 'status'], reading))
  })
}

/** Ids for invitations without one, from 1, skipping those that a rule or another invitation names. */
export function freeIds(named: readonly { readonly id?: number | undefined }[]): () => number {
  const taken = new Set(named.map(({ id }) => id))
  let free = 1
  return () => {
    while (taken.has(free)) free++
    return free++
  }
}

const toInvitation = (id: number, written: WrittenInvitation, status: string): Invitation =>
  invitationOf({
    id,
    email: written.email ?? 'someone@somewhere.example',
    status,
    cloud_name: written.cloud ?? 'Some cloud',
    cloud_role: ROLE_NUMBERS[written.cloudRole ?? 'user'],
    project_name: written.project ?? null,
    project_role: written.projectRole === undefined ? null : ROLE_NUMBERS[written.projectRole],
    client_id: written.client ?? null,
    sender_provider_sub: written.sender ?? null,
  })

const RAW = { pending: 'P', accepted: 'A', denied: 'D', unknown: 'unknown' } as const

/** A status as the API sends it, from its name or its letters. */
function rawStatus(status: string, steps: Steps, reading: TestReading): string {
  if (status === 'pending' || status === 'accepted' || status === 'denied' || status === 'unknown') return RAW[status]
  if (!/^[A-Z]{1,2}$/.test(status)) wrongWord(status, Object.keys(RAW), steps, reading)
  return status
}

function checkAddress(email: string, steps: Steps, reading: TestReading, what: 'key' | 'value' = 'value'): boolean {
  const found = addressFault(email, 'address')
  if (found) reading.wrong(what, steps, `${quoted(email)} ${found.fault}`, found.advice)
  return found === null
}

function wrongWord(word: string, words: readonly string[], steps: Steps, reading: TestReading): void {
  const detail = meant(word, words) ?? `It is ${quoted(word)}. Write one of ${words.join(', ')}.`
  reading.wrong('value', steps, `\`${steps.at(-1)}\` must be one of ${words.join(', ')}`, detail)
}

function meant(word: string, words: readonly string[]): string | null {
  const near = suggest(word, words)
  return near && `Did you mean \`${near}\`?`
}

const isOneOf = <T extends string>(words: readonly T[], word: string): word is T => words.some(one => one === word)

function readBy(text: string, reading: TestReading, manifest: Manifest): By | null {
  const at = ruleNamed(text, manifest)
  if (at !== null) return { text, at }
  const names = manifest.rules.flatMap(({ name }) => name ?? [])
  const detail = meant(text, names) ?? 'Write the name of a rule, or its place, as in guestlist.yaml:12.'
  reading.wrong('value', ['by'], `No rule is named ${quoted(text)}, and none is at such a place`, detail)
  return null
}

function expectedOfOne(
  word: string,
  by: By | null,
  invitation: Invitation | undefined,
  reading: TestReading,
): readonly Expectation[] {
  if (!isOneOf(INVITATION_OUTCOMES, word)) wrongWord(word, INVITATION_OUTCOMES, ['expect'], reading)
  else if (invitation) return [{ kind: 'invitation', id: invitation.id, outcome: word, by, subject: invitation.email }]
  return []
}

function expectedOfAll(
  expect: Exclude<WrittenTest['expect'], string>,
  invitations: readonly Invitation[],
  reading: TestReading,
): readonly Expectation[] {
  const { plan = {}, refused, ...others } = expect
  const counts = COUNTED.flatMap(action => {
    const count = plan[action]
    return count === undefined ? [] : [{ kind: 'count', action, count, subject: `plan: ${action}` } as const]
  })
  const outcomes = Object.entries(others).flatMap(([key, word]) =>
    expectedOf(key, typeof word === 'string' ? word : JSON.stringify(word), invitations, reading),
  )
  const refusal = refused === undefined ? [] : [{ kind: 'refused', refused, subject: 'refused' } as const]
  if (Object.keys(expect).length === 0) {
    reading.wrong('value', ['expect'], '`expect` must not be empty', WHAT_TO_EXPECT)
  }
  return [...outcomes, ...counts, ...refusal]
}

function expectedOf(
  key: string,
  word: string,
  invitations: readonly Invitation[],
  reading: TestReading,
): readonly Expectation[] {
  const steps = ['expect', key]
  if (key.includes('@')) {
    if (!checkAddress(key, steps, reading, 'key')) return []
    if (isOneOf(USER_OUTCOMES, word)) return [{ kind: 'user', email: key, outcome: word, subject: key }]
    wrongUserWord(key, word, steps, reading)
    return []
  }
  if (!/^\d{1,16}$/.test(key)) {
    const detail = meant(key, ['plan', 'refused']) ?? 'Keys are ids, addresses, `plan` and `refused`.'
    reading.wrong('key', steps, `The key ${quoted(key)} is unknown here`, detail)
  } else if (!invitations.some(({ id }) => id === Number(key))) {
    const detail = 'Give it an id under `given`, as in `{id: 7, email: bob@acme.example}`.'
    reading.wrong('key', steps, `There is no invitation ${key} under \`given\``, detail)
  } else if (isOneOf(INVITATION_OUTCOMES, word)) {
    return [{ kind: 'invitation', id: Number(key), outcome: word, by: null, subject: String(Number(key)) }]
  } else wrongWord(word, INVITATION_OUTCOMES, steps, reading)
  return []
}

function wrongUserWord(key: string, word: string, steps: Steps, reading: TestReading): void {
  const detail = `${quoted(word)} is for invitations: name them by their ids, as in \`7: ${word}\`.`
  if (!isOneOf(INVITATION_OUTCOMES, word)) wrongWord(word, USER_OUTCOMES, steps, reading)
  else reading.wrong('value', steps, `A user is removed or not: \`${key}\` must be remove or nothing`, detail)
}

/**
 * The place of what a test names as decisive: a rule by name; or a rule, a removal or `unmatched` by its place,
 * `file:line` or `file:line:column`. Null if there is none.
 */
export function ruleNamed(text: string, { rules, removals, unmatchedAt }: Manifest): Place | null {
  const named = rules.find(({ name }) => name === text)
  if (named) return named.at
  const [, file, line, column] = /^(.+?):(\d+)(?::(\d+))?$/.exec(text) ?? []
  if (file === undefined) return null
  const places = [...rules, ...removals].map(({ at }) => at).concat(unmatchedAt ?? [])
  const isThere = (at: Place): boolean =>
    (at.file === file || at.file.endsWith(`/${file}`)) &&
    at.line === Number(line) &&
    (column === undefined || at.column === Number(column))
  return places.find(isThere) ?? null
}
