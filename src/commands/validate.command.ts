import { defineCommand } from '../cli/command.js'

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
