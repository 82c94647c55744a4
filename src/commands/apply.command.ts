import { defineCommand } from '../cli/command.js'
import { APPROVING, CONCURRENCY, DECIDING, LOCKING, PLANNING, READING } from '../cli/common-options.js'

export const apply = defineCommand({
  usage: 'apply [PLANFILE]',
  describe: 'Plan (or load a saved plan), ask, and make the changes',
  positionals: {
    PLANFILE: { describe: 'A plan saved with plan --out; it is applied without asking', completes: 'file' },
  },
  options: {
    autoApprove: { kind: 'switch', describe: 'Do not ask' },
    ...CONCURRENCY,
    expect: { kind: 'text', value: 'DIGEST', describe: 'Apply only a plan of this digest' },
    failFast: { kind: 'switch', describe: 'Start nothing new after the first failure' },
    acceptAbsent: { kind: 'switch', describe: 'Also succeed where the API knows none of the users to remove' },
    auditLog: { kind: 'text', completes: 'file', describe: 'Append what is decided and done, one JSON line each' },
    ...LOCKING,
    ...PLANNING,
    ...DECIDING,
    ...APPROVING,
  },
  uses: ['manifest', ...READING, 'prompt'],
  formats: ['text', 'json'],
  examples: [
    ['guestlist apply', 'plan, ask, apply'],
    ['guestlist apply plan.json', 'apply what was approved, and nothing else'],
    ['guestlist apply plan.json --allowed-signers signers --required-approvals 2', 'only what two people have signed'],
    ['guestlist apply --auto-approve --no-removals', 'invitations only, without asking'],
  ],
  run: async (flags, { PLANFILE }, io) => (await import('./apply.js')).apply(PLANFILE, flags, io),
})
