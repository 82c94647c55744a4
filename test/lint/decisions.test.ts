import t from 'tap'
import { isRedundant, isShadowed } from '../../src/lint/decisions.js'
import { conflictsOf } from '../../src/lint/rules/conflicting-rules.js'
import { createRuleset, today } from '../../src/lint/ruleset.js'
import { type Invitation, invitationOf, ROLE_NUMBERS } from '../../src/model/invitation.js'
import { DEFAULT_GUARDS, type Manifest, type Removal, type Rule, type Selector } from '../../src/model/manifest.js'
import { decide } from '../../src/reconcile/decide.js'
import { indexRules, type Subject, subjectOf } from '../../src/reconcile/match.js'
import fc from '../helpers/properties.js'

/*
 * The algebra against a trial of everything: small alphabets, in which every invitation on every day that could tell two
 * manifests apart is tried.
 */

const NOW = new Date('2026-11-24T09:00:00Z')
const DAYS = [0, 1, 2, 3, 4].map(n => new Date(NOW.getTime() + n * 86_400_000))

/** Strings of up to `length` characters over two letters of patterns and one more. */
const strings = (length: number): readonly string[] =>
  Array.from({ length: length + 1 }, (_, n) =>
    Array.from({ length: 3 ** n }, (_, code) =>
      Array.from({ length: n }, (_, i) => 'abz'[Math.floor(code / 3 ** i) % 3]).join(''),
    ),
  ).flat()

interface World {
  readonly selector: fc.Arbitrary<Selector>
  readonly invitations: readonly Invitation[]
}

const BASE = invitationOf({ id: 9, email: 'zz', status: 'P', cloud_name: 'z', cloud_role: 50 })

const vary = <K extends keyof Invitation>(list: readonly Invitation[], key: K, values: readonly Invitation[K][]) =>
  list.flatMap(invitation => values.map(value => ({ ...invitation, [key]: value })))

const pattern = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength })

const atLeastOne = (selector: Selector): boolean => Object.keys(selector).length > 0

/** Addresses alone, with patterns that overlap in every way. */
const ADDRESSES: World = {
  selector: fc.record({ email: pattern(3) }),
  invitations: vary([BASE], 'email', strings(6)),
}

/** Every part, each with few values. */
const PARTS: World = {
  selector: fc
    .record(
      {
        id: fc.constantFrom(1, 2),
        email: fc.constantFrom('a', '*', 'a*', '?', '*a'),
        cloud: fc.constantFrom(['a'], ['a', 'b'], ['*'], ['a*'], ['?*', 'a']),
        project: fc.constantFrom(['*'], ['a'], ['?*']),
        cloudRole: fc.constantFrom('admin', 'user'),
        client: fc.constantFrom(1, 2),
      },
      { requiredKeys: [] },
    )
    .filter(atLeastOne),
  invitations: [
    vary([BASE], 'id', [1, 2, 9]),
    ['a', 'b', 'z', 'az', 'za', 'zz', 'aa', ''],
    ['a', 'b', 'az', 'z', ''],
    [null, 'a', 'z', ''],
    [ROLE_NUMBERS.admin, ROLE_NUMBERS.user, 7],
    [null, 1, 2, 3],
  ].reduce<readonly Invitation[]>((list, values, i) => {
    const key = (['id', 'email', 'cloud_name', 'project_name', 'cloud_role', 'client_id'] as const)[i] ?? 'id'
    return i === 0 ? (values as Invitation[]) : vary(list, key, values as never)
  }, []),
}

/** Few selectors on days that begin, end and overlap. */
const TIMES: World = {
  selector: fc.record({ cloud: fc.constantFrom(['a'], ['a', 'b'], ['*']) }),
  invitations: vary([BASE], 'cloud_name', ['a', 'b', 'z']),
}

const day = (n: number): string => new Date(NOW.getTime() + n * 86_400_000).toISOString().slice(0, 10)

const strengthOf = ({ id, email }: Selector): Rule['strength'] =>
  id !== undefined ? 'id' : email !== undefined && !/[*?]/.test(email) ? 'email' : 'pattern'

