// Mutation testing of the parts that decide and act: npm run mutants. Each part runs under its own tests alone.
const part = process.env.MUTANTS ?? 'reconcile'

/** The quick ones first. Whole processes are left to the ordinary tests: they are slow, and prove other things. */
const TESTS = {
  reconcile: ['test/reconcile/*.test.ts'],
  execute: [
    'test/execute/!(processes|execute).test.ts',
    'test/execute/execute.test.ts',
    'test/simulation/simulation.test.ts',
  ],
}

export default {
  mutate: [`src/${part}/**/*.ts`],
  testRunner: 'tap',
  tap: {
    testFiles: TESTS[part],
    nodeArgs: ['--import', 'tsx', '-r', '{{hookFile}}', '{{testFile}}'],
    forceBail: true,
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 30_000,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `.tap/mutants-${part}.json` },
  tempDirName: '.tap/stryker',
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
}
