import { defineCommand } from '../cli/command.js'

export const auditShow = defineCommand({
  usage: 'audit show <FILE>',
  describe: 'Show what was done, from an audit log: a section for each run',
  positionals: {
    FILE: { describe: 'A log that apply --audit-log wrote, or - for standard input', completes: 'file' },
  },
  options: {},
  uses: [],
  formats: ['text', 'html', 'json'],
  examples: [
    ['guestlist audit show audit.jsonl', 'who did what, when, and how it ended'],
    ['guestlist audit show audit.jsonl --format html > audit.html', 'a page for auditors'],
  ],
  run: async (flags, { FILE }, io) => (await import('./audit-show.js')).auditShow(FILE, flags, io),
})
