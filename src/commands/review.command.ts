import { defineCommand } from '../cli/command.js'
import { CONCURRENCY, DECIDING, PLANNING, READING, SNAPSHOT_FROM } from '../cli/common-options.js'

export const review = defineCommand({
  usage: 'review',
  describe: 'Show who has access to what, and by which rule',
  options: {
    ...SNAPSHOT_FROM,
    within: {
      kind: 'days',
      fallback: 30,
      describe: 'How many days "ends soon" means: 30d, or 30 [default: 30d]',
    },
    detailedExitcode: { kind: 'switch', describe: 'Exit with 2 if there are findings' },
    noLoss: { ...PLANNING.noLoss, describe: 'Do not read the members of clouds' },
    now: DECIDING.now,
    ...CONCURRENCY,
  },
  uses: ['manifest', ...READING],
  formats: ['text', 'html', 'csv', 'json'],
  examples: [
    ['guestlist review', 'the findings, and everybody'],
    ['guestlist review --format html > review.html', 'a page to search, sort and print'],
    ['guestlist review --format csv --from live.json > review.csv', 'for a spreadsheet, from a snapshot'],
  ],
  run: async (flags, _, io) => (await import('./review.js')).review(flags, io),
})
