import { commonGuess, findString, type Language, languageOf, matches, mayInclude, type Work } from './language.js'
import { mayOverlap } from './pattern.js'

/** The value of one part of an invitation; null if it has none. */
export type DimensionValue = string | number | null

/** A rule's constraint on one part, by number; `FREE` means none. */
export type Part = number
export const FREE: Part = -1

/** What a rule matches: one constraint per dimension, in the order of the space's dimensions. All must hold. */
export type Box = readonly Part[]

/**
 * One part of what rules look at, independent of the others. Constraints are numbered, equal ones with the same number,
 * so that results for pairs of them can be cached.
 */
export interface Dimension<Written = never> {
  part(written: Written | undefined): Part
  /** A value that meets every `required` constraint and no `forbidden` one; undefined if there is none. */
  find(required: readonly Part[], forbidden: readonly Part[]): DimensionValue | undefined
  /** A value that meets every constraint, to show to people: a realistic one, if possible. */
  show(required: readonly Part[]): DimensionValue | undefined
  overlap(a: Part, b: Part): boolean
  /** Whether every value that meets `b` meets `a`. */
  includes(a: Part, b: Part): boolean
  /** Whether some value meets none of the numbered constraints. */
  readonly hasOutsider: boolean
}

/** A constraint that every value meets becomes `FREE`: see `isEverything`. */
interface DimensionKind<Written, Constraint> {
  read(written: Written): Constraint
  keyOf(constraint: Constraint): string
  isEverything(constraint: Constraint): boolean
  find(required: readonly Constraint[], forbidden: readonly Constraint[]): DimensionValue | undefined
  show?(required: readonly Constraint[]): DimensionValue | undefined
  /** The answer if it is obvious; undefined if it takes a search. */
  overlap(a: Constraint, b: Constraint): boolean | undefined
  includes(a: Constraint, b: Constraint): boolean | undefined
}

function dimension<Written, Constraint>(kind: DimensionKind<Written, Constraint>): Dimension<Written> {
  const constraints: Constraint[] = []
  const numbers = new Map<string, Part>()
  const constraintsOf = (parts: readonly Part[]) =>
    parts.map(part => constraints[part]).filter(constraint => constraint !== undefined)
  const known = new Map<number, boolean>()
  let outsider: boolean | undefined

  function remembered(a: Part, b: Part, direction: 0 | 1, decide: () => boolean): boolean {
    const key = (a * 0x1000000 + b) * 2 + direction
    const before = known.get(key)
    if (before !== undefined) return before
    const now = decide()
    known.set(key, now)
    return now
  }
  function part(written: Written | undefined): Part {
    if (written === undefined) return FREE
    const constraint = kind.read(written)
    if (kind.isEverything(constraint)) return FREE
    const key = kind.keyOf(constraint)
    const number = numbers.get(key) ?? constraints.push(constraint) - 1
    numbers.set(key, number)
    return number
  }
  const find = (required: readonly Part[], forbidden: readonly Part[]) =>
    kind.find(constraintsOf(required), constraintsOf(forbidden))

  return {
    part,
    find,
    show: required => kind.show?.(constraintsOf(required)) ?? find(required, []),
    overlap(a, b) {
      if (a === FREE || b === FREE || a === b) return true
      const [left, right] = [constraints[a], constraints[b]]
      if (left === undefined || right === undefined) return false
      const [low, high] = a < b ? [a, b] : [b, a]
      return kind.overlap(left, right) ?? remembered(low, high, 0, () => find([low, high], []) !== undefined)
    },
    includes(a, b) {
      if (a === FREE || a === b) return true
      const [outer, inner] = [constraints[a], constraints[b]]
      const glance = outer === undefined || inner === undefined ? undefined : kind.includes(outer, inner)
      return glance ?? remembered(a, b, 1, () => find([b], [a]) === undefined)
    },
    get hasOutsider() {
      outsider ??= kind.find([], constraints) !== undefined
      return outsider
    },
  }
}

/** What a string should look like if there is a choice: in one language, and not in the other. */
export interface Shape {
  readonly is: Language
  readonly isNot: Language
}

/** Names and addresses by pattern. `absent`: an invitation may have none; `usual` is shown if any value would do. */
export const textDimension = (
  work: Work,
  usual: string,
  absent: boolean,
  shape?: Shape,
): Dimension<readonly string[]> =>
  dimension<readonly string[], Language>({
    read: patterns => languageOf([...patterns].sort()),
    keyOf: language => JSON.stringify(language.map(({ text }) => text)),
    // If the value may be absent, even `*` requires one.
    isEverything: language => !absent && language.some(({ text }) => /^\*+$/.test(text)),
    find(required, forbidden) {
      if (required.length > 0) return findString(required, forbidden, work) ?? undefined
      if (absent) return null
      const isFree = forbidden.every(language => !matches(language, usual))
      return isFree ? usual : (findString([], forbidden, work) ?? undefined)
    },
    show(required) {
      if (required.length === 0 || shape === undefined) return undefined
      return findString([...required, shape.is], [shape.isNot], work) ?? undefined
    },
    overlap(left, right) {
      if (!left.some(a => right.some(b => mayOverlap(a, b)))) return false
      return commonGuess(left, right) === null ? undefined : true
    },
    includes: (outer, inner) => (mayInclude(outer, inner) ? undefined : false),
  })

/** Values of which a constraint names exactly one; constraints can never exhaust `others`. */
export const exactDimension = <V extends string | number>(others: (index: number) => DimensionValue): Dimension<V> =>
  dimension<V, V>({
    read: value => value,
    keyOf: String,
    isEverything: () => false,
    find([first, ...rest], forbidden) {
      if (first !== undefined)
        return rest.every(value => value === first) && !forbidden.includes(first) ? first : undefined
      const taken = new Set<DimensionValue>(forbidden)
      for (let index = 0; ; index++) if (!taken.has(others(index))) return others(index)
    },
    overlap: (a, b) => a === b,
    includes: (a, b) => a === b,
  })

/** A range of days, both inclusive, in days since the epoch, UTC. */
export interface Days {
  readonly first: number
  readonly last: number
}

/** Days from `today` onwards. */
export const timeDimension = (today: number): Dimension<Days> =>
  dimension<Days, Days>({
    read: ({ first, last }) => ({ first: Math.max(first, today), last }),
    keyOf: ({ first, last }) => `${first} ${last}`,
    isEverything: ({ first, last }) => first <= today && last === Number.POSITIVE_INFINITY,
    find(required, forbidden) {
      const holds =
        (day: number) =>
        ({ first, last }: Days) =>
          first <= day && day <= last
      const days = [today, ...required.map(({ first }) => first), ...forbidden.map(({ last }) => last + 1)]
      return days
        .filter(day => day >= today && Number.isFinite(day))
        .sort((a, b) => a - b)
        .find(day => required.every(holds(day)) && !forbidden.some(holds(day)))
    },
    overlap: (a, b) => a.first <= b.last && b.first <= a.last,
    includes: (outer, inner) => outer.first <= inner.first && inner.last <= outer.last,
  })
