import type { Selector } from '../../model/manifest.js'
import {
  type Box,
  type Days,
  type Dimension,
  type DimensionValue,
  exactDimension,
  FREE,
  textDimension,
  timeDimension,
} from './dimension.js'
import { languageOf, type Work } from './language.js'
import { at, outsideOf, regionOf } from './region.js'

const NOTHING = {
  id: null,
  email: null,
  cloud: null,
  project: null,
  cloudRole: null,
  projectRole: null,
  client: null,
  sender: null,
  day: null,
}

type DimensionName = keyof typeof NOTHING

/** A concrete invitation on a concrete day (counted from the epoch, UTC): one value per dimension. */
export type Point = Readonly<Record<DimensionName, DimensionValue>>

/** The space of all possible invitations from a day onwards, with rules as boxes in it. */
export interface Space {
  boxOf(selector: Selector, days: Days): Box
  overlap(a: Box, b: Box): boolean
  /** Whether everything that matches `b` matches `a`. */
  includes(a: Box, b: Box): boolean
  /** An invitation in all of `boxes`, suitable to show; null if there is none. */
  common(boxes: readonly Box[]): Point | null
  /** An invitation in all of `boxes` but none of `covers`; null if there is none. */
  outside(boxes: readonly Box[], covers: readonly Box[]): Point | null
  /** The dimensions that a box constrains, as bits; only those in which no union of constraints covers everything. */
  narrowness(box: Box): number
}

/** The API may have roles that this version has no name for, so the known names do not cover everything. */
const UNKNOWN_ROLE = 1000

const usualRoles =
  (...usual: readonly DimensionValue[]) =>
  (index: number): DimensionValue =>
    index < usual.length ? (usual[index] ?? null) : UNKNOWN_ROLE + index

const ADDRESS = { is: languageOf(['?*@?*']), isNot: languageOf(['*@*@*']) }

/** @param today in days since the epoch, UTC; earlier days are not part of the space */
export function createSpace(today: number, work: Work = { done: 0 }): Space {
  const id = exactDimension<number>(index => index + 1)
  const email = textDimension(work, 'someone@somewhere.example', false, ADDRESS)
  const cloud = textDimension(work, 'Some cloud', false)
  const project = textDimension(work, 'Some project', true)
  const sender = textDimension(work, 'someone', true)
  const client = exactDimension<number>(index => (index === 0 ? null : index))
  const cloudRole = exactDimension<string>(usualRoles('user', 'admin'))
  const projectRole = exactDimension<string>(usualRoles(null))
  const day = timeDimension(today)
  const list: readonly (readonly [DimensionName, Omit<Dimension, 'part'>])[] = [
    ['id', id],
    ['client', client],
    ['cloudRole', cloudRole],
    ['projectRole', projectRole],
    ['day', day],
    ['email', email],
    ['cloud', cloud],
    ['project', project],
    ['sender', sender],
  ]
  const dimensions = list.map(([, dimension]) => dimension)

  function pointOf(
    choose: (dimension: Omit<Dimension, 'part'>, d: number) => DimensionValue | undefined,
  ): Point | null {
    const point: Record<DimensionName, DimensionValue> = { ...NOTHING }
    for (const [d, [field, dimension]] of list.entries()) {
      const value = choose(dimension, d)
      if (value === undefined) return null
      point[field] = value
    }
    return point
  }

  const overlap = (a: Box, b: Box): boolean => dimensions.every((dimension, d) => dimension.overlap(at(a, d), at(b, d)))
  const includes = (a: Box, b: Box): boolean =>
    dimensions.every((dimension, d) => dimension.includes(at(a, d), at(b, d)))

  return {
    boxOf: (selector, days) => [
      id.part(selector.id),
      client.part(selector.client),
      cloudRole.part(selector.cloudRole),
      projectRole.part(selector.projectRole),
      day.part(days),
      email.part(selector.email === undefined ? undefined : [selector.email]),
      cloud.part(selector.cloud),
      project.part(selector.project),
      sender.part(selector.sender === undefined ? undefined : [selector.sender]),
    ],
    overlap,
    includes,
    common(boxes) {
      const region = regionOf(dimensions, boxes)
      return pointOf((dimension, d) => dimension.show(region[d]?.required ?? []))
    },
    outside(boxes, covers) {
      // Check pairs of boxes, whose results are cached, before searching among all of them.
      const reaching = covers.filter(cover => boxes.every(box => overlap(cover, box)))
      if (reaching.some(cover => boxes.some(box => includes(cover, box)))) return null
      const region = outsideOf(dimensions, regionOf(dimensions, boxes), reaching)
      return region && pointOf((dimension, d) => dimension.find(region[d]?.required ?? [], region[d]?.forbidden ?? []))
    },
    narrowness: box =>
      dimensions.reduce((bits, { hasOutsider }, d) => (hasOutsider && at(box, d) !== FREE ? bits | (1 << d) : bits), 0),
  }
}
