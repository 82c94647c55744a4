import { defineCommand } from '../cli/command.js'

export const authStatus = defineCommand({
  usage: 'auth status',
  describe: 'Say which credential is used, and why',
  options: {},
  uses: ['api', 'limits'],
  formats: ['text', 'json'],
  examples: [
    ['guestlist auth status', 'for people'],
    ['guestlist auth status --json', 'for machines'],
  ],
  run: async (flags, _, io) => (await import('./auth-status.js')).authStatus(flags, io),
})
