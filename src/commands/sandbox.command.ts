import { defineCommand } from '../cli/command.js'

export const sandbox = defineCommand({
  usage: 'sandbox [-- COMMAND..]',
  describe: 'Serve an embedded BIMData SSO API on this machine, for demos and rehearsals',
  positionals: {
    COMMAND: {
      describe:
        'Command to run with the address and the key in its environment; the sandbox exits with it, with the same code',
    },
  },
  options: {
    port: { kind: 'integer', min: 0, max: 65_535, fallback: 0, describe: 'Port; 0 means any free one [default: 0]' },
    data: {
      kind: 'text',
      completes: 'file',
      describe: 'YAML file with invitations, users and clouds; kept up to date',
    },
    latency: {
      kind: 'integer',
      min: 0,
      max: 600_000,
      value: 'MS',
      describe: 'Delay before each response, in milliseconds',
    },
    fault: {
      kind: 'list',
      value: 'FAULT',
      describe: 'OPERATION:KIND[:nth=N|p=P][:…], repeatable; for example accept:503:nth=2; help explains them',
    },
    unknownUser: {
      kind: 'choice',
      choices: ['404', '400', '204'],
      value: 'STATUS',
      fallback: '404',
      describe: 'Status returned for the removal of an unknown user [default: 404]',
    },
    seed: { kind: 'integer', min: 0, describe: 'Seed for faults with a probability' },
    webhook: {
      kind: 'text',
      value: 'URL',
      describe: 'POST each new invitation to this URL, signed with GUESTLIST_WEBHOOK_SECRET (_FILE)',
    },
    webhookFault: {
      kind: 'list',
      value: 'FAULT',
      describe: 'Faults in these calls: lose:p=0.2, repeat:p=0.1 or delay:ms=3000; repeatable',
    },
    inviteEvery: { kind: 'duration', positive: true, describe: 'Invite somebody new at this interval' },
    issuer: { kind: 'text', value: 'URL', describe: 'Also accept access tokens of this OpenID provider' },
  },
  uses: [],
  formats: ['text'],
  examples: [
    ['guestlist sandbox --port 8099', 'a small organisation, in memory'],
    ['guestlist sandbox -- npm test', 'for as long as a command runs'],
    [
      'guestlist sandbox --webhook http://127.0.0.1:8080/webhook --invite-every 5s',
      'a stream of invitations, signed with GUESTLIST_WEBHOOK_SECRET',
    ],
    ['guestlist sandbox --data org.yaml --fault accept:503:nth=2', 'your own data, and one fault'],
  ],
  run: async (flags, { COMMAND }, io) => (await import('./sandbox.js')).sandbox(COMMAND, flags, io),
})
