// Mutation testing of the parts that decide and act: npm run mutants. Each part runs under its own tests alone.
import { readdirSync } from 'node:fs'

const part = process.env.MUTANTS ?? 'reconcile'

/** These run last, cheapest first: most mutants are killed before. */
const SLOW = {
  reconcile: ['reconcile/golden', 'reconcile/match', 'reconcile/reconcile', 'reconcile/properties'],
  execute: ['execute/settle-removal', 'execute/settle-invitation', 'execute/execute', 'simulation/simulation'],
}[part]

/** Whole processes are left to the ordinary tests: they are slow, and prove other things. */
const LEFT_OUT = ['execute/processes']

/** As JavaScript, made once. The order is that of this list: a glob would have one of its own. */
function testFiles() {
  const all = readdirSync(`test/${part}`)
    .filter(name => name.endsWith('.test.ts'))
    .map(name => `${part}/${name.replace(/\.test\.ts$/, '')}`)
  const quick = all.filter(name => ![...SLOW, ...LEFT_OUT].includes(name)).sort()
  return [...quick, ...SLOW].map(name => `.tap/js/test/${name}.test.js`)
}

export default {
  mutate: [`src/${part}/**/*.ts`],
  buildCommand: 'tsx test/tools/transpile.ts',
  testRunner: 'tap',
  tap: {
    testFiles: testFiles(),
    nodeArgs: ['-r', '{{hookFile}}', '{{testFile}}'],
    forceBail: true,
  },
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTANTS_JOBS ?? 2),
  timeoutMS: Number(process.env.MUTANTS_TIMEOUT_MS ?? 30_000),
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `.tap/mutants-${part}.json` },
  tempDirName: '.tap/stryker',
  ignorePatterns: ['.tap'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
}
