import { defineCommand } from '../cli/command.js'
import { APPROVING, PLAN_FORMATS } from '../cli/common-options.js'

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
  run: async (flags, { PLANFILE }, io) => (await import('./show.js')).show(PLANFILE, flags, io),
})
