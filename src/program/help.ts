import { type Command, commonOptionsOf, wordsOf } from '../cli/command.js'
import { type CommandOptions, flagName, type Option, valueName } from '../cli/option.js'
import { wrapText } from '../render/text/width.js'
import { CATALOG } from './catalog.js'
import type { ResolvedCommand } from './resolve-command.js'

/** A term and what it means. */
export type HelpRow = readonly [term: string, describe: string]

export const EXIT_CODES: readonly HelpRow[] = [
  ['0', 'done, or nothing to do'],
  ['1', 'error; the prompt was declined; a test or a lint failed'],
  ['2', 'with --detailed-exitcode: plan has changes, review has findings'],
  ['3', 'refused by a guard, a protection or missing approvals'],
  ['4', 'the saved plan or the expected digest is stale'],
  ['5', 'applied in part: an action failed or was not verified'],
  ['130', 'interrupted'],
]

export const FIRST_STEPS = [
  ['guestlist init', 'begin with a starter manifest'],
  ['guestlist plan --out plan.json', 'see what would change, and save it'],
  ['guestlist apply plan.json', 'make exactly those changes'],
] as const

/** The text of --help for the program, a group of commands, or one command. */
export function helpText({ words, command }: ResolvedCommand, columns: number): string {
  const width = Math.max(40, Math.min(100, columns))
  const parts = command === null ? overview(words, width) : commandHelp(command, width)
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function overview(words: readonly string[], width: number): readonly string[] {
  const [group] = words
  const members = CATALOG.commands.filter(command => group === undefined || wordsOf(command)[0] === group)
  const rows = members.map((command): HelpRow => [wordsOf(command).join(' '), command.describe])
  const more = `See guestlist COMMAND --help for a command's flags and arguments. Every flag has a variable of the same name: --max-removals is GUESTLIST_MAX_REMOVALS.`
  if (group !== undefined) {
    const examples = members.flatMap(command => command.examples)
    return [
      `guestlist ${group} COMMAND [options]`,
      CATALOG.groups[group] ?? '',
      section('Commands', rows, width),
      examplesText(examples),
    ]
  }
  return [
    'guestlist COMMAND [options]',
    wrapText('Plan and apply who is accepted, denied and removed at a BIMData identity provider.', width, 0),
    section('Commands', rows, width),
    examplesText(FIRST_STEPS),
    section('Exit codes', EXIT_CODES, width),
    wrapText(more, width, 0),
  ]
}

function commandHelp(command: Command, width: number): readonly string[] {
  const common = commonOptionsOf(command)
  const rows = (options: CommandOptions) =>
    Object.entries(options).map(([key, option]) => optionRow(key, option, command))
  return [
    `guestlist ${synopsisOf(command).join(' ')}`,
    wrapText(`${command.describe}.`, width, 0),
    section(
      'Arguments',
      Object.entries(command.positionals ?? {}).map(([name, { describe }]) => [name, describe]),
      width,
    ),
    section('Options', rows(command.options), width),
    section(command.glossary?.title ?? '', command.glossary?.rows ?? [], width),
    wrapText(command.glossary?.note ?? '', width, 0),
    section('Common options', [...rows(common), ['-h, --help', 'Show this help']], width),
    examplesText(command.examples),
  ]
}

/** `state rm <EMAIL..>` → `['state rm', '[options]', 'EMAIL...']`. Options go before `--`. */
export const synopsisOf = (command: Command): readonly [words: string, options: string, ...args: string[]] => {
  const words = wordsOf(command).join(' ')
  const args = command.usage
    .slice(words.length + 1)
    .replaceAll('..', '...')
    .replaceAll(/[<>]/g, '')
  return [words, '[options]', ...(args === '' ? [] : [args])]
}

export function optionRow(key: string, option: CommandOptions[string], command: Command): HelpRow {
  const flag = `${option.alias === undefined ? '' : `-${option.alias}, `}--${flagName(key)}`
  const words = wordsFor(key, option, command)
  return [`${flag}${valueName(option)}`, words === null ? option.describe : `${option.describe}: ${words.join(', ')}`]
}

/** The words that a flag accepts; `readFlags` rejects others. */
function wordsFor(key: string, option: Option & CommandOptions[string], command: Command): readonly string[] | null {
  if (key === 'format') return command.formats
  return option.kind === 'choice' ? option.choices : null
}

/** The widest term that shares a line with its description; a longer one has it below. */
const TERM_WIDTH = 26

function section(title: string, rows: readonly HelpRow[], width: number): string {
  if (rows.length === 0) return ''
  const terms = rows.map(([term]) => term.length).filter(length => length <= TERM_WIDTH)
  const column = Math.max(0, ...terms) + 4
  const lines = rows.flatMap(([term, describe]) => {
    const [first = '', ...rest] = wrapText(describe, width - column, 0).split('\n')
    const start =
      term.length + 4 <= column ? [`  ${term}`.padEnd(column) + first] : [`  ${term}`, ' '.repeat(column) + first]
    return [...start, ...rest.map(line => ' '.repeat(column) + line)]
  })
  return `${title}:\n${lines.join('\n')}`
}

/** Examples that can be pasted into a shell, one or all at once; lines are never wrapped. */
const examplesText = (examples: Command['examples']): string =>
  `Examples:\n${examples.map(([line, what]) => `  # ${what}\n  ${line}`).join('\n\n')}`
