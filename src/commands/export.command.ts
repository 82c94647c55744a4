import { defineCommand } from '../cli/command.js'
import { OUT, READING, STATUS } from '../cli/common-options.js'

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
