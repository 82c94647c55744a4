/** Chance that a seed decides, and nothing else. */
export interface Random {
  /** At least 0, below 1. */
  next(): number
  chance(probability: number): boolean
  /** A whole number, both ends included. */
  between(low: number, high: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  /** By weight; a weight of 0 is never picked. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T
  /** A stream of its own, so that what one part draws changes nothing for another. */
  fork(name: string): Random
}

/** SplitMix32 over a seed and a name. */
export function createRandom(seed: number, name = ''): Random {
  let state = Array.from(name).reduce((hash, letter) => mix(hash ^ (letter.codePointAt(0) ?? 0)), mix(seed))
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    return (mix(state) >>> 0) / 2 ** 32
  }
  return {
    next,
    chance: probability => next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: items => items[Math.floor(next() * items.length)] ?? items[0],
    weighted: weights => pickWeighted(weights, next()),
    fork: other => createRandom(seed, `${name}/${other}`),
  }
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}

function pickWeighted<T extends string>(weights: Readonly<Record<T, number>>, chance: number): T {
  const entries = Object.entries<number>(weights).filter(([, weight]) => weight > 0)
  let rest = chance * entries.reduce((sum, [, weight]) => sum + weight, 0)
  const [name] = entries.find(([, weight]) => {
    rest -= weight
    return rest < 0
  }) ??
    entries.at(-1) ?? ['']
  return name as T
}
