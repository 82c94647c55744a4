import { defineCommand } from '../cli/command.js'
import { DECIDING, READING, SNAPSHOT_FROM } from '../cli/common-options.js'

export const explain = defineCommand({
  usage: 'explain <SUBJECT>',
  describe: 'Say why an invitation or an address is decided as it is',
  positionals: {
    SUBJECT: {
      describe:
        'The id of an invitation, or an e-mail address: its invitations and its removal, or the rules that name it',
      completes: 'address',
    },
  },
  options: { ...SNAPSHOT_FROM, ...DECIDING },
  uses: ['manifest', ...READING],
  formats: ['text', 'json'],
  examples: [
    ['guestlist explain 56', 'every rule that matches, and which one wins'],
    ['guestlist explain bob@acme.example --from live.json', 'from a snapshot'],
  ],
  run: async (flags, { SUBJECT }, io) => (await import('./explain.js')).explain(SUBJECT, flags, io),
})
