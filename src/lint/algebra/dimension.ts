import { findString, type Language, languageOf } from './language.js'
import { mayOverlap } from './pattern.js'

/** A value of a part of an invitation; null where it has none. */
export type Value = string | number | null

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
  find(required: readonly Part[], forbidden: readonly Part[]): Value | undefined
  overlap(a: Part, b: Part): boolean
  /** Whether all that meets `b` meets `a`. */
  includes(a: Part, b: Part): boolean
  /** Whether some value meets none of the constraints that were numbered. */
  readonly hasOutsider: boolean
}

/** Parts that no constraint tells from none are `FREE`: see `isEverything`. */
interface Kind<Written, Constraint> {
  read(written: Written): Constraint
  keyOf(constraint: Constraint): string
  isEverything(constraint: Constraint): boolean
  find(required: readonly Constraint[], forbidden: readonly Constraint[]): Value | undefined
  mayOverlap(a: Constraint, b: Constraint): boolean
}

function dimension<Written, Constraint>(kind: Kind<Written, Constraint>): Dimension<Written> {
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
    overlap(a, b) {
      if (a === FREE || b === FREE || a === b) return true
      const [left, right] = [constraints[a], constraints[b]]
      if (left === undefined || right === undefined || !kind.mayOverlap(left, right)) return false
      return a < b
        ? remembered(a, b, 0, () => find([a, b], []) !== undefined)
        : remembered(b, a, 0, () => find([b, a], []) !== undefined)
    },
    includes(a, b) {
      if (a === FREE || a === b) return true
      return remembered(a, b, 1, () => find([b], [a]) === undefined)
    },
    get hasOutsider() {
      outsider ??= kind.find([], constraints) !== undefined
      return outsider
    },
  }
}

/** Names and addresses by pattern. `absent`: an invitation may have none; `usual` is shown where any would do. */
export const textDimension = (usual: string, absent: boolean): Dimension<readonly string[]> =>
  dimension<readonly string[], Language>({
    read: patterns => languageOf([...patterns].sort()),
    keyOf: language => JSON.stringify(language.map(({ text }) => text)),
    // Where there may be none, even `*` asks for one.
    isEverything: language => !absent && language.some(({ text }) => /^\*+$/.test(text)),
    find(required, forbidden) {
      if (required.length > 0) return findString(required, forbidden) ?? undefined
      if (absent) return null
      const isFree = forbidden.every(language => !language.some(({ matches }) => matches(usual)))
      return isFree ? usual : (findString([], forbidden) ?? undefined)
    },
    mayOverlap: (left, right) => left.some(a => right.some(b => mayOverlap(a, b))),
  })

/** Values that a constraint names one of; `others` is never exhausted by constraints. */
export const exactDimension = <V extends string | number>(others: (index: number) => Value): Dimension<V> =>
  dimension<V, V>({
    read: value => value,
    keyOf: String,
    isEverything: () => false,
    find([first, ...rest], forbidden) {
      if (first !== undefined)
        return rest.every(value => value === first) && !forbidden.includes(first) ? first : undefined
      const taken = new Set<Value>(forbidden)
      for (let index = 0; ; index++) if (!taken.has(others(index))) return others(index)
    },
    mayOverlap: (a, b) => a === b,
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
    mayOverlap: (a, b) => a.first <= b.last && b.first <= a.last,
  })
