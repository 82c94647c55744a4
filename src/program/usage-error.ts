import { CommandError } from '../cli/io.js'
import { COMMON, flagName, OPTIONS, optionsOf } from '../cli/options.js'
import { suggest } from '../manifest/suggest.js'
import { COMMANDS, type Command, GROUPS } from './catalog.js'

/** What stands for an argument that is a lone dash, which yargs takes for a flag; no argument can hold a NUL. */
export const DASH = '\0'

const wordOf = ({ usage }: Command): string => usage.split(' ')[0] ?? ''

/** Every word that a command line may begin with. */
const FIRST_WORDS = [...COMMANDS.filter(({ group }) => group === undefined).map(wordOf), ...Object.keys(GROUPS)]

/** Of yargs' own. */
const EVERYWHERE = ['help', 'version']

const namesOf = (options: object): readonly string[] => [...Object.keys(options).map(flagName), ...EVERYWHERE]

const FLAGS_OF_ALL = new Set([COMMON, ...Object.values(OPTIONS)].flatMap(namesOf))

/** What of a command line says which command is meant. */
interface Meant {
  readonly group: string | null
  readonly command: Command | null
}

/** What yargs says of a command line that does not fit, with a suggestion where there is one. */
export function usageError(message: string, argv: readonly string[]): CommandError {
  const meant = meantBy(argv)
  const advice = helpOf(meant)
  if (message.startsWith('Not enough non-option arguments')) {
    const missing = Object.keys(meant.command?.positionals ?? {}).join(' ')
    return new CommandError(`An argument is missing: ${missing || 'see the --help of the command'}`, { advice })
  }
  const flag = /^Not enough arguments following: (.*)$/s.exec(message)?.[1]
  if (flag !== undefined) return new CommandError(`${flag.length === 1 ? '-' : '--'}${flag} needs a value`, { advice })
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/s.exec(message)?.[1]
  // Where there is no command, yargs says that alone, and not which flag it did not know.
  const words = unknown?.split(', ').map(name => asWritten(name, argv)) ?? strangers(meant, argv)
  if (words.length === 0) return new CommandError(message.replace(/\n+\s*/g, '; '), { advice })
  const what = words.map(word => JSON.stringify(word)).join(', ')
  const suggestions = [...new Set(words.flatMap(word => suggestionFor(word, meant)))]
  return new CommandError(`Unknown command, flag or argument: ${what}`, { advice: [...suggestions, advice].join(' ') })
}

function meantBy(argv: readonly string[]): Meant {
  const [first = '', second = ''] = argv.filter(word => !word.startsWith('-'))
  const group = Object.keys(GROUPS).find(name => name === first) ?? null
  const word = group === null ? first : second
  return { group, command: COMMANDS.find(one => (one.group ?? null) === group && wordOf(one) === word) ?? null }
}

function helpOf({ group, command }: Meant): string {
  const words = [group, command && wordOf(command)].filter(word => word !== null)
  return `See guestlist ${[...words, '--help'].join(' ')}.`
}

/** yargs names a flag without its dashes. */
const asWritten = (name: string, argv: readonly string[]): string =>
  name === DASH
    ? '-'
    : (argv.find(word => word === name || word.replace(/^--?/, '').replace(/=.*$/s, '') === name) ?? name)

const strangers = ({ group, command }: Meant, argv: readonly string[]): readonly string[] =>
  group !== null || command !== null
    ? []
    : argv.filter(word => word.startsWith('-') && !FLAGS_OF_ALL.has(flagOf(word)) && word !== '-h')

const flagOf = (word: string): string => word.replace(/^-+/, '').replace(/=.*$/s, '')

function suggestionFor(word: string, { group, command }: Meant): readonly string[] {
  if (!word.startsWith('-')) {
    if (command !== null) return []
    const known = group === null ? FIRST_WORDS : COMMANDS.filter(one => one.group === group).map(wordOf)
    const near = suggestWord(word, known)
    return near === null ? [] : [`Did you mean ${[group, near].filter(Boolean).join(' ')}?`]
  }
  const name = flagOf(word)
  const known = command === null ? [...FLAGS_OF_ALL] : namesOf(optionsOf(command.name))
  if (command !== null && FLAGS_OF_ALL.has(name) && !known.includes(name)) {
    return [`${[group, wordOf(command)].filter(Boolean).join(' ')} takes no --${name}.`]
  }
  const near = suggestWord(name, known)
  return near === null ? [] : [`Did you mean --${near}?`]
}

/** The word that was probably meant, or the one that it was probably the beginning of. */
function suggestWord(word: string, known: readonly string[]): string | null {
  const whole = suggest(word, known)
  if (whole !== null || word.length < 3) return whole
  const beginnings = new Map(known.map(candidate => [candidate.slice(0, word.length), candidate]))
  return beginnings.get(suggest(word, [...beginnings.keys()]) ?? '') ?? null
}
