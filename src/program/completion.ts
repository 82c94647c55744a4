import { basename } from 'node:path'
import { FORMATS, formatOf } from '../cli/format.js'
import { CommandError, EXIT, type ExitCode, type Io } from '../cli/io.js'
import type { Kind } from '../cli/option-kind.js'
import { type Flags, flagName, optionsOf } from '../cli/options.js'
import { COMMANDS, type Command, GROUPS } from './catalog.js'

/** Prints a completion script: everything in it is fixed, so that no key press starts a process. */
export async function completion(shell: string | undefined, flags: Flags<'completion'>, io: Io): Promise<ExitCode> {
  formatOf(flags, FORMATS.completion)
  const name = shell ?? basename(io.env.SHELL ?? '')
  if (name !== 'bash' && name !== 'zsh') throw unknownShell(name)
  const script =
    name === 'bash'
      ? (await import('./completion-bash.js')).bashScript
      : (await import('./completion-zsh.js')).zshScript
  io.out(script(words()))
  return EXIT.done
}

const unknownShell = (name: string): CommandError =>
  new CommandError(name === '' ? 'The shell is not known' : `There is no completion for ${JSON.stringify(name)}`, {
    advice: 'Name one of: guestlist completion bash, guestlist completion zsh.',
  })

export interface FlagWord {
  /** With its dashes. */
  readonly flag: string
  readonly alias: string | null
  readonly describe: string
  /** What follows it: nothing, one of these words, a file, or something that cannot be completed. */
  readonly value: 'none' | 'file' | 'free' | readonly string[]
  readonly repeatable: boolean
}

export interface CommandWord {
  /** `plan`, `state list` */
  readonly words: string
  readonly describe: string
  readonly flags: readonly FlagWord[]
  /** What stands without a flag. */
  readonly positional: 'none' | 'file' | 'free' | readonly string[]
}

export interface Words {
  /** The first word of a command line, and what it is. */
  readonly top: readonly (readonly [word: string, describe: string])[]
  /** The second word of a group. */
  readonly groups: ReadonlyMap<string, readonly (readonly [word: string, describe: string])[]>
  readonly commands: readonly CommandWord[]
}

export function words(): Words {
  const own = (command: Command) => [command.usage.split(' ')[0] ?? '', command.describe] as const
  const members = (group: string) => COMMANDS.filter(command => command.group === group).map(own)
  return {
    top: [...COMMANDS.filter(({ group }) => group === undefined).map(own), ...Object.entries(GROUPS)],
    groups: new Map(Object.keys(GROUPS).map(group => [group, members(group)])),
    commands: COMMANDS.map(commandWord),
  }
}

function commandWord(command: Command): CommandWord {
  const [word = '', positional = ''] = command.usage.split(' ')
  return {
    words: [command.group, word].filter(Boolean).join(' '),
    describe: command.describe,
    flags: Object.entries(optionsOf(command.name)).map(([key, option]) => ({
      flag: `--${flagName(key)}`,
      alias: option.alias === undefined ? null : `-${option.alias}`,
      describe: option.describe,
      value: afterFlag(command, key, option),
      repeatable: option.kind === 'list',
    })),
    positional: positionalOf(positional),
  }
}

const FILES = new Set(['file', 'out', 'from', 'auditLog', 'data'])

function afterFlag(command: Command, key: string, option: Kind): FlagWord['value'] {
  if (option.kind === 'switch') return 'none'
  if (option.kind === 'choice') return option.choices
  if (key === 'format') return FORMATS[command.name]
  return FILES.has(key) ? 'file' : 'free'
}

function positionalOf(usage: string): CommandWord['positional'] {
  if (usage === '') return 'none'
  if (/FILE|DIR/.test(usage)) return 'file'
  return usage.includes('SHELL') ? ['bash', 'zsh'] : 'free'
}
