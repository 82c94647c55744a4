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
 * Runs one command line. Never throws or exits: a failure becomes a message on standard error and a documented exit
 * code.
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

/** The log level for messages before the flags are read, or if they cannot be. */
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
  // The command's words go first: yargs would take one for the value of a preceding switch.
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

/** Whether another program's command line may follow `--`, as in `guestlist sandbox -- npm test`. */
const takesCommand = ({ command }: ResolvedCommand): boolean => command?.usage.includes(' [-- ') ?? false

/** What a command's handler needs besides the parsed words. */
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

/** Words after `--` are ordinary arguments; yargs would put them where no command looks for them. */
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

/** yargs takes a lone dash for a flag without a name: join it to its flag if it is a value, hide it if an argument. */
function hideDashes(argv: readonly string[]): readonly string[] {
  const takesNext = (word = '') => TAKING.has(word)
  return argv.flatMap((word, index) => {
    if (takesNext(word) && argv[index + 1] === '-') return [`${word}=-`]
    if (word !== '-') return [word]
    return takesNext(argv[index - 1]) ? [] : [DASH]
  })
}

/** As strict as possible: `readFlags` parses every value, and nothing is guessed. */
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

/** For parsing only: help.ts writes the help. yargs is loaded lazily, since --help and --version do not need it. */
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
      // yargs renders its own help for every command, which takes longer than parsing: hidden options keep it empty.
      hidden: true,
      ...(option.kind === 'switch' ? {} : { requiresArg: true }),
      ...(option.kind === 'list' ? { string: true } : {}),
      ...(option.alias === undefined ? {} : { alias: option.alias }),
    }
    sub.option(flagName(key), settings)
  }
  return sub
}
