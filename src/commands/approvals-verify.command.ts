import { defineCommand } from '../cli/command.js'
import { APPROVING } from '../cli/common-options.js'

export const approvalsVerify = defineCommand({
  usage: 'approvals verify <PLANFILE>',
  describe: 'Say who approved a saved plan, and whether that is enough; offline',
  positionals: { PLANFILE: { describe: 'A plan saved with plan --out', completes: 'file' } },
  options: APPROVING,
  uses: [],
  formats: ['text', 'json'],
  examples: [
    ['guestlist approvals verify plan.json --allowed-signers signers', 'those written beside the plan'],
    ['guestlist approvals verify plan.json --required-approvals 2', 'exit 3 if fewer than two count'],
  ],
  run: async (flags, { PLANFILE }, io) => (await import('./approvals-verify.js')).approvalsVerify(PLANFILE, flags, io),
})
