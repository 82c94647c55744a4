/*
 * Runs seeds of the simulation of apply, or with `--serve` of the service: `--seeds N` of them from `--seed K` on. One seed alone is run with its trace.
 * Ends with 1 where a promise was broken.
 */
import { parseArgs } from 'node:util'
import { simulate as simulateService } from '../serve/simulation/simulate-service.js'
import { simulate as simulateApply } from './simulate-seed.js'

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, serve: { type: 'boolean' } },
})
const simulate = values.serve ? simulateService : simulateApply
const first = Number(values.seed ?? 1)
const count = Number(values.seeds ?? (values.seed === undefined ? 2000 : 1))

let failures = 0
for (let seed = first; seed < first + count; seed++) {
  const { broken, trace } = await simulate(seed)
  if (count === 1) process.stdout.write(`${trace.join('\n')}\n`)
  for (const what of broken) process.stdout.write(`seed ${seed}: ${what}\n`)
  if (broken.length > 0 && ++failures === 10) break
}
process.stdout.write(`${count} seeds from ${first}: ${failures} with broken promises\n`)
process.exitCode = failures > 0 ? 1 : 0
