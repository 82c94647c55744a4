import { defineCommand } from '../cli/command.js'

export const explainCode = defineCommand({
  usage: 'explain-code [CODE]',
  describe: 'Say what the code of an error, a warning or a refusal means and what to do',
  positionals: {
    CODE: {
      describe: 'As JSON, SARIF and text at --log-level debug show it; without one, all are listed',
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
