import { defineCommand } from '../cli/command.js'
import { CONCURRENCY, OUT, PLANNING, READING } from '../cli/common-options.js'
import type { CommandOptions } from '../cli/option.js'

const STATUS = {
  status: {
    kind: 'choice',
    choices: ['pending', 'accepted', 'denied'],
    value: 'STATUS',
    describe: 'Only invitations with this status',
  },
} as const satisfies CommandOptions

export const exportManifest = defineCommand({
  usage: 'export',
  describe: 'Write a manifest that describes the live state',
  options: { ...STATUS, ...OUT },
  uses: [...READING],
  formats: ['yaml'],
  examples: [
    ['guestlist export --out guestlist.yaml', 'begin with what there is; an existing file stays'],
    ['guestlist export --status denied', 'only what is denied'],
  ],
  run: async (flags, _, io) => (await import('./export.js')).exportManifest(flags, io),
})

export const snapshot = defineCommand({
  usage: 'snapshot',
  describe: 'Save the live state, to plan from it without credentials',
  options: { ...OUT, ...CONCURRENCY, noLoss: PLANNING.noLoss },
  uses: ['manifest', ...READING],
  formats: ['json'],
  examples: [
    ['guestlist snapshot --out live.json', 'the invitations, the clouds and the removals remembered'],
    ['guestlist plan --from live.json', 'plan from it'],
  ],
  run: async (flags, _, io) => (await import('./snapshot.js')).snapshot(flags, io),
})

export const invitationsList = defineCommand({
  usage: 'invitations list',
  describe: 'List the live invitations',
  options: STATUS,
  uses: [...READING],
  formats: ['table', 'json', 'yaml'],
  examples: [['guestlist invitations list --status pending', 'those that wait for a decision']],
  run: async (flags, _, io) => (await import('./invitations.js')).listInvitations(flags, io),
})

export const invitationsGet = defineCommand({
  usage: 'invitations get <ID>',
  describe: 'Show one invitation',
  positionals: { ID: { describe: "The invitation's id" } },
  options: {},
  uses: [...READING],
  formats: ['table', 'json', 'yaml'],
  examples: [['guestlist invitations get 56', 'the invitation with this id']],
  run: async (flags, { ID }, io) => (await import('./invitations.js')).getInvitation(ID, flags, io),
})
