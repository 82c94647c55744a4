const PAGE = 1 << 15
const FEW = 64

/**
 * A set of non-negative safe integers, in pages: a sparse page is a list of ids, a full one a bit map.
 * A million consecutive ids take 125 kB; a million scattered ones no more than a Set.
 */
export class IdSet {
  private readonly pages = new Map<number, number[] | Uint32Array>()

  has(id: number): boolean {
    const page = this.pages.get(Math.floor(id / PAGE))
    if (!page) return false
    return Array.isArray(page) ? page.includes(id) : ((page[(id % PAGE) >>> 5] ?? 0) & (1 << (id & 31))) !== 0
  }

  add(id: number): void {
    const number = Math.floor(id / PAGE)
    const page = this.pages.get(number)
    if (!page) this.pages.set(number, [id])
    else if (!Array.isArray(page)) setBit(page, id)
    else if (page.length < FEW) page.push(id)
    else this.pages.set(number, bitsOf([...page, id]))
  }
}

function bitsOf(ids: readonly number[]): Uint32Array {
  const bits = new Uint32Array(PAGE / 32)
  for (const id of ids) setBit(bits, id)
  return bits
}

function setBit(bits: Uint32Array, id: number): void {
  const index = (id % PAGE) >>> 5
  // `id & 31` is exact above 2^31 too: bitwise operators take the low 32 bits of any safe integer.
  bits[index] = (bits[index] ?? 0) | (1 << (id & 31))
}
