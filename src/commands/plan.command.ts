import { defineCommand } from '../cli/command.js'
import {
  APPLYING,
  APPROVING,
  CONCURRENCY,
  DECIDING,
  LOCKING,
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
    detailedExitcode: { kind: 'switch', describe: 'Exit with 2 if there are changes' },
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

export const apply = defineCommand({
  usage: 'apply [PLANFILE]',
  describe: 'Plan (or load a saved plan), ask, and make the changes',
  positionals: {
    PLANFILE: { describe: 'A plan saved with plan --out; it is applied without asking', completes: 'file' },
  },
  options: {
    autoApprove: { kind: 'switch', describe: 'Do not ask' },
    ...CONCURRENCY,
    expect: { kind: 'text', limits: true, value: 'DIGEST', describe: 'Apply only a plan with this digest' },
    failFast: { kind: 'switch', describe: 'Start nothing new after the first failure' },
    acceptAbsent: APPLYING.acceptAbsent,
    auditLog: APPLYING.auditLog,
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
