import { type ProblemText, quoted } from '../manifest/problems.js'
import { suggest } from '../manifest/suggest.js'
import { addressFault, emailKey } from '../model/email-address.js'
import { type Invitation, invitationOf, ROLE_NUMBERS } from '../model/invitation.js'
import type { Manifest } from '../model/manifest.js'
import type { Place } from '../model/problem.js'
import type { RemovalRecord } from '../model/state.js'
import { ruleNamed } from './rule-named.js'
import { type By, COUNTED, type Expectation, INVITATION_OUTCOMES, type TestCase, USER_OUTCOMES } from './test-case.js'
import type { WrittenInvitation, WrittenTest } from './test-file.gen.js'

type Steps = readonly (string | number)[]

/** One test of a file. Paths are relative to it. */
export interface Reading {
  readonly place: Place
  wrongValue(steps: Steps, describe: () => ProblemText): void
  wrongKey(steps: Steps, describe: () => ProblemText): void
}

/** A written test as it is run; what is wrong with it beyond the schema is told to `reading`. */
export function readTest(test: WrittenTest, reading: Reading, manifest: Manifest, today: Date | null): TestCase {
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

/** `invitation` goes with a word and perhaps with `by`, `given` with a mapping. */
function checkShape({ invitation, given, expect, by }: WrittenTest, reading: Reading): void {
  const isWord = typeof expect === 'string'
  if (invitation && given) {
    const detail = 'Keep `invitation` for one invitation, or `given` for several and for users.'
    reading.wrongKey(['given'], () => ({ summary: 'A test has `invitation` or `given`, not both', detail }))
  } else if (!invitation && !given) {
    const detail = 'Add `invitation: {email: alice@acme.example}`, or `given` with a list of invitations.'
    reading.wrongValue([], () => ({ summary: 'The test does not say what there is', detail }))
  } else if (isWord && given) {
    const detail = 'Write what becomes of each, as in `7: deny`, `bob@acme.example: remove` or `plan: {accept: 1}`.'
    reading.wrongValue(['expect'], () => ({ summary: '`expect` must be a mapping where the test has `given`', detail }))
  } else if (!isWord && invitation) {
    const detail = `Write one of ${INVITATION_OUTCOMES.join(', ')}; or use \`given\`.`
    reading.wrongValue(['expect'], () => ({
      summary: '`expect` must be a word where the test has `invitation`',
      detail,
    }))
  }
  if (by !== undefined && !invitation) {
    const detail = 'Test the one invitation whose rule matters by itself, under `invitation`.'
    reading.wrongKey(['by'], () => ({ summary: '`by` goes with `invitation` alone', detail }))
  }
}

function readInvitations(
  written: readonly WrittenInvitation[],
  pathOf: (index: number) => Steps,
  reading: Reading,
  { rules }: Manifest,
): readonly Invitation[] {
  const taken = new Set([
    ...rules.flatMap(({ selector }) => selector.id ?? []),
    ...written.flatMap(({ id }) => id ?? []),
  ])
  const seen = new Set<number>()
  let free = 1
  const nextId = (): number => {
    while (taken.has(free)) free++
    return free++
  }
  return written.map((invitation, i) => {
    const id = invitation.id ?? nextId()
    if (seen.has(id)) {
      const detail = 'Every invitation has a number of its own.'
      reading.wrongValue([...pathOf(i), 'id'], () => ({ summary: `There are two invitations ${id}`, detail }))
    }
    seen.add(id)
    if (invitation.email !== undefined) checkAddress(invitation.email, [...pathOf(i), 'email'], reading)
    return toInvitation(id, invitation, rawStatus(invitation.status ?? 'pending', [...pathOf(i), 'status'], reading))
  })
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

/** A status as the API sends it, from its word or from its letters. */
function rawStatus(status: string, steps: Steps, reading: Reading): string {
  if (status === 'pending' || status === 'accepted' || status === 'denied' || status === 'unknown') return RAW[status]
  if (!/^[A-Z]{1,2}$/.test(status)) wrongWord(status, Object.keys(RAW), steps, reading)
  return status
}

function checkAddress(email: string, steps: Steps, reading: Reading): void {
  const found = addressFault(email, 'address')
  if (found === null) return
  reading.wrongValue(steps, () => ({ summary: `${quoted(email)} ${found.fault}`, detail: found.advice }))
}

function wrongWord(word: string, words: readonly string[], steps: Steps, reading: Reading): void {
  const near = suggest(word, words)
  const detail =
    near === null ? `It is ${quoted(word)}. Write one of ${words.join(', ')}.` : `Did you mean \`${near}\`?`
  const key = String(steps.at(-1))
  reading.wrongValue(steps, () => ({ summary: `\`${key}\` must be one of ${words.join(', ')}`, detail }))
}

const isOneOf = <T extends string>(words: readonly T[], word: string): word is T => words.some(one => one === word)

function readBy(text: string, reading: Reading, manifest: Manifest): By | null {
  const at = ruleNamed(text, manifest)
  if (at !== null) return { text, at }
  const names = manifest.rules.flatMap(({ name }) => name ?? [])
  const near = suggest(text, names)
  const detail =
    near === null ? 'Write the name of a rule, or its place, as in guestlist.yaml:12.' : `Did you mean \`${near}\`?`
  reading.wrongValue(['by'], () => ({
    summary: `No rule is named ${quoted(text)}, and none is at such a place`,
    detail,
  }))
  return null
}

type Expectations = TestCase['expectations']

function expectedOfOne(
  word: string,
  by: By | null,
  invitation: Invitation | undefined,
  reading: Reading,
): Expectations {
  if (!isOneOf(INVITATION_OUTCOMES, word)) wrongWord(word, INVITATION_OUTCOMES, ['expect'], reading)
  else if (invitation) return [{ kind: 'invitation', id: invitation.id, outcome: word, by, subject: invitation.email }]
  return []
}

function expectedOfAll(
  expect: Exclude<WrittenTest['expect'], string>,
  invitations: readonly Invitation[],
  reading: Reading,
): Expectations {
  const { plan = {}, refused, ...others } = expect
  const counts = COUNTED.flatMap(action => {
    const count = plan[action]
    return count === undefined ? [] : [{ kind: 'count', action, count, subject: `plan: ${action}` } as const]
  })
  const outcomes = Object.entries(others).flatMap(([key, word]) =>
    expectedOf(key, typeof word === 'string' ? word : JSON.stringify(word), invitations, reading),
  )
  const refusal = refused === undefined ? [] : [{ kind: 'refused', refused, subject: 'refused' } as const]
  const all = [...outcomes.map(outcome => ({ ...outcome, subject: subjectOf(outcome) })), ...counts, ...refusal]
  if (Object.keys(expect).length === 0) {
    const detail = 'Write what becomes of each, as in `7: deny`, `bob@acme.example: remove` or `plan: {accept: 1}`.'
    reading.wrongValue(['expect'], () => ({ summary: '`expect` must not be empty', detail }))
  }
  return all
}

const subjectOf = (outcome: Expectation): string =>
  outcome.kind === 'invitation' ? String(outcome.id) : outcome.kind === 'user' ? outcome.email : outcome.kind

function expectedOf(
  key: string,
  word: string,
  invitations: readonly Invitation[],
  reading: Reading,
): readonly Expectation[] {
  const steps = ['expect', key]
  if (key.includes('@')) {
    const found = addressFault(key, 'address')
    if (found) reading.wrongKey(steps, () => ({ summary: `${quoted(key)} ${found.fault}`, detail: found.advice }))
    else if (isOneOf(USER_OUTCOMES, word)) return [{ kind: 'user', email: key, outcome: word }]
    else wrongUserWord(key, word, steps, reading)
    return []
  }
  if (!/^\d{1,16}$/.test(key)) {
    const near = suggest(key, ['plan', 'refused'])
    const detail = near === null ? 'Keys are ids, addresses, `plan` and `refused`.' : `Did you mean \`${near}\`?`
    reading.wrongKey(steps, () => ({ summary: `The key ${quoted(key)} is unknown here`, detail }))
  } else if (!invitations.some(({ id }) => id === Number(key))) {
    const detail = 'Give it an id under `given`, as in `{id: 7, email: bob@acme.example}`.'
    reading.wrongKey(steps, () => ({ summary: `There is no invitation ${key} under \`given\``, detail }))
  } else if (isOneOf(INVITATION_OUTCOMES, word)) {
    return [{ kind: 'invitation', id: Number(key), outcome: word, by: null }]
  } else wrongWord(word, INVITATION_OUTCOMES, steps, reading)
  return []
}

function wrongUserWord(key: string, word: string, steps: Steps, reading: Reading): void {
  if (!isOneOf(INVITATION_OUTCOMES, word)) {
    wrongWord(word, USER_OUTCOMES, steps, reading)
    return
  }
  const detail = `${quoted(word)} is for invitations: name them by their ids, as in \`7: ${word}\`.`
  reading.wrongValue(steps, () => ({
    summary: `A user is removed or not: \`${key}\` must be remove or nothing`,
    detail,
  }))
}
