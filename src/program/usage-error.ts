import { type Command, optionsOf, wordsOf } from '../cli/command.js'
import { flagName, variableName } from '../cli/option.js'
import { suggest } from '../manifest/suggest.js'
import { GuestlistError } from '../model/error.js'
import { CATALOG } from './catalog.js'
import { type ResolvedCommand, resolveCommand } from './resolve-command.js'

/** Stands in for a lone dash, which yargs takes for a flag; no argument can contain a NUL. */
export const DASH = '\0'

const { commands } = CATALOG

/** Flags that every command has. */
const EVERYWHERE = ['help', 'version']

const flagsOf = (command: Command): readonly string[] => [
  ...Object.keys(optionsOf(command)).map(flagName),
  ...EVERYWHERE,
]

const FLAGS_OF_ALL = new Set(commands.flatMap(flagsOf))

/** Turns yargs' message about a command line into an error, with a suggestion if there is one. */
export function usageError(message: string, argv: readonly string[]): GuestlistError {
  const resolved = resolveCommand(argv)
  const advice = `See guestlist ${[...resolved.words, '--help'].join(' ')}.`
  if (message.startsWith('Not enough non-option arguments')) {
    const missing = Object.keys(resolved.command?.positionals ?? {}).join(' ')
    return new GuestlistError('usage', `An argument is missing: ${missing || 'see the --help of the command'}`, {
      advice,
    })
  }
  const flag = /^Not enough arguments following: (.*)$/s.exec(message)?.[1]
  if (flag !== undefined)
    return new GuestlistError('usage', `${flag.length === 1 ? '-' : '--'}${flag} needs a value`, { advice })
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/s.exec(message)?.[1]
  // Without a command, yargs reports only that, not which flag is unknown.
  const words = unknown?.split(', ').map(name => asWritten(name, argv)) ?? unknownFlags(resolved, argv)
  if (words.length === 0) return new GuestlistError('usage', message.replace(/\n+\s*/g, '; '), { advice })
  const what = words.map(word => JSON.stringify(word)).join(', ')
  const suggestions = [...new Set(words.flatMap(word => suggestionFor(word, resolved)))]
  return new GuestlistError('usage', `Unknown command, flag or argument: ${what}`, {
    advice: [...suggestions, advice].join(' '),
  })
}

/** yargs names a flag without its dashes. */
const asWritten = (name: string, argv: readonly string[]): string =>
  name === DASH
    ? '-'
    : (argv.find(word => word === name || word.replace(/^--?/, '').replace(/=.*$/s, '') === name) ?? name)

const unknownFlags = ({ words }: ResolvedCommand, argv: readonly string[]): readonly string[] =>
  words.length > 0 ? [] : argv.filter(word => word.startsWith('-') && !FLAGS_OF_ALL.has(flagOf(word)) && word !== '-h')

const flagOf = (word: string): string => word.replace(/^-+/, '').replace(/=.*$/s, '')

function suggestionFor(word: string, { words, command }: ResolvedCommand): readonly string[] {
  if (!word.startsWith('-')) {
    if (command !== null) return []
    const next = commands.map(wordsOf).filter(each => words.every((known, index) => each[index] === known))
    const near = suggestWord(word, [
      ...new Set(next.map(each => each[words.length] ?? '')),
      ...(words.length === 0 ? EVERYWHERE : []),
    ])
    return near === null ? [] : [`Did you mean ${[...words, near].join(' ')}?`]
  }
  const name = flagOf(word)
  const known = command === null ? [...FLAGS_OF_ALL] : flagsOf(command)
  if (command !== null && FLAGS_OF_ALL.has(name) && !known.includes(name)) {
    return [`${words.join(' ')} takes no --${name}.`]
  }
  const near = suggestWord(name, known)
  return near === null ? [] : [`Did you mean --${near}?`]
}

/** The word that was probably meant, perhaps abbreviated. */
function suggestWord(word: string, known: readonly string[]): string | null {
  const whole = suggest(word, known)
  if (whole !== null || word.length < 3) return whole
  const beginnings = new Map(known.map(candidate => [candidate.slice(0, word.length), candidate]))
  return beginnings.get(suggest(word, [...beginnings.keys()]) ?? '') ?? null
}

/** Variables that do not belong to a flag. */
const OTHER_VARIABLES = [
  'GUESTLIST_CONFIG_DIR', // where logins are kept
  'GUESTLIST_STATE_POSTGRES', // the connection of the state's database
  'GUESTLIST_WEBHOOK_SECRET',
  'GUESTLIST_WEBHOOK_SECRET_FILE',
] as const

/** One sentence per `GUESTLIST_…` variable that nothing reads: a typo would disable the guard that it sets. */
export function unknownVariables(env: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set<string>(OTHER_VARIABLES)
  for (const command of CATALOG.commands) {
    for (const [key, option] of Object.entries(optionsOf(command))) {
      for (const name of [variableName(key), ...(option.env ?? [])]) known.add(name)
    }
  }
  return Object.keys(env)
    .filter(name => name.startsWith('GUESTLIST_') && !known.has(name))
    .sort()
    .map(name => {
      const near = suggest(name, [...known])
      return `${name} has no effect: no flag has this name.${near === null ? '' : ` Did you mean ${near}?`}`
    })
}
