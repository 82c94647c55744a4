import { defineCommand } from '../cli/command.js'

export const auditVerify = defineCommand({
  usage: 'audit verify <FILE>',
  describe: 'Find changed, removed and reordered lines in an audit log',
  positionals: {
    FILE: { describe: 'A log that apply --audit-log wrote, or - for standard input', completes: 'file' },
  },
  options: {
    expectHead: {
      kind: 'text',
      value: 'HASH',
      describe: 'Head printed by an earlier audit verify; its line must still be there',
    },
  },
  uses: [],
  formats: ['text', 'json'],
  examples: [
    ['guestlist audit verify audit.jsonl', 'the chain of its lines'],
    ['guestlist audit verify audit.jsonl --expect-head HASH', 'and that nothing was cut off since HASH was printed'],
  ],
  run: async (flags, { FILE }, io) => (await import('./audit.js')).auditVerify(FILE, flags, io),
})

export const auditShow = defineCommand({
  usage: 'audit show <FILE>',
  describe: 'Show what was done according to an audit log, run by run',
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
  run: async (flags, { FILE }, io) => (await import('./audit.js')).auditShow(FILE, flags, io),
})
