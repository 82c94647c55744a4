import { defineCommand } from '../cli/command.js'
import { DECIDING } from '../cli/common-options.js'

export const test = defineCommand({
  usage: 'test [PATH..]',
  describe: 'Test what the manifest decides, without the network',
  positionals: {
    PATH: {
      describe: 'Test files, or folders of *.test.yaml; by default those beside the manifest',
      completes: 'file',
    },
  },
  options: {
    coverage: { kind: 'switch', describe: 'Report for each rule whether a test shows that it decides something' },
    minCoverage: {
      kind: 'integer',
      min: 0,
      max: 100,
      value: 'PCT',
      describe: 'Exit with 1 if a smaller percentage of the rules decides something',
    },
    record: {
      kind: 'text',
      completes: 'file',
      describe: 'Write tests that pin what the manifest decides today; never overwrites a file',
    },
    from: { kind: 'text', completes: 'file', describe: 'Record the decisions on the invitations in this snapshot' },
    ...DECIDING,
    now: { ...DECIDING.now, describe: 'Time for tests whose file names no day (RFC 3339)' },
  },
  uses: ['manifest'],
  formats: ['text', 'json', 'junit'],
  examples: [
    ['guestlist test', 'run *.test.yaml beside the manifest'],
    ['guestlist test --coverage --min-coverage 80', 'and ask for tests of most rules'],
    ['guestlist test --record guestlist.test.yaml --from live.json', 'begin with what is decided today'],
    ['guestlist test --format junit > junit.xml', 'for a pipeline'],
  ],
  run: async (flags, { PATH }, io) => (await import('./test.js')).test(PATH, flags, io),
})
