import { defineCommand } from '../cli/command.js'
import { LOCKING } from '../cli/common-options.js'

export const stateList = defineCommand({
  usage: 'state list',
  describe: 'List the remembered removals',
  options: {},
  uses: ['manifest', 'api'],
  formats: ['table', 'json'],
  examples: [
    ['guestlist state list', 'those of the state that guestlist.yaml names'],
    ['guestlist state list --json', 'for machines'],
  ],
  run: async (flags, _, io) => (await import('./state.js')).stateList(flags, io),
})

export const stateRemove = defineCommand({
  usage: 'state rm <EMAIL..>',
  describe: 'Forget removals, so that the next apply requests them again',
  positionals: {
    EMAIL: {
      describe: 'Addresses as shown by state list; either all are forgotten, or none',
      completes: 'address',
    },
  },
  options: LOCKING,
  uses: ['manifest', 'api'],
  formats: ['text'],
  examples: [['guestlist state rm bob@acme.example', 'remove bob again with the next apply']],
  run: async (flags, { EMAIL }, io) => (await import('./state.js')).stateRemove(EMAIL, flags, io),
})

export const stateUnlock = defineCommand({
  usage: 'state unlock <ID>',
  describe: 'Remove a lock that a run left behind; never that of a run in progress',
  positionals: { ID: { describe: "The lock's id, as shown in the message about the lock" } },
  options: {},
  uses: ['manifest', 'api'],
  formats: ['text'],
  examples: [['guestlist state unlock 0b7e2c1a-8f7f-4c0e-9d43-1c2f5a6b7c8d', 'the lock with this id']],
  run: async (flags, { ID }, io) => (await import('./state.js')).stateUnlock(ID, flags, io),
})
