import { defineCommand } from '../cli/command.js'
import {
  APPROVING,
  CONCURRENCY,
  DECIDING,
  OUT,
  PLAN_FORMATS,
  PLANNING,
  READING,
  REQUIRING,
  SNAPSHOT_FROM,
} from '../cli/common-options.js'

export const plan = defineCommand({
  usage: 'plan',
  describe: 'Show what apply would do; change nothing',
  options: {
    ...OUT,
    detailedExitcode: { kind: 'switch', describe: 'Exit with 2 where there are changes' },
    ...SNAPSHOT_FROM,
    ...CONCURRENCY,
    ...PLANNING,
    ...DECIDING,
    ...REQUIRING,
    showUnchanged: { kind: 'switch', describe: 'Also list what needs no change' },
  },
  uses: ['manifest', ...READING],
  formats: PLAN_FORMATS,
  examples: [
    ['guestlist plan', 'what would change now'],
    ['guestlist plan --out plan.json', 'save it, to apply exactly this'],
    ['guestlist plan --detailed-exitcode', 'exit with 2 where there are changes'],
  ],
  run: async (flags, _, io) => (await import('./plan.js')).plan(flags, io),
})

export const show = defineCommand({
  usage: 'show <PLANFILE>',
  describe: 'Show a saved plan, offline',
  positionals: { PLANFILE: { describe: 'A plan saved with plan --out', completes: 'file' } },
  options: APPROVING,
  uses: [],
  formats: PLAN_FORMATS,
  examples: [
    ['guestlist show plan.json', 'as plan showed it'],
    ['guestlist show plan.json --format markdown', 'for a pull request'],
    ['guestlist show plan.json --format html > plan.html', 'a page for reviewers'],
  ],
  run: async (flags, { PLANFILE }, io) => (await import('./plan.js')).show(PLANFILE, flags, io),
})
