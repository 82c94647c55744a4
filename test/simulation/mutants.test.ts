/*
 * Does the simulation see anything at all? Apply is broken in many ways, one at a time, in a copy of its source; the
 * simulation must find the promise that each of them breaks, within the seeds that every test run has.
 */
import { join } from 'node:path'
import t from 'tap'
import { bundlePatched, type Patch } from '../helpers/patched.js'
import { MUTANTS } from './mutants.js'
import type { simulateSeed } from './simulate-seed.js'

const SEEDS = 2000

async function load(name: string, folder: string, patches: readonly Patch[]): Promise<typeof simulateSeed> {
  const outfile = join(folder, `${name.replaceAll(' ', '-')}.mjs`)
  const url = await bundlePatched(new URL('simulate-seed.ts', import.meta.url), outfile, patches)
  return (await import(url)).simulateSeed
}

/** The first seed that shows the promise broken. */
async function firstBroken(simulate: typeof simulateSeed, promise: string): Promise<number | null> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { broken } = await simulate(seed)
    if (broken.some(what => what.startsWith(`${promise}: `))) return seed
  }
  return null
}

for (const { name, patches, breaks } of MUTANTS) {
  t.test(name, async t => {
    const seed = await firstBroken(await load(name, t.testdir(), patches), breaks)
    t.not(seed, null, `found broken: ${breaks}`)
    t.comment(`found by seed ${seed}`)
  })
}

t.test('an unpatched copy keeps its promises', async t => {
  const simulate = await load('unpatched', t.testdir(), [])
  for (let seed = 1; seed <= 50; seed++) t.same((await simulate(seed)).broken, [])
})
