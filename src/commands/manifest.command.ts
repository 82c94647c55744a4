import { defineCommand } from '../cli/command.js'

export const init = defineCommand({
  usage: 'init [DIR]',
  describe: 'Write a starter manifest',
  positionals: {
    DIR: {
      describe: 'Folder for guestlist.yaml; created if it is missing [default: here]',
      completes: 'file',
    },
  },
  options: {},
  uses: [],
  formats: ['text'],
  examples: [
    ['guestlist init', 'begin here'],
    ['guestlist init identity', 'begin in a folder of its own'],
  ],
  run: async (_, { DIR }, io) => (await import('./init.js')).init(DIR, io),
})

export const validate = defineCommand({
  usage: 'validate',
  describe: 'Check manifests, without the network',
  options: {},
  uses: ['manifest'],
  formats: ['text', 'json'],
  examples: [
    ['guestlist validate', 'check guestlist.yaml'],
    ['guestlist validate -f teams/ --json', 'check a folder, for machines'],
  ],
  run: async (flags, _, io) => (await import('./validate.js')).validate(flags, io),
})
