import { defineCommand } from '../cli/command.js'
import { APPROVING, CONCURRENCY, READING, REQUIRING } from '../cli/common-options.js'

export const doctor = defineCommand({
  usage: 'doctor',
  describe: 'Check everything that plan and apply need; change nothing',
  options: {
    allowedSigners: APPROVING.allowedSigners,
    author: APPROVING.author,
    ...REQUIRING,
    ...CONCURRENCY,
  },
  uses: ['manifest', ...READING],
  formats: ['text', 'json'],
  examples: [
    ['guestlist doctor', 'what works, what does not, and what to do'],
    ['guestlist doctor -f teams/ --json', 'for machines'],
  ],
  run: async (flags, _, io) => (await import('./doctor.js')).doctor(flags, io),
})
