import { defineCommand } from '../cli/command.js'
import { READING, STATUS } from '../cli/common-options.js'

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
