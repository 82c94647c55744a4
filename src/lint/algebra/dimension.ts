import { commonGuess, findString, type Language, languageOf, matches, mayInclude } from './language.js'
import { mayOverlap } from './pattern.js'

/** A value of a part of an invitation; null where it has none. */
export type DimensionValue = string | number | null

/** A constraint of a rule on one part, by its number; `FREE` is none. */
export type Part = number
export const FREE: Part = -1

/** What a rule matches: one constraint for each dimension, in the order of `Space.dimensions`. All of them hold together. */
export type Box = readonly Part[]

/**
 * One part of what rules look at, independent of all others. Constraints are numbered, equal ones alike, so that what is
 * found out about two of them is found out once.
 */
export interface Dimension<Written = never> {
  part(written: Written | undefined): Part
  /** A value that meets every `required` constraint and no `forbidden` one; undefined where there is none. */
  find(required: readonly Part[], forbidden: readonly Part[]): DimensionValue | undefined
  /** A value that meets every constraint, to be shown: as people would expect it, if there is such a one. */
  show(required: readonly Part[]): DimensionValue | undefined
  overlap(a: Part, b: Part): boolean
  /** Whether all that meets `b` meets `a`. */
  includes(a: Part, b: Part): boolean
  /** Whether some value meets none of the constraints that were numbered. */
  readonly hasOutsider: boolean
}

/** Parts that no constraint tells from none are `FREE`: see `isEverything`. */
interface DimensionKind<Written, Constraint> {
  read(written: Written): Constraint
  keyOf(constraint: Constraint): string
  isEverything(constraint: Constraint): boolean
  find(required: readonly Constraint[], forbidden: readonly Constraint[]): DimensionValue | undefined
  show?(required: readonly Constraint[]): DimensionValue | undefined
  /** What can be said at a glance; undefined where it takes a search. */
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

/** What a string looks like, where it can be chosen: it is of the one language, and not of the other. */
export interface Shape {
  readonly is: Language
  readonly isNot: Language
}

/** Names and addresses by pattern. `absent`: an invitation may have none; `usual` is shown where any would do. */
export const textDimension = (usual: string, absent: boolean, shape?: Shape): Dimension<readonly string[]> =>
  dimension<readonly string[], Language>({
    read: patterns => languageOf([...patterns].sort()),
    keyOf: language => JSON.stringify(language.map(({ text }) => text)),
    // Where there may be none, even `*` asks for one.
    isEverything: language => !absent && language.some(({ text }) => /^\*+$/.test(text)),
    find(required, forbidden) {
      if (required.length > 0) return findString(required, forbidden) ?? undefined
      if (absent) return null
      const isFree = forbidden.every(language => !matches(language, usual))
      return isFree ? usual : (findString([], forbidden) ?? undefined)
    },
    show(required) {
      if (required.length === 0 || shape === undefined) return undefined
      return findString([...required, shape.is], [shape.isNot]) ?? undefined
    },
    overlap(left, right) {
      if (!left.some(a => right.some(b => mayOverlap(a, b)))) return false
      return commonGuess(left, right) === null ? undefined : true
    },
    includes: (outer, inner) => (mayInclude(outer, inner) ? undefined : false),
  })

/** Values that a constraint names one of; `others` is never exhausted by constraints. */
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

/** Days, the first and the last included; days are counted from the epoch, UTC. */
export interface Days {
  readonly first: number
  readonly last: number
}

/** Time from `today` on. */
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
