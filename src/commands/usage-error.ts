import { suggest } from '../manifest/suggest.js'
import { COMMANDS, GROUPS } from './catalog.js'
import { CommandError } from './io.js'
import { COMMON, flagName, OPTIONS } from './options.js'

/** Every word that a command line may begin with. */
const COMMAND_WORDS = [
  ...COMMANDS.filter(({ group }) => group === undefined).map(({ usage }) => usage.split(' ')[0] ?? ''),
  ...Object.keys(GROUPS),
]

const FLAG_NAMES = [
  ...new Set([COMMON, ...Object.values(OPTIONS)].flatMap(options => Object.keys(options).map(flagName))),
]

/** What yargs says of a command line that does not fit, with a suggestion where there is one. */
export function usageError(message: string): CommandError {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/s.exec(message)?.[1]
  if (message.startsWith('Not enough non-option arguments')) {
    return new CommandError('An argument is missing', { advice: 'See the --help of the command.' })
  }
  const flag = /^Not enough arguments following: (.*)$/s.exec(message)?.[1]
  if (flag !== undefined) return new CommandError(`${flagText(flag)} needs a value`, { advice: HELP })
  if (unknown === undefined) return new CommandError(message.replace(/\n+\s*/g, '; '), { advice: HELP })
  const words = unknown.split(', ')
  const what = words.map(word => JSON.stringify(word)).join(', ')
  const suggestions = words.flatMap(word => suggestionFor(word))
  return new CommandError(`Unknown command, flag or argument: ${what}`, {
    advice: [...suggestions.map(text => `Did you mean ${text}?`), HELP].join(' '),
  })
}

const flagText = (name: string): string => `${name.length === 1 ? '-' : '--'}${name}`

const HELP = 'See guestlist --help.'

function suggestionFor(word: string): readonly string[] {
  const command = suggestWord(word, COMMAND_WORDS)
  const flag = suggestWord(word, FLAG_NAMES)
  return [...(command === null ? [] : [command]), ...(flag === null ? [] : [`--${flag}`])]
}

/** The word that was probably meant, or the one that it was probably the beginning of. */
function suggestWord(word: string, known: readonly string[]): string | null {
  const whole = suggest(word, known)
  if (whole !== null || word.length < 3) return whole
  const beginnings = new Map(known.map(candidate => [candidate.slice(0, word.length), candidate]))
  return beginnings.get(suggest(word, [...beginnings.keys()]) ?? '') ?? null
}
