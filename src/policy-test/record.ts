import { stringify } from 'yaml'
import { createRuleset, invitationAt } from '../lint/ruleset.js'
import { addressFault, emailKey } from '../model/email-address.js'
import { type Invitation, roleName } from '../model/invitation.js'
import type { Manifest, Protection, Rule } from '../model/manifest.js'
import { placeText } from '../model/problem.js'
import type { RemovalRecords } from '../model/removal-record.js'
import { byCodeUnit } from '../model/text.js'
import { freeIds } from './read-test.js'
import { outcomeOf, type TestBasis, type TestCase, type TestWorld, userOutcomeOf, worldOf } from './run-tests.js'

/** How many invitations are recorded per rule and outcome. */
const SAMPLES = 3

export interface RecordInput {
  readonly manifest: Manifest
  /** Existing invitations, or ones that the manifest's rules match. */
  readonly invitations: readonly Invitation[]
  readonly records: RemovalRecords
  /** Protections from outside the manifest. */
  readonly protect: readonly Protection[]
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string
  /** How the file refers to its schema. */
  readonly schema: string
}

export interface Recorded {
  readonly text: string
  readonly tests: number
  /** The number of invitations that no test can express exactly. */
  readonly left: number
}

/**
 * A test file that pins what the manifest decides today: up to three invitations per rule and outcome, ordered by id;
 * what becomes of their users and of each user to remove; and that nobody else is removed. The expectations are the
 * engine's own decisions, so that every test passes.
 */
export function recordTests(input: RecordInput): Recorded {
  const { manifest, records, protect, today } = input
  const invitations = input.invitations.filter(invitation => canBeWritten(invitation, records))
  const basis = { manifest, protect, now: new Date(`${today}T00:00:00Z`) }
  const whole = worldOf(caseOf(invitations, records), basis)
  const groups = groupsOf(invitations, whole, manifest)
  const tests = distinctlyNamed([
    ...groups.map(group => testOf(group.name, group.invitations, records, basis)),
    ...manifest.removals.map(({ email, key }) => {
      const theirs = invitations.filter(invitation => emailKey(invitation.email) === key)
      return testOf(`removal of ${email}`, theirs.slice(0, SAMPLES), records, basis, email)
    }),
    nobodyElse(records, basis),
  ])
  const head = `# yaml-language-server: $schema=${input.schema}\n# Recorded by guestlist test --record: what the manifest decides on ${today}.\n`
  const text = stringify({ apiVersion: 'guestlist/v1', today, tests }, { lineWidth: 0 })
  return { text: head + text, tests: tests.length, left: input.invitations.length - invitations.length }
}

/** Makes names unique: a rule's name may equal the one generated for an unnamed rule. */
function distinctlyNamed<T extends { readonly name: string }>(tests: readonly T[]): readonly T[] {
  const counts = new Map<string, number>()
  return tests.map(test => {
    const count = (counts.get(test.name) ?? 0) + 1
    counts.set(test.name, count)
    return count === 1 ? test : { ...test, name: `${test.name} (${count})` }
  })
}

/**
 * A test can express only roles with names and valid addresses and, for a removed user, not which of their invitations
 * had been accepted by then.
 */
function canBeWritten({ id, email, cloud_role, project_role }: Invitation, records: RemovalRecords): boolean {
  const roles = [roleName(cloud_role), ...(project_role === null ? [] : [roleName(project_role)])]
  if (roles.some(role => typeof role === 'number') || roles[0] === 'guest') return false
  return addressFault(email, 'address') === null && !records.get(emailKey(email))?.accepted_invitations.includes(id)
}

const caseOf = (invitations: readonly Invitation[], records: RemovalRecords): TestCase => ({
  name: '',
  at: { file: '', line: 0, column: 0 },
  today: null,
  invitations,
  records,
  expectations: [],
})

interface RecordedGroup {
  readonly name: string
  readonly invitations: Invitation[]
}

