import { defineCommand } from '../cli/command.js'
import { APPROVING, OUT } from '../cli/common-options.js'

export const approve = defineCommand({
  usage: 'approve <PLANFILE>',
  describe: 'Approve a saved plan: show it, ask, and sign its digest with an SSH key',
  positionals: { PLANFILE: { describe: 'A plan saved with plan --out', completes: 'file' } },
  options: {
    key: {
      kind: 'text',
      completes: 'file',
      describe:
        'A private key, or a public one whose private half is in the agent [default: id_ed25519, id_ecdsa, id_ed25519_sk, id_ecdsa_sk or id_rsa in ~/.ssh]',
    },
    out: { ...OUT.out, describe: 'Write to this file [default: PLANFILE.FINGERPRINT.sig]' },
    yes: { kind: 'switch', describe: 'Do not ask' },
  },
  uses: ['prompt'],
  formats: ['text'],
  examples: [
    ['guestlist approve plan.json', 'with the key in ~/.ssh'],
    ['guestlist approve plan.json --key ~/.ssh/work.pub', 'with a key of the agent'],
    ['guestlist approve plan.json --out approvals/alice.sig', 'into a folder that is committed'],
  ],
  run: async (flags, { PLANFILE }, io) => (await import('./approvals.js')).approve(PLANFILE, flags, io),
})

export const approvalsVerify = defineCommand({
  usage: 'approvals verify <PLANFILE>',
  describe: 'Show who approved a saved plan, and whether that is enough; offline',
  positionals: { PLANFILE: { describe: 'A plan saved with plan --out', completes: 'file' } },
  options: APPROVING,
  uses: [],
  formats: ['text', 'json'],
  examples: [
    ['guestlist approvals verify plan.json --allowed-signers signers', 'those written beside the plan'],
    ['guestlist approvals verify plan.json --required-approvals 2', 'exit 3 if fewer than two count'],
  ],
  run: async (flags, { PLANFILE }, io) => (await import('./approvals.js')).approvalsVerify(PLANFILE, flags, io),
})
