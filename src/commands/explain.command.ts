import { defineCommand } from '../cli/command.js'
import { DECIDING, READING, SNAPSHOT_FROM } from '../cli/common-options.js'

export const explain = defineCommand({
  usage: 'explain <SUBJECT>',
  describe: 'Explain the decision on an invitation or an address',
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

export const explainCode = defineCommand({
  usage: 'explain-code [CODE]',
  describe: 'Explain the code of an error, a warning or a refusal, and what to do about it',
  positionals: {
    CODE: {
      describe: 'The code as shown in JSON, SARIF, or text at --log-level debug; without one, all are listed',
      completes: async () => [...(await import('../codes/codes.js')).CODE_PAGES.keys()],
    },
  },
  options: { list: { kind: 'switch', describe: 'List all codes' } },
  uses: [],
  formats: ['text', 'json'],
  examples: [
    ['guestlist explain-code accepted_but_denied', 'what a warning of a plan means'],
    ['guestlist explain-code', 'every code, with what it means'],
  ],
  run: async (flags, { CODE }, io) => (await import('./explain-code.js')).explainCode(CODE, flags, io),
})
