import type { ProblemCode } from '../model/codes.gen.js'
import { emailKey } from '../model/email-address.js'
import { placeText } from '../model/problem.js'
import type { WrittenRemoval, WrittenRule } from './manifest-file.gen.js'
import type { Merged, Written } from './merge.js'
import { type PendingProblem, type ProblemText, problemAt, quoted } from './problems.js'
import { ANNOTATIONS } from './schema.js'

/**
 * What must not appear in a manifest twice, or in contradictory ways:
 *
 * | list | and | the same | problem |
 * | --- | --- | --- | --- |
 * | accept | deny | `id`, whatever else narrows it | contradiction |
 * | accept | deny | exact e-mail as the only selector key | contradiction |
 * | accept | remove | exact e-mail, whatever else narrows it | contradiction |
 * | accept | accept (deny, deny) | selector, whatever it says about itself | duplicate entry |
 * | remove | remove | address | duplicate entry |
 * | protect | protect | pattern | duplicate entry |
 *
 * | accept or deny | accept or deny | `name` | duplicate entry |
 *
 * Two rules, or a rule and a removal, that never apply on the same day neither contradict nor repeat each other. The
 * problem is reported at the later of the two and names the earlier.
 */
export function contradictions(merged: Merged): PendingProblem[] {
  const { accept, deny, remove, protect } = merged
  return [
    ...clashes(accept, idOf, deny, idOf, 'accepted', 'denied', id => `Invitation ${id}`),
    ...clashes(accept, bareEmailOf, deny, bareEmailOf, 'accepted', 'denied', quoted),
    ...clashes(accept, exactEmailOf, remove, removedOf, 'accepted', 'removed', quoted),
    ...repeatedNames([...accept, ...deny].sort((a, b) => (isBefore(a, b) ? -1 : 1))),
    ...repeats(accept, selectorOf, 'rule', '`accept`'),
    ...repeats(deny, selectorOf, 'rule', '`deny`'),
    ...repeats(remove, removedOf, 'address', '`remove`'),
    ...repeats(protect, emailKey, 'pattern', '`protect`'),
  ]
}

type KeyOf<T> = (value: T) => string | null

const idOf: KeyOf<WrittenRule> = ({ id }) => (id === undefined ? null : String(id))

const exactEmailOf: KeyOf<WrittenRule> = ({ email }) =>
  email === undefined || /[*?]/.test(email) ? null : emailKey(email)

const bareEmailOf: KeyOf<WrittenRule> = rule => {
  for (const key in rule) if (key !== 'email' && !ANNOTATIONS.has(key)) return null
  return exactEmailOf(rule)
}

const removedOf: KeyOf<WrittenRemoval> = ({ email }) => emailKey(email)

const asSet = (value: string | readonly string[] | undefined): string[] | undefined =>
  value === undefined ? undefined : [...new Set([value].flat())].sort()

const nameOf: KeyOf<WrittenRule> = ({ name }) => name ?? null

/** When an entry applies, as written: days compare as strings. */
interface Timed {
  readonly from?: string
  readonly until?: string
}

/** Whether there is a day on which both apply. */
function overlap(a: Timed | string, b: Timed | string): boolean {
  if (typeof a === 'string' || typeof b === 'string') return true
  const isOver = (one: Timed, other: Timed) =>
    one.until !== undefined && other.from !== undefined && one.until < other.from
  return !isOver(a, b) && !isOver(b, a)
}

/** Equal for two rules that select the same invitations in the same way. */
const selectorOf: KeyOf<WrittenRule> = ({ id, email, cloud, project, cloudRole, projectRole, client, sender }) =>
  JSON.stringify([
    id,
    email === undefined ? undefined : emailKey(email),
    asSet(cloud),
    asSet(project),
    cloudRole,
    projectRole,
    client,
    sender,
  ])

const isBefore = (a: Written<unknown>, b: Written<unknown>): boolean =>
  a.source.index < b.source.index || (a.source.index === b.source.index && a.start < b.start)

const about = (
  code: ProblemCode,
  later: Written<unknown>,
  earlier: Written<unknown>,
  describe: () => ProblemText,
): PendingProblem => problemAt(code, later, describe, { cause: placeText(earlier.place) })

/** The entries by key, in the order of the manifest. */
function byKey<T>(list: readonly Written<T>[], keyOf: KeyOf<T>): Map<string, Written<T>[]> {
  const groups = new Map<string, Written<T>[]>()
  for (const entry of list) {
    const key = keyOf(entry.value)
    if (key === null) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  return groups
}

function clashes<A extends Timed, B extends Timed>(
  left: readonly Written<A>[],
  leftKey: KeyOf<A>,
  right: readonly Written<B>[],
  rightKey: KeyOf<B>,
  does: string,
  undoes: string,
  name: (key: string) => string,
): PendingProblem[] {
  const others = byKey(right, rightKey)
  return [...byKey(left, leftKey)].flatMap(([key, ones]) => {
    const pair = firstPair(ones, others.get(key) ?? [])
    if (pair === null) return []
    const [one, other] = pair
    const [earlier, later] = isBefore(one, other) ? [one, other] : [other, one]
    const [here, there] = later === one ? [does, undoes] : [undoes, does]
    return about('contradiction', later, earlier, () => ({
      summary: `${name(key)} is both ${does} and ${undoes}`,
      detail: `It is ${here} here, and ${there} also at ${placeText(earlier.place)}. Keep one of the two.`,
    }))
  })
}

/** The first two that apply on the same day. */
function firstPair<A extends Timed, B extends Timed>(
  ones: readonly Written<A>[],
  others: readonly Written<B>[],
): [Written<A>, Written<B>] | null {
  for (const one of ones) for (const other of others) if (overlap(one.value, other.value)) return [one, other]
  return null
}

function repeatedNames(rules: readonly Written<WrittenRule>[]): PendingProblem[] {
  return [...byKey(rules, nameOf)].flatMap(([name, [first, ...others]]) =>
    others.flatMap(rule =>
      first === undefined
        ? []
        : about('duplicate-entry', rule, first, () => ({
            summary: `Two rules are named ${quoted(name)}`,
            detail: `The other is at ${placeText(first.place)}. A name is unique in the manifest, over all its files.`,
          })),
    ),
  )
}

function repeats<T extends Timed | string>(
  list: readonly Written<T>[],
  keyOf: KeyOf<T>,
  what: string,
  where: string,
): PendingProblem[] {
  return [...byKey(list, keyOf).values()].flatMap(group =>
    group.flatMap(entry => {
      const earlier = group.find(one => one === entry || overlap(one.value, entry.value))
      if (earlier === undefined || earlier === entry) return []
      return about('duplicate-entry', entry, earlier, () => ({
        summary: `The same ${what} appears twice in ${where}`,
        detail: `It is also at ${placeText(earlier.place)}. Keep one of the two.`,
      }))
    }),
  )
}
