/*
 * Does the simulation see anything at all? Apply is broken in many ways, one at a time, in a copy of its source; the
 * simulation must find the promise that each of them breaks, within the seeds that every test run has.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import t from 'tap'
import { MUTANTS, type Patch } from './mutants.js'
import type { simulateSeed } from './simulate-seed.js'

const SEEDS = 2000

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** Each module as it stands, but for the patches; files beside the source stay where they are. */
const patched = (patches: readonly Patch[], applied: Set<Patch>): Plugin => ({
  name: 'patched',
  setup({ onLoad }) {
    onLoad({ filter: /src[/\\].*\.ts$/ }, async ({ path }) => {
      let contents = (await readFile(path, 'utf8')).replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      )
      for (const patch of patches.filter(({ file }) => path === join(SRC, file))) {
        if (contents.split(patch.find).length !== 2) throw new Error(`${patch.file} must have once: ${patch.find}`)
        contents = contents.replace(patch.find, () => patch.replace)
        applied.add(patch)
      }
      return { contents, loader: 'ts' }
    })
  },
})

async function load(name: string, folder: string, patches: readonly Patch[]): Promise<typeof simulateSeed> {
  const outfile = join(folder, `${name.replaceAll(' ', '-')}.mjs`)
  const applied = new Set<Patch>()
  await build({
    entryPoints: [fileURLToPath(new URL('simulate-seed.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    plugins: [patched(patches, applied)],
    logLevel: 'silent',
  })
  if (applied.size !== patches.length) throw new Error('a patch names a file that is not part of apply')
  return (await import(pathToFileURL(outfile).href)).simulateSeed
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
