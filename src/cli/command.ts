import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { GuestlistError } from '../model/error.js'
import { COMMON, COMMON_GROUPS, type CommonGroup, type Format } from './common-options.js'
import { type CommonFlags, type Flags, type Given, readFlags } from './flags.js'
import { type Io, withIo } from './io.js'
import { createLog } from './log.js'
import { type CommandOptions, type Completes, flagName, type LazyWords } from './option.js'

/** A command as the parser, --help and completion see it. */
export interface Command {
  /** Its words and arguments: `state rm <EMAIL..>`. */
  readonly usage: string
  readonly describe: string
  readonly positionals?: Readonly<Record<string, Positional>>
  /** Its own options by key; every command also takes the common ones. */
  readonly options: CommandOptions
  /** Which common options have an effect. */
  readonly uses: readonly Exclude<CommonGroup, 'always' | 'format'>[]
  /** The default comes first. */
  readonly formats: readonly [Format, ...Format[]]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Terms that its help also explains, such as the codes of its findings. */
  readonly glossary?: {
    readonly title: string
    readonly rows: readonly (readonly [term: string, describe: string])[]
    /** Applies to all terms. */
    readonly note: string
  }
  /** @return the exit code: one of EXIT, or that of a program it ran */
  run(given: Given, io: Io): Promise<number>
}

/** What the program consists of. */
export interface Catalog {
  readonly commands: readonly Command[]
  /** Describes each first word that is not a command by itself. */
  readonly groups: Readonly<Record<string, string>>
}

interface Positional {
  readonly describe: string
  readonly completes?: Completes | LazyWords
}

/** `<NAME>` one, `[NAME]` one or none, `<NAME..>` one or more, `[NAME..]` any number, `[-- NAME..]` all after `--`. */
type ArgumentsOf<Usage extends string> = Usage extends `${infer Word} ${infer Rest}`
  ? ArgumentOf<Word> & ArgumentsOf<Rest>
  : ArgumentOf<Usage>

type ArgumentOf<Word extends string> = Word extends `<${infer Name}..>` | `[${infer Name}..]`
  ? { readonly [K in Name]: readonly string[] }
  : Word extends `${infer Name}..]`
    ? { readonly [K in Name]: readonly string[] }
    : Word extends `<${infer Name}>`
      ? { readonly [K in Name]: string }
      : Word extends `[${infer Name}]`
        ? { readonly [K in Name]: string | undefined }
        : unknown

type Definition<Usage extends string, O extends CommandOptions, F extends Format> = Omit<
  Command,
  'usage' | 'options' | 'formats' | 'run'
> & {
  readonly usage: Usage
  readonly options: O
  readonly formats: readonly [F, ...F[]]
  /** Loads the command's code when it runs, so that no command pays for another. */
  run(flags: Flags<O, F>, args: ArgumentsOf<Usage>, io: Io): Promise<number>
}

/** Defines a command; the types of its flags and arguments are inferred from the definition. */
export function defineCommand<const Usage extends string, const O extends CommandOptions, const F extends Format>(
  definition: Definition<Usage, O, F>,
): Command {
  return {
    ...definition,
    run(given, io) {
      const flags = readFlags<O, F>(definition, given, io.env)
      warnOfUnused(definition, flags, io)
      return definition.run(flags, readArguments(definition.usage, given), inFolder(flags.chdir, io))
    },
  }
}

/** Common flags are accepted everywhere, so that a pipeline can pass them to every step; unused ones are reported. */
function warnOfUnused(command: Pick<Command, 'usage' | 'uses' | 'formats'>, flags: CommonFlags, io: Io): void {
  const used = commonOptionsOf(command)
  const unused = Object.keys(COMMON).filter(key => flags.given.has(key) && !(key in used) && key !== 'noInput')
  const log = createLog(flags.logLevel, io)
  for (const key of unused) log.warn('unused_flag', `--${flagName(key)} has no effect on ${wordsOf(command).join(' ')}`)
}

/** The io of a command that works in another folder. @throws GuestlistError if there is no such folder */
function inFolder(folder: string | undefined, io: Io): Io {
  if (folder === undefined) return io
  const cwd = resolve(io.cwd, folder)
  if (isFolder(cwd)) return withIo(io, { cwd })
  throw new GuestlistError('usage', `--chdir: there is no folder ${JSON.stringify(folder)}`)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function readArguments<Usage extends string>(usage: Usage, given: Given): ArgumentsOf<Usage> {
  const found = usage.matchAll(/(-- )?([A-Z]+)(\.\.)?[>\]]/g)
  const values = [...found].map(([, verbatim, name = '', many]) => {
    const texts = [given[verbatim === undefined ? name : '--'] ?? []].flat().map(String)
    return [name, many === undefined ? texts[0] : texts]
  })
  return Object.fromEntries(values)
}

/** `state rm <EMAIL..>` → `['state', 'rm']` */
export const wordsOf = ({ usage }: Pick<Command, 'usage'>): readonly string[] =>
  usage.split(' ').filter(word => /^[a-z-]+$/.test(word))

/** Every option that the command takes, its own first. */
export const optionsOf = ({ options }: Pick<Command, 'options'>): CommandOptions => ({ ...options, ...COMMON })

/** The common options that have an effect on the command. */
export const commonOptionsOf = ({ uses, formats }: Pick<Command, 'uses' | 'formats'>): CommandOptions => {
  const groups: readonly CommonGroup[] = [...uses, ...(formats.length > 1 ? (['format'] as const) : []), 'always']
  return Object.assign({}, ...groups.map(group => COMMON_GROUPS[group]))
}
