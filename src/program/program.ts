import type { Argv, Options } from 'yargs'
import { type Command, optionsOf, wordsOf } from '../cli/command.js'
import { describeFailure } from '../cli/failure.js'
import { checkSwitches } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { createLog, LEVELS, type LogLevel } from '../cli/log.js'
import { flagName } from '../cli/option.js'
import { EXIT, GuestlistError } from '../model/error.js'
import { VERSION } from '../version.js'
import { CATALOG } from './catalog.js'
import { helpText } from './help.js'
import { type ResolvedCommand, resolveCommand, SWITCHES, TAKING } from './resolve-command.js'
import { DASH, unknownVariables, usageError } from './usage-error.js'

type Task = () => Promise<number>

/**
 * Runs one command line. Never throws and never exits: a failure becomes a message on standard error and an exit code
 * from the list.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const parsed = await parse(argv, io)
    if (typeof parsed === 'string') {
      io.out(parsed)
      return EXIT.done
    }
    const log = createLog(logLevelOf(argv, io), io)
    for (const message of unknownVariables(io.env)) log.warn('unknown_variable', message)
    return await parsed()
  } catch (error) {
    const flags = { noColor: argv.includes('--no-color'), logLevel: logLevelOf(argv, io) }
    const { text, exitCode } = describeFailure(error, flags, io)
    io.status?.(null)
    io.err(text)
    return exitCode
  }
}

/** For what is said before the flags are read, and after they could not be. */
function logLevelOf(argv: readonly string[], { env }: Io): LogLevel {
  const onLine = /(?:^| )--log-level[ =](\w+)/.exec(argv.join(' '))?.[1]
  const wanted = (onLine ?? (env.GUESTLIST_LOG_LEVEL || env.GUESTLIST_LOG) ?? '').toLowerCase()
  return LEVELS.find(level => level === wanted) ?? 'info'
}

/** The command to run, or the text of --help or --version. */
async function parse(argv: readonly string[], io: Io): Promise<Task | string> {
  const resolved = resolveCommand(argv)
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (flags.some(word => word === '--version' || word === '-v')) return `${VERSION}\n`
  if (flags.some(word => word === '--help' || word === '-h')) return helpOf(flags, io)
  if (argv[0] === 'help') return helpOf(argv.slice(1), io)
  if (argv[0] === 'version') {
    if (argv.length === 1) return `${VERSION}\n`
    throw usageError(`Unknown arguments: ${argv.slice(1).join(', ')}`, argv)
  }
  if (argv.length === 0) {
    io.out(helpText(resolved, io.columns))
    return async () => EXIT.error
  }
  // The command's words first: yargs would take one for the value of a switch before it.
  const [own, others] = [resolved.words, argv.filter((_, index) => !resolved.at.includes(index))]
  const end = others.indexOf('--')
  const [line, command] =
    end === -1 || !takesCommand(resolved) ? [others, []] : [others.slice(0, end), others.slice(end + 1)]
  return parseWords([...own, ...hideDashes(withoutEndOfFlags(checkSwitches(line, SWITCHES)))], command, io)
}

function helpOf(argv: readonly string[], io: Io): string {
  const resolved = resolveCommand(argv)
  const others = argv.filter((word, index) => !word.startsWith('-') && !resolved.at.includes(index))
  const [stray] = resolved.command === null ? others : []
  if (stray !== undefined) throw usageError(`Unknown command: ${stray}`, argv)
  return helpText(resolved, io.columns)
}

/** A command line of another program follows `--`, as in `guestlist sandbox -- npm test`: its words are its own. */
const takesCommand = ({ command }: ResolvedCommand): boolean => command?.usage.includes(' [-- ') ?? false

/** What a command's handler is given besides its own words. */
interface ProgramContext {
  readonly io: Io
  /** The words of another program, after `--`. */
  readonly command: readonly string[]
  choose(task: Task): void
}

async function parseWords(words: readonly string[], command: readonly string[], io: Io): Promise<Task> {
  const chosen: { task: Task | null } = { task: null }
  const choose = (task: Task) => {
    chosen.task = task
  }
  const parser = await grammar(words, { io, command, choose })
  await new Promise<void>((resolve, reject) => {
    const settle = (error: unknown) => (error ? reject(error) : resolve())
    Promise.resolve(parser.parseAsync([...words], {}, settle)).catch(reject)
  })
  return chosen.task ?? (async () => Promise.reject(usageError('A command is needed.', words)))
}

/** What follows `--` are arguments like any other; yargs would put them where no command looks for them. */
function withoutEndOfFlags(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  if (end === -1) return argv
  const rest = argv.slice(end + 1)
  const dashed = rest.find(word => word.startsWith('-') && word !== '-')
  if (dashed === undefined) return [...argv.slice(0, end), ...rest]
  throw new GuestlistError('usage', `${JSON.stringify(dashed)}: no argument begins with a dash`, {
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

/** For parsing alone: help.ts makes the help. Loaded only now, for --help and --version do without. */
async function grammar(argv: readonly string[], context: ProgramContext): Promise<Argv> {
  const { default: yargs } = await import('yargs')
  const parser = yargs()
    .parserConfiguration(PARSING)
    .exitProcess(false)
    .locale('en')
    .help(false)
    .version(false)
    .strict()
    .fail((message, error) => {
      throw error === undefined || error.name === 'YError' ? usageError(message ?? error?.message, argv) : error
    })
    .demandCommand(1, 'A command is needed.')
  for (const command of CATALOG.commands) if (wordsOf(command).length === 1) add(parser, command, context)
  for (const group of Object.keys(CATALOG.groups)) addGroup(parser, group, context)
  return parser
}

function addGroup(parser: Argv, group: string, context: ProgramContext): void {
  const members = CATALOG.commands.filter(command => wordsOf(command)[0] === group)
  const words = members.map(command => wordsOf(command)[1]).join(', ')
  parser.command(group, '', sub => {
    for (const command of members) add(sub, command, context)
    return sub.demandCommand(1, `guestlist ${group} needs one of: ${words}.`)
  })
}

function add(parser: Argv, command: Command, context: ProgramContext): void {
  parser.command({
    // Its own word and its arguments.
    command: command.usage
      .replace(/ \[-- .*/, '')
      .split(' ')
      .slice(wordsOf(command).length - 1)
      .join(' '),
    describe: command.describe,
    builder: sub => build(sub, command),
    handler(given) {
      const args = Object.keys(command.positionals ?? {}).map(name => [name, textsOf(given[name])])
      const read = { ...given, ...Object.fromEntries(args), '--': context.command }
      context.choose(() => command.run(read, context.io))
    },
  })
}

const textsOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : [value].flat().map(text => (text === DASH ? '-' : String(text)))

function build(sub: Argv, command: Command): Argv {
  const named = Object.keys(command.positionals ?? {}).filter(name => !command.usage.includes(`[-- ${name}`))
  for (const name of named) sub.positional(name, { type: 'string', hidden: true })
  for (const [key, option] of Object.entries(optionsOf(command))) {
    const settings: Options = {
      type: option.kind === 'switch' ? 'boolean' : option.kind === 'list' ? 'array' : 'string',
      // yargs makes its help of every command that runs, which takes longer than parsing: this way it is empty.
      hidden: true,
      ...(option.kind === 'switch' ? {} : { requiresArg: true }),
      ...(option.kind === 'list' ? { string: true } : {}),
      ...(option.alias === undefined ? {} : { alias: option.alias }),
    }
    sub.option(flagName(key), settings)
  }
  return sub
}
