import { type Catalog, type Command, optionsOf, wordsOf } from '../../cli/command.js'
import { type Completes, flagName, type Option, type OptionKind } from '../../cli/option.js'

export interface FlagWord {
  /** Including its dashes. */
  readonly flag: string
  readonly alias: string | null
  readonly describe: string
  /** What follows it: nothing, one of these words, a file, or something that cannot be completed. */
  readonly value: 'none' | 'free' | Completes
  readonly repeatable: boolean
}

/** Prints the exact addresses in the folder's manifests and state, using only tools that every system has. */
export const ADDRESSES =
  "cat $files 2>/dev/null | head -c 1000000 | grep -oE '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+[A-Za-z0-9]' | sort -u"

/** The prefix of an address. */
export const prefixOf = (value: 'address' | 'target'): string => (value === 'target' ? 'bimdata_user.' : '')

export const spellings = ({ flag, alias }: FlagWord): readonly string[] => (alias === null ? [flag] : [flag, alias])

/** Every flag of any command that takes a value. */
export const valueFlags = (commands: readonly CommandWord[]): readonly string[] => [
  ...new Set(commands.flatMap(({ flags }) => flags.filter(({ value }) => value !== 'none').flatMap(spellings))),
]

export interface CommandWord {
  /** `plan`, `state list` */
  readonly words: string
  readonly describe: string
  readonly flags: readonly FlagWord[]
  /** What the positional arguments are. */
  readonly positional: 'none' | 'free' | Completes
}

export interface CompletionWords {
  /** The possible first words of a command line, with descriptions. */
  readonly top: readonly (readonly [word: string, describe: string])[]
  /** The possible second words, by group. */
  readonly groups: ReadonlyMap<string, readonly (readonly [word: string, describe: string])[]>
  readonly commands: readonly CommandWord[]
}

export async function completionWords({ commands, groups }: Catalog): Promise<CompletionWords> {
  const top = commands.filter(command => wordsOf(command).length === 1)
  return {
    top: [...top.map(describedWord), ...Object.entries(groups)],
    groups: new Map(
      Object.keys(groups).map(group => [
        group,
        commands.filter(command => wordsOf(command)[0] === group).map(describedWord),
      ]),
    ),
    commands: await Promise.all(commands.map(commandWord)),
  }
}

const describedWord = (command: Command) => [wordsOf(command).at(-1) ?? '', command.describe] as const

async function commandWord(command: Command): Promise<CommandWord> {
  const [positional] = Object.values(command.positionals ?? {})
  const completes = positional?.completes
  return {
    words: wordsOf(command).join(' '),
    describe: command.describe,
    flags: Object.entries(optionsOf(command)).map(([key, option]) => ({
      flag: `--${flagName(key)}`,
      alias: option.alias === undefined ? null : `-${option.alias}`,
      describe: option.describe,
      value: key === 'format' ? command.formats : afterFlag(option),
      repeatable: option.kind === 'list',
    })),
    positional:
      positional === undefined ? 'none' : typeof completes === 'function' ? await completes() : (completes ?? 'free'),
  }
}

function afterFlag(option: Option & OptionKind): FlagWord['value'] {
  if (option.kind === 'switch') return 'none'
  return option.kind === 'choice' ? option.choices : (option.completes ?? 'free')
}
