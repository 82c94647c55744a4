import yargs, { type Argv, type Options } from 'yargs'
import { type Command, optionsOf, wordsOf } from '../cli/command.js'
import { describeFailure } from '../cli/failure.js'
import { checkSwitches } from '../cli/flags.js'
import { CommandError, EXIT, type ExitCode, type Io } from '../cli/io.js'
import { flagName, type Kind, type Option } from '../cli/option.js'
import { VERSION } from '../version.js'
import { CATALOG } from './catalog.js'
import { DASH, usageError } from './usage-error.js'

type Task = () => Promise<ExitCode>

/**
 * Runs one command line. Never throws and never exits: a failure becomes a message on standard error and an exit code
 * from the list.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const parsed = await parse(argv, io)
    if (typeof parsed === 'function') return await parsed()
    io.out(parsed)
    return EXIT.done
  } catch (error) {
    const debug =
      /--log-level[ =](debug|trace)\b/i.test(argv.join(' ')) || /^(debug|trace)$/i.test(io.env.GUESTLIST_LOG ?? '')
    const { text, exitCode } = describeFailure(error, { noColor: argv.includes('--no-color'), debug }, io)
    io.status?.(null)
    io.err(text)
    return exitCode
  }
}

/** The command to run, or the text of --help or --version. */
async function parse(argv: readonly string[], io: Io): Promise<Task | string> {
  const chosen: { task: Task | null } = { task: null }
  const words = hideDashes(withoutEndOfFlags(checkSwitches(argv, SWITCHES)))
  const parser = grammar(words, io, task => {
    chosen.task = task
  })
  const output = await new Promise<string>((resolve, reject) => {
    const settle = (error: unknown, _: unknown, text: string) => (error ? reject(error) : resolve(text))
    Promise.resolve(parser.parseAsync([...words], {}, settle)).catch(reject)
  })
  return chosen.task ?? `${output}\n`
}

/** What stands after `--` are arguments like any other; yargs would put them where no command looks for them. */
function withoutEndOfFlags(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  if (end === -1) return argv
  const rest = argv.slice(end + 1)
  const dashed = rest.find(word => word.startsWith('-') && word !== '-')
  if (dashed === undefined) return [...argv.slice(0, end), ...rest]
  throw new CommandError(`${JSON.stringify(dashed)}: no argument begins with a dash`, {
    advice: `For a file of that name write ${JSON.stringify(`./${dashed}`)}.`,
  })
}

/** yargs takes a lone dash for a flag without a name: as a value it is joined to its flag, as an argument it is hidden. */
function hideDashes(argv: readonly string[]): readonly string[] {
  const takesNext = (word = '') => TAKING.has(word)
  return argv.flatMap((word, index) => {
    if (takesNext(word) && argv[index + 1] === '-') return [`${word}=-`]
    if (word !== '-') return [word]
    return takesNext(argv[index - 1]) ? [] : [DASH]
  })
}

const ALL_OPTIONS = CATALOG.commands.flatMap(command => Object.entries(optionsOf(command)))

const SWITCHES: ReadonlySet<string> = new Set(
  ALL_OPTIONS.flatMap(([key, { kind }]) => (kind === 'switch' ? [flagName(key)] : [])),
)

/** Every flag with a value, as it is written. */
const TAKING: ReadonlySet<string> = new Set(
  ALL_OPTIONS.flatMap(([key, { kind, alias }]) =>
    kind === 'switch' ? [] : [`--${flagName(key)}`, ...(alias === undefined ? [] : [`-${alias}`])],
  ),
)

/** Strict to the letter: every value is read by `readFlags`, and nothing is guessed. */
const PARSING = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'short-option-groups': false,
} as const

const EPILOGUE = `Exit codes: 0 done or nothing to do, 1 error, 2 there are changes (plan --detailed-exitcode), 3 refused by a guard or a protection, 4 stale plan or digest, 5 applied in part, 130 interrupted.

Every flag has a variable of the same name: --max-removals is GUESTLIST_MAX_REMOVALS.`

function grammar(argv: readonly string[], io: Io, choose: (task: Task) => void): Argv {
  const parser = yargs()
    .scriptName('guestlist')
    .usage('$0 <command>\n\nPlan and apply who is accepted, denied and removed at a BIMData identity provider.')
    .parserConfiguration(PARSING)
    .exitProcess(false)
    .locale('en')
    .wrap(Math.min(100, io.columns))
    .version(VERSION)
    .alias('help', 'h')
    .strict()
    .fail((message, error) => {
      throw error === undefined || error.name === 'YError' ? usageError(message ?? error?.message, argv) : error
    })
    .example('guestlist init', 'begin with a starter manifest')
    .example('guestlist plan --out plan.json', 'see what would change, and save it')
    .example('guestlist apply plan.json', 'make exactly those changes')
    .epilogue(EPILOGUE)
    .demandCommand(1, 'A command is needed: see guestlist --help.')
  for (const command of CATALOG.commands) if (wordsOf(command).length === 1) add(parser, command, io, choose)
  for (const [group, describe] of Object.entries(CATALOG.groups)) addGroup(parser, group, describe, io, choose)
  return parser
}

function addGroup(parser: Argv, group: string, describe: string, io: Io, choose: (task: Task) => void): void {
  const members = CATALOG.commands.filter(command => wordsOf(command)[0] === group)
  const words = members.map(command => wordsOf(command)[1]).join(', ')
  parser.command(group, describe, sub => {
    for (const command of members) {
      add(sub, command, io, choose)
      for (const [example, what] of command.examples) sub.example(example, what)
    }
    return sub
      .usage(`$0 ${group} <command>\n\n${describe}`)
      .demandCommand(1, `guestlist ${group} needs one of: ${words}.`)
  })
}

function add(parser: Argv, command: Command, io: Io, choose: (task: Task) => void): void {
  parser.command({
    // Its own word and its arguments.
    command: command.usage
      .split(' ')
      .slice(wordsOf(command).length - 1)
      .join(' '),
    describe: command.describe,
    builder: sub => build(sub, command),
    handler(given) {
      const args = Object.keys(command.positionals ?? {}).map(name => [name, textsOf(given[name])])
      choose(() => command.run({ ...given, ...Object.fromEntries(args) }, io))
    },
  })
}

/** With the words that it takes; `readFlags` refuses others. */
function describeOption(command: Command, key: string, option: Option & Kind): string {
  const words = key === 'format' ? command.formats : option.kind === 'choice' ? option.choices : null
  return words === null ? option.describe : `${option.describe}: ${words.join(', ')}`
}

const textsOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : [value].flat().map(text => (text === DASH ? '-' : String(text)))

function build(sub: Argv, command: Command): Argv {
  sub.usage(`$0 ${command.usage}\n\n${command.describe}.`)
  for (const [name, { describe }] of Object.entries(command.positionals ?? {}))
    sub.positional(name, { describe, type: 'string' })
  for (const [key, option] of Object.entries(optionsOf(command))) {
    const settings: Options = {
      describe: describeOption(command, key, option),
      type: option.kind === 'switch' ? 'boolean' : option.kind === 'list' ? 'array' : 'string',
      ...(option.kind === 'switch' ? {} : { requiresArg: true }),
      ...(option.kind === 'list' ? { string: true } : {}),
      ...(option.alias === undefined ? {} : { alias: option.alias }),
    }
    sub.option(flagName(key), settings)
  }
  for (const [example, what] of command.examples) sub.example(example, what)
  return sub
}
