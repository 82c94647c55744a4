import { parseArgs } from 'node:util'
import fc from '../helpers/properties.js'
import { anyCase, checkCase } from './fixtures/check.js'

/*
 * Manifests and live states that nobody would write: npm run fuzz -- --runs 50000 [--seed N]. What fails is shown small.
 */

const { values } = parseArgs({ options: { runs: { type: 'string', default: '50000' }, seed: { type: 'string' } } })
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const count = { right: 0, all: 0 }
const started = performance.now()

fc.assert(
  fc.property(anyCase, given => {
    if (checkCase(given)) count.right++
    if (++count.all % 5000 === 0) process.stderr.write(`${count.all} cases, ${count.right} of them right\n`)
  }),
  { numRuns: Number(values.runs), seed },
)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
process.stdout.write(`${count.all} cases, ${count.right} of them planned; nothing broke. Seed ${seed}, ${seconds} s.\n`)
