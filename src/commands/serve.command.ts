import { defineCommand } from '../cli/command.js'
import { APPLYING, APPROVING, CONCURRENCY, DECIDING, PLANNING, READING } from '../cli/common-options.js'

export const serve = defineCommand({
  usage: 'serve',
  describe: 'Plan and apply continuously: on schedule, on webhooks, and when the manifest changes',
  options: {
    interval: {
      kind: 'duration',
      positive: true,
      fallback: 600_000,
      describe: 'Time between two runs, ±10 % [default: 10m]',
    },
    listen: {
      kind: 'text',
      value: 'HOST:PORT',
      describe: 'Address of the page, the probes, the metrics and the webhook [default: 127.0.0.1:8080]',
    },
    allowRemote: { kind: 'switch', describe: 'Allow an address that others can reach; put a proxy in front of it' },
    removals: { kind: 'switch', describe: 'Remove users too; without it removals are left to guestlist apply' },
    once: { kind: 'switch', describe: 'Run once, without listening; exits as apply does' },
    dryRun: { kind: 'switch', describe: 'Plan, and change nothing' },
    forward: { kind: 'text', value: 'URL', describe: 'Pass each webhook on, unchanged' },
    grace: {
      kind: 'duration',
      fallback: 25_000,
      describe: 'How long requests in flight may take after SIGTERM [default: 25s]',
    },
    logFormat: {
      kind: 'choice',
      choices: ['text', 'json'],
      fallback: 'text',
      describe: 'Format of the log on standard error',
    },
    ...CONCURRENCY,
    ...APPLYING,
    maxRemovals: PLANNING.maxRemovals,
    noLoss: PLANNING.noLoss,
    lockTimeout: {
      kind: 'duration',
      fallback: 60_000,
      describe: "How long a run waits for the state's lock, for example during an apply [default: 60]",
    },
    ...DECIDING,
    ...APPROVING,
  },
  uses: ['manifest', ...READING],
  formats: ['text'],
  examples: [
    ['guestlist serve', 'invitations, every ten minutes'],
    ['guestlist serve --interval 1m --removals --audit-log audit.jsonl', 'removals too, with a record'],
    ['GUESTLIST_WEBHOOK_SECRET_FILE=secret guestlist serve', "seconds after BIMData's signed webhook"],
    ['guestlist serve --once --dry-run', 'try it'],
  ],
  run: async (flags, _, io) => (await import('./serve.js')).serve(flags, io),
})
