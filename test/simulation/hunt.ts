import { join } from 'node:path'
import t from 'tap'
import { bundlePatched, type Patch } from '../helpers/patched.js'
import type { Mutant } from './mutants.js'

/** Runs a seed. */
type Simulate = (seed: number) => Promise<{ readonly broken: readonly string[] }>

export interface Hunt {
  /** The module of the simulation, which exports `simulate`. */
  readonly entry: URL
  readonly mutants: readonly Mutant[]
  /** Within how many seeds each has to be found. */
  readonly seeds: number
}

/**
 * Does a simulation see anything at all? The source is broken in many ways, one at a time, in a copy; the simulation must find
 * the promise that each of them breaks, within the seeds that every test run has.
 */
export function huntMutants({ entry, mutants, seeds }: Hunt): void {
  async function load(name: string, folder: string, patches: readonly Patch[]): Promise<Simulate> {
    const url = await bundlePatched(entry, join(folder, `${name.replaceAll(/[^a-z]+/g, '-')}.mjs`), patches)
    return (await import(url)).simulate
  }
  /** The first seed that shows the promise broken. */
  async function firstBroken(simulate: Simulate, promise: string): Promise<number | null> {
    for (let seed = 1; seed <= seeds; seed++) {
      const { broken } = await simulate(seed)
      if (broken.some(what => what.startsWith(`${promise}: `))) return seed
    }
    return null
  }
  for (const { name, patches, breaks } of mutants) {
    t.test(name, async t => {
      const seed = await firstBroken(await load(name, t.testdir(), patches), breaks)
      t.not(seed, null, `found broken: ${breaks}`)
      t.comment(`found by seed ${seed}`)
    })
  }
  t.test('an unpatched copy keeps its promises', async t => {
    const simulate = await load('unpatched', t.testdir(), [])
    for (let seed = 1; seed <= 30; seed++) t.same((await simulate(seed)).broken, [])
  })
}