const manifestIn = ({ selector }: World, timed: boolean): fc.Arbitrary<Manifest> =>
  fc
    .record({
      rules: fc.array(
        fc.record({
          effect: fc.constantFrom('accept' as const, 'deny' as const),
          selector,
          from: fc.constantFrom(null, ...(timed ? [-1, 1, 2] : [])),
          until: fc.constantFrom(null, ...(timed ? [0, 2, 3] : [])),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      unmatched: fc.constantFrom('ignore' as const, 'deny' as const, 'accept' as const),
      removed: fc.constantFrom([], ['a'], ['b']),
      protect: fc.constantFrom([], ['a*']),
    })
    .map(({ rules, unmatched, removed, protect }) => ({
      rules: rules
        .filter(({ from, until }) => from === null || until === null || from <= until)
        .map(({ effect, selector, from, until }, i) => ({
          effect,
          selector,
          strength: strengthOf(selector),
          at: { file: 'm.yaml', line: i + 1, column: 1 },
          reason: null,
          name: null,
          owner: null,
          from: from === null ? null : day(from),
          until: until === null ? null : day(until),
        })),
      unmatched,
      unmatchedAt: { file: 'm.yaml', line: 99, column: 1 },
      removals: removed.map(key => ({
        email: key,
        key,
        at: { file: 'm.yaml', line: 90, column: 1 },
        reason: null,
        from: null,
      })),
      protect: protect.map(one => ({ pattern: one, source: 'GUESTLIST_PROTECT' as const })),
      guards: DEFAULT_GUARDS,
      state: { backend: 'local' as const },
      keycloak: null,
    }))

const inForce = (rule: Rule, now: Date): boolean => {
  const date = now.toISOString().slice(0, 10)
  return (rule.from ?? date) <= date && date <= (rule.until ?? date)
}

/** An invitation, on one of `DAYS`. */
interface Case {
  readonly subject: Subject
  readonly day: number
}

const casesOf = ({ invitations }: World, timed: boolean): readonly Case[] =>
  (timed ? DAYS : [NOW]).flatMap((_, day) => invitations.map(invitation => ({ subject: subjectOf(invitation), day })))

/** The rules that match, the strongest first. */
const matchesOf = (rules: readonly Rule[]): ((one: Case) => readonly Rule[]) => {
  const indexes = DAYS.map(now => indexRules(rules.filter(rule => inForce(rule, now))))
  return ({ subject, day }) => indexes[day]?.(subject) ?? []
}

function outcomesOf(manifest: Manifest): (one: Case) => string {
  const matching = matchesOf(manifest.rules)
  return one => {
    const { subject } = one
    const isProtected = manifest.protect.some(({ pattern: text }) => text === 'a*' && subject.key.startsWith('a'))
    const removal: Removal | null = (!isProtected && manifest.removals.find(({ key }) => key === subject.key)) || null
    return (['pending', 'denied', 'accepted'] as const)
      .map(status => {
        const decision = decide({ status }, matching(one), removal, manifest)
        return decision.kind === 'act' ? decision.effect : decision.kind
      })
      .join()
  }
}

/** By trial: beaten everywhere by stronger rules or by equal ones that deny. */
function triedShadowed(rule: Rule, manifest: Manifest, own: readonly Case[]): boolean {
  const rank = { id: 0, email: 1, pattern: 2 }
  const beats = (other: Rule) =>
    rank[other.strength] < rank[rule.strength] ||
    (other.strength === rule.strength && other.effect === 'deny' && rule.effect === 'accept')
  const matching = matchesOf(manifest.rules.filter(other => other !== rule && beats(other)))
  return own.every(one => matching(one).length > 0)
}

function triedRedundant(rule: Rule, manifest: Manifest, own: readonly Case[]): boolean {
  const before = outcomesOf(manifest)
  const after = outcomesOf({ ...manifest, rules: manifest.rules.filter(other => other !== rule) })
  return own.every(one => before(one) === after(one))
}

function triedConflict(accept: readonly Case[], deny: readonly Case[]): boolean {
  const [accepted, denied] = [new Set(accept), new Set(deny)]
  const both = accept.filter(one => denied.has(one)).length
  return both > 0 && both < accepted.size && both < denied.size
}

const pairs = (manifest: Manifest): readonly (readonly [Rule, Rule])[] =>
  manifest.rules
    .filter(({ effect }) => effect === 'accept')
    .flatMap(accept => manifest.rules.filter(({ effect }) => effect === 'deny').map(deny => [accept, deny] as const))

function check(world: World, timed: boolean, runs: number) {
  const cases = casesOf(world, timed)
  const seen = { shadowed: 0, redundant: 0, conflicting: 0, nothing: 0 }
  fc.assert(
    fc.property(manifestIn(world, timed), manifest => {
      const ruleset = createRuleset(manifest, [], NOW)
      const own = new Map(
        manifest.rules.map(rule => {
          const matching = matchesOf([rule])
          return [rule, cases.filter(one => matching(one).length > 0)] as const
        }),
      )
      const ownOf = (rule: Rule) => own.get(rule) ?? []
      const shadowed = new Set<Rule>()
      for (const speaker of ruleset.rules) {
        const rule = speaker.entry
        const found = isShadowed(ruleset, speaker)
        if (found) shadowed.add(rule)
        if (found !== triedShadowed(rule, manifest, ownOf(rule)))
          throw new Error(`shadowed ${rule.at.line}: found ${found}`)
        const redundant = isRedundant(ruleset, speaker, manifest.unmatched)
        if (redundant !== triedRedundant(rule, manifest, ownOf(rule)))
          throw new Error(`redundant ${rule.at.line}: found ${redundant}`)
        seen[found ? 'shadowed' : redundant ? 'redundant' : 'nothing']++
      }
      const conflicts = new Set(
        ruleset.rules
          .filter(({ entry, effect }) => effect === 'accept' && !shadowed.has(entry))
          .flatMap(accept =>
            [...conflictsOf(ruleset, accept)].map(deny => `${accept.entry.at.line} ${deny.entry.at.line}`),
          ),
      )
      for (const [accept, deny] of pairs(manifest)) {
        const found = conflicts.has(`${accept.at.line} ${deny.at.line}`)
        const wanted =
          !shadowed.has(accept) && accept.strength === deny.strength && triedConflict(ownOf(accept), ownOf(deny))
        if (found !== wanted) throw new Error(`conflict ${accept.at.line} ${deny.at.line}: found ${found}`)
        if (found) seen.conflicting++
      }
    }),
    { numRuns: runs },
  )
  return seen
}

for (const [name, world, timed, runs] of [
  ['addresses', ADDRESSES, false, 300],
  ['every part', PARTS, false, 500],
  ['days', TIMES, true, 1000],
] as const) {
  t.test(`${name}: shadowed, redundant and conflicting agree with a trial of every invitation`, async t => {
    const seen = check(world, timed, runs)
    t.ok(
      Object.values(seen).every(count => count > 5),
      JSON.stringify(seen),
    )
  })
}

t.test('today is a day in UTC', async t => {
  t.equal(today(new Date('2026-11-24T23:59:59Z')), today(new Date('2026-11-24T00:00:00Z')))
})