/** The first few invitations for each rule and outcome, in the order of the manifest. */
function groupsOf(invitations: readonly Invitation[], world: TestWorld, manifest: Manifest): readonly RecordedGroup[] {
  const groups = new Map<string, RecordedGroup & { readonly order: number }>()
  const places = manifest.rules.map(({ at }) => placeText(at))
  for (const invitation of [...invitations].sort((a, b) => a.id - b.id)) {
    const { outcome, rule } = outcomeOf(invitation, world)
    const place = rule === null ? 'no rule' : placeText(rule)
    const key = `${place} ${outcome}`
    const order = places.indexOf(place)
    const group = groups.get(key) ?? {
      name: `${order < 0 ? place : ruleName(manifest.rules[order])}: ${outcome}`,
      invitations: [],
      order: order < 0 ? places.length : order,
    }
    groups.set(key, group)
    if (group.invitations.length < SAMPLES) group.invitations.push(invitation)
  }
  return [...groups.values()].sort((a, b) => a.order - b.order || byCodeUnit(a.name, b.name))
}

/** A rule's name, or else its selector: places move when a manifest is edited. */
function ruleName(rule: Rule | undefined): string {
  if (!rule) return 'no rule'
  const parts = Object.entries(rule.selector).map(([key, value]) => `${key} ${[value].flat().join(' or ')}`)
  return rule.name ?? `${rule.effect} ${parts.join(', ')}`
}

function testOf(
  name: string,
  invitations: readonly Invitation[],
  records: RemovalRecords,
  basis: TestBasis,
  email?: string,
) {
  const emails = new Map(invitations.map(invitation => [emailKey(invitation.email), invitation.email.trim()]))
  if (email !== undefined) emails.set(emailKey(email), email)
  const removed = [...emails.keys()].filter(key => records.has(key))
  // A test file says only who was removed.
  const theirs = new Map(
    [...records]
      .filter(([key]) => removed.includes(key))
      .map(([key, record]) => [key, { ...record, accepted_invitations: [] }]),
  )
  const world = worldOf(caseOf(invitations, theirs), basis)
  const users = [...emails.values()].filter(one => one.includes('@')).map(one => [one, userOutcomeOf(one, world)])
  const outcomes = invitations.map(invitation => [String(invitation.id), outcomeOf(invitation, world).outcome])
  return {
    name,
    given: { invitations: invitations.map(written), ...(removed.length > 0 ? { removed } : {}) },
    expect: Object.fromEntries([...outcomes, ...users]),
  }
}

/** A test of how many users are removed when there are no invitations. */
function nobodyElse(records: RemovalRecords, basis: TestBasis) {
  const { plan } = worldOf(caseOf([], records), basis)
  const removed = [...records.keys()].sort(byCodeUnit)
  return {
    name: 'how many users are removed',
    given: removed.length > 0 ? { removed } : {},
    expect: { plan: { accept: 0, deny: 0, remove: plan.summary.remove } },
  }
}

/** An invitation with the keys of a test. */
function written(invitation: Invitation) {
  const { id, email, status, raw_status, cloud_name, cloud_role, project_name, project_role, client_id } = invitation
  return {
    id,
    email,
    cloud: cloud_name,
    cloudRole: roleName(cloud_role),
    ...(project_name === null ? {} : { project: project_name }),
    ...(project_role === null ? {} : { projectRole: roleName(project_role) }),
    ...(client_id === null ? {} : { client: client_id }),
    ...(invitation.sender_provider_sub === null ? {} : { sender: invitation.sender_provider_sub }),
    ...(status === 'pending' ? {} : { status: status === 'unknown' ? unknownStatus(raw_status) : status }),
  }
}

const unknownStatus = (raw: string): string => (/^[A-Z]{1,2}$/.test(raw) ? raw : 'unknown')

/** One matching invitation for each rule that applies, and one that most manifests leave alone. */
export function typicalInvitations(manifest: Manifest, now: Date): readonly Invitation[] {
  const { rules, space } = createRuleset(manifest, [], now)
  const nextId = freeIds(rules.map(({ selector }) => selector))
  return [
    ...rules.map(({ box, selector }) => ({ boxes: [box], id: selector.id })),
    { boxes: [], id: undefined },
  ].flatMap(({ boxes, id }) => {
    const point = space.common(boxes)
    return point ? [{ ...invitationAt(point), id: id ?? nextId() }] : []
  })
}
