import { type Command, optionsOf, wordsOf } from '../cli/command.js'
import { flagName } from '../cli/option.js'
import { CATALOG } from './catalog.js'

const ALL_OPTIONS = CATALOG.commands.flatMap(command => Object.entries(optionsOf(command)))

/** The names, without dashes, of all flags that take no value. */
export const SWITCHES: ReadonlySet<string> = new Set(
  ALL_OPTIONS.flatMap(([key, { kind }]) => (kind === 'switch' ? [flagName(key)] : [])),
)

/** Every flag that takes a value, with its dashes. */
export const TAKING: ReadonlySet<string> = new Set(
  ALL_OPTIONS.flatMap(([key, { kind, alias }]) =>
    kind === 'switch' ? [] : [`--${flagName(key)}`, ...(alias === undefined ? [] : [`-${alias}`])],
  ),
)

/** The command that a command line names. */
export interface ResolvedCommand {
  /** The words recognized: those of a command, a group, or none. */
  readonly words: readonly string[]
  /** Their indexes in the command line. */
  readonly at: readonly number[]
  readonly command: Command | null
}

export function resolveCommand(argv: readonly string[]): ResolvedCommand {
  const end = argv.indexOf('--')
  const places = (end === -1 ? argv : argv.slice(0, end)).flatMap((word, index) =>
    word.startsWith('-') || TAKING.has(argv[index - 1] ?? '') ? [] : index,
  )
  const [first, second] = places.map(index => argv[index] ?? '')
  const group = first !== undefined && Object.hasOwn(CATALOG.groups, first)
  const wanted = [first, ...(group ? [second] : [])].join(' ')
  const command = CATALOG.commands.find(each => wordsOf(each).join(' ') === wanted) ?? null
  const words = command ? wordsOf(command) : group ? [first] : []
  return { words, at: places.slice(0, words.length), command }
}
