import { byCodeUnit } from '../model/text.js'

/** The literals that every match of a pattern begins and ends with. */
export interface Affixes {
  readonly prefix: string
  readonly suffix: string
}

export const affixesOf = (pattern: string): Affixes => ({
  prefix: /^[^*?]*/.exec(pattern)?.[0] ?? '',
  suffix: /[^*?]*$/.exec(pattern)?.[0] ?? '',
})

/** Items by key. A string finds the items whose key is a prefix of it, or has it as a prefix. */
class Side<Item> {
  private readonly items = new Map<string, Item[]>()
  private keys: readonly string[] | null = null
  /** `sums[i]`: the number of items with keys before `keys[i]`. */
  private sums: readonly number[] = []

  add(key: string, item: Item): void {
    const list = this.items.get(key)
    if (list) list.push(item)
    else this.items.set(key, [item])
    this.keys = null
  }

  private sorted(): readonly string[] {
    if (this.keys) return this.keys
    this.keys = [...this.items.keys()].sort(byCodeUnit)
    let sum = 0
    this.sums = [0, ...this.keys.map(key => (sum += this.items.get(key)?.length ?? 0))]
    return this.keys
  }

  private range(key: string): readonly [number, number] {
    const keys = this.sorted()
    const begin = lowerBound(keys, candidate => candidate >= key)
    return [begin, lowerBound(keys, candidate => candidate > key && !candidate.startsWith(key))]
  }

  private *shorter(key: string): Generator<readonly Item[]> {
    for (let length = 0; length < key.length; length++) {
      const list = this.items.get(key.slice(0, length))
      if (list) yield list
    }
  }

  count(key: string): number {
    const [from, to] = this.range(key)
    let count = (this.sums[to] ?? 0) - (this.sums[from] ?? 0)
    for (const list of this.shorter(key)) count += list.length
    return count
  }

  *near(key: string): Generator<Item> {
    for (const list of this.shorter(key)) yield* list
    const keys = this.sorted()
    const [from, to] = this.range(key)
    for (let i = from; i < to; i++) yield* this.items.get(keys[i] ?? '') ?? []
  }
}

/** The first index for which `isPast` holds; it must hold for all later ones too. */
function lowerBound(keys: readonly string[], isPast: (key: string) => boolean): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isPast(keys[middle] ?? '')) high = middle
    else low = middle + 1
  }
  return low
}

const reversed = (text: string): string => Array.from(text).reverse().join('')

/** Items by pattern. A pattern finds the items that, by literal prefix or suffix, may share a match with it. */
export class AffixIndex<Item> {
  private readonly prefixes = new Side<Item>()
  private readonly suffixes = new Side<Item>()

  add(pattern: string, item: Item): void {
    const { prefix, suffix } = affixesOf(pattern)
    this.prefixes.add(prefix, item)
    this.suffixes.add(reversed(suffix), item)
  }

  /** The items near any of the patterns, each once, although several of an item's own patterns may find it. */
  *nearAny(patterns: readonly string[]): Generator<Item> {
    const found = new Set<Item>()
    for (const pattern of patterns)
      for (const item of this.near(pattern)) {
        if (found.has(item)) continue
        found.add(item)
        yield item
      }
  }

  private near(pattern: string): Iterable<Item> {
    const { prefix, suffix } = affixesOf(pattern)
    const end = reversed(suffix)
    return this.prefixes.count(prefix) < this.suffixes.count(end) ? this.prefixes.near(prefix) : this.suffixes.near(end)
  }
}
