import { defineCommand } from '../cli/command.js'
import { DECIDING } from '../cli/common-options.js'
import { LINT_DOCS } from '../lint/docs.gen.js'

export const lint = defineCommand({
  usage: 'lint',
  describe: 'Find mistakes in a valid manifest',
  options: {
    from: {
      kind: 'text',
      completes: 'file',
      describe: 'Snapshot; also find the rules that match nothing in it',
    },
    within: { kind: 'days', fallback: 30, describe: 'Report the rules that end within this many days [default: 30d]' },
    level: {
      kind: 'choice',
      choices: ['info', 'warning'],
      fallback: 'warning',
      describe: 'Exit with 1 if there are findings of this level or above [default: warning]',
    },
    ...DECIDING,
  },
  uses: ['manifest'],
  formats: ['text', 'json', 'sarif'],
  examples: [
    ['guestlist lint', 'what is wrong with guestlist.yaml'],
    ['guestlist lint --from live.json', 'and which rules match nothing of what is there'],
    ['guestlist lint --format sarif > lint.sarif', 'for code scanning'],
  ],
  glossary: {
    title: 'Codes',
    rows: LINT_DOCS.map(({ code, level, doc }) => [code, `${level}: ${doc}`] as const),
    note: 'A comment "# guestlist-lint: allow CODE (why)" silences one, on the line of the rule or on the one above.',
  },
  run: async (flags, _, io) => (await import('./lint.js')).lint(flags, io),
})
