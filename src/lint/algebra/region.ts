import { type Box, type Dimension, FREE, type Part } from './dimension.js'
import { Undecided } from './language.js'

type Dimensions = readonly Omit<Dimension, 'part'>[]

/** A set of values in one dimension: those that meet all required constraints and none of the forbidden ones. */
interface Slice {
  readonly required: readonly Part[]
  readonly forbidden: readonly Part[]
}

/** A product of slices, one per dimension. */
export type Region = readonly Slice[]

export const at = (box: Box, d: number): Part => box[d] ?? FREE

/** The intersection of boxes. */
export const regionOf = (dimensions: Dimensions, boxes: readonly Box[]): Region =>
  dimensions.map((_, d) => ({
    required: [...new Set(boxes.map(box => at(box, d)).filter(part => part !== FREE))],
    forbidden: [],
  }))

const isSimple = ({ required, forbidden }: Slice): boolean => forbidden.length === 0 && required.length < 2

function reaches(dimension: Omit<Dimension, 'part'>, slice: Slice, part: Part): boolean {
  if (part === FREE) return true
  if (isSimple(slice)) return dimension.overlap(part, slice.required[0] ?? FREE)
  return dimension.find([...slice.required, part], slice.forbidden) !== undefined
}

function holds(dimension: Omit<Dimension, 'part'>, slice: Slice, part: Part): boolean {
  if (part === FREE || slice.required.includes(part)) return true
  if (isSimple(slice)) return dimension.includes(part, slice.required[0] ?? FREE)
  return dimension.find(slice.required, [...slice.forbidden, part]) === undefined
}

/** A box that intersects a region, and as bits the dimensions in which it does not contain the region's slice. */
interface Cover {
  readonly box: Box
  readonly partial: number
}

function coverOf(dimensions: Dimensions, region: Region, box: Box): Cover | null {
  let partial = 0
  for (const [d, slice] of region.entries()) {
    const [dimension, part] = [dimensions[d], at(box, d)]
    if (dimension === undefined || part === FREE) continue
    if (!reaches(dimension, slice, part)) return null
    if (!holds(dimension, slice, part)) partial |= 1 << d
  }
  return { box, partial }
}

const replaced = (region: Region, d: number, slice: Slice): Region => region.map((old, i) => (i === d ? slice : old))

/** The limit on regions examined for one question; a manifest written by people needs a few. */
const STEP_LIMIT = 5000

/**
 * A part of a region that no cover reaches; null if they cover all of it. A region is covered if one box contains it.
 * Otherwise, some dimension may have values that avoid every box containing only part of its slice: choosing one loses
 * nothing, since the other boxes contain the whole slice. If there is none, the region is split along a box's edge.
 *
 * @throws Undecided beyond `STEP_LIMIT`
 */
export function outsideOf(
  dimensions: Dimensions,
  region: Region,
  covers: readonly Box[],
  budget = { steps: STEP_LIMIT },
): Region | null {
  if (budget.steps-- <= 0) throw new Undecided()
  const found: Cover[] = []
  for (const box of covers) {
    const cover = coverOf(dimensions, region, box)
    if (cover?.partial === 0) return null
    if (cover) found.push(cover)
  }
  const rest = avoided(dimensions, region, found)
  const [first] = rest.covers
  if (first === undefined) return rest.region
  const d = 31 - Math.clz32(first.partial)
  const [part, slice] = [at(first.box, d), rest.region[d] ?? { required: [], forbidden: [] }]
  const boxes = rest.covers.map(({ box }) => box)
  const without = replaced(rest.region, d, { ...slice, forbidden: [...slice.forbidden, part] })
  const within = replaced(rest.region, d, { ...slice, required: [...slice.required, part] })
  return outsideOf(dimensions, without, boxes.slice(1), budget) ?? outsideOf(dimensions, within, boxes, budget)
}

/** Narrows the region to avoid covers wherever one dimension suffices, and returns the covers that are left. */
function avoided(
  dimensions: Dimensions,
  region: Region,
  covers: readonly Cover[],
): { readonly region: Region; readonly covers: readonly Cover[] } {
  for (const [d, slice] of region.entries()) {
    const bit = 1 << d
    const parts = new Set(covers.flatMap(({ box, partial }) => (partial & bit ? at(box, d) : [])))
    const forbidden = [...slice.forbidden, ...parts]
    if (parts.size === 0 || dimensions[d]?.find(slice.required, forbidden) === undefined) continue
    const left = covers.filter(({ partial }) => (partial & bit) === 0)
    return avoided(dimensions, replaced(region, d, { ...slice, forbidden }), left)
  }
  return { region, covers }
}
