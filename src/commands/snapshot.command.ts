import { defineCommand } from '../cli/command.js'
import { CONCURRENCY, OUT, PLANNING, READING } from '../cli/common-options.js'

export const snapshot = defineCommand({
  usage: 'snapshot',
  describe: 'Save the live state, to plan from it without credentials',
  options: { ...OUT, ...CONCURRENCY, noLoss: PLANNING.noLoss },
  uses: ['manifest', ...READING],
  formats: ['json'],
  examples: [
    ['guestlist snapshot --out live.json', 'the invitations, the clouds and the removals remembered'],
    ['guestlist plan --from live.json', 'plan from it'],
  ],
  run: async (flags, _, io) => (await import('./snapshot.js')).snapshot(flags, io),
})
