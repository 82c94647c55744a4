// Mutation testing of the parts that decide and act: npm run mutants. Each part runs under its own tests alone.
const part = process.env.MUTANTS ?? 'reconcile'

/** As JavaScript, made once. The quick ones first. Whole processes are left to the ordinary tests: they are slow, and prove other things. */
const TESTS = {
  reconcile: ['.tap/js/test/reconcile/*.test.js'],
  execute: [
    '.tap/js/test/execute/!(processes|execute).test.js',
    '.tap/js/test/execute/execute.test.js',
    '.tap/js/test/simulation/simulation.test.js',
  ],
}

export default {
  mutate: [`src/${part}/**/*.ts`],
  buildCommand: 'tsx test/tools/transpile.ts',
  testRunner: 'tap',
  tap: {
    testFiles: TESTS[part],
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
