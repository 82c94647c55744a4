/** How a flag's value is parsed: see `readValue` in flags.ts. */
export type OptionKind =
  | { readonly kind: 'switch' }
  | { readonly kind: 'text' | 'timestamp' }
  /**
   * Repeatable; comma- or newline-separated in its variable and, with `commas`, on the command line too. `adds`: the
   * command line adds to the variable instead of replacing it.
   */
  | { readonly kind: 'list'; readonly adds?: boolean; readonly commas?: boolean }
  /** Seconds, or a number with ms, s, m or h; read as milliseconds. */
  | { readonly kind: 'duration'; readonly positive?: boolean; readonly fallback?: number }
  /** A whole number of days, with or without d. */
  | { readonly kind: 'days'; readonly fallback?: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max?: number; readonly fallback?: number }
  /** A number per second, with or without /s. */
  | { readonly kind: 'rate' }
  | {
      readonly kind: 'choice'
      readonly choices: readonly string[]
      readonly anyCase?: boolean
      readonly fallback?: string
    }

/**
 * What a shell completes for a value or an argument: file names, or these words. `address`: e-mail addresses in the
 * folder's manifests and state; `target`: users as a plan shows them.
 */
export type Completes = 'file' | 'address' | 'target' | readonly string[]

/** Words that are loaded only for completion. */
export type LazyWords = () => Promise<readonly string[]>

export interface Option {
  readonly describe: string
  readonly alias?: string
  /** The placeholder for the value in --help; defaults to one for the kind. */
  readonly value?: string
  /** Variables read in addition to `GUESTLIST_…`, in order of precedence. */
  readonly env?: readonly string[]
  readonly completes?: Completes
  /**
   * It limits what is done. Its variable is an error if it is set but empty: a pipeline that lost the value must not
   * run without the limit.
   */
  readonly limits?: true
}

/** By key: `maxRemovals` for `--max-removals`. */
export type CommandOptions = Readonly<Record<string, Option & OptionKind>>

/** The type of an option's value. */
type ValueOf<O> = O extends { kind: 'switch' }
  ? boolean
  : O extends { kind: 'list' }
    ? readonly string[]
    : O extends { kind: 'timestamp' }
      ? Date | undefined
      : O extends { kind: 'duration' | 'days' | 'integer' | 'rate' }
        ? O extends { fallback: number }
          ? number
          : number | undefined
        : O extends { kind: 'choice'; choices: readonly (infer C)[] }
          ? O extends { fallback: string }
            ? C
            : C | undefined
          : string | undefined

export type ValuesOf<T> = { readonly [K in keyof T]: ValueOf<T[K]> }

/** `maxRemovals` → `max-removals` */
export const flagName = (key: string): string => key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

/** `maxRemovals` → `GUESTLIST_MAX_REMOVALS` */
export const variableName = (key: string): string => `GUESTLIST_${flagName(key).replaceAll('-', '_').toUpperCase()}`

/** The placeholder that follows a flag in --help: ` N`. */
export function valueName(option: Option & OptionKind): string {
  if (option.kind === 'switch') return ''
  if (option.value !== undefined) return ` ${option.value}`
  if (option.completes === 'file') return ' FILE'
  return ` ${VALUE_NAMES[option.kind]}`
}

const VALUE_NAMES: Readonly<Record<Exclude<OptionKind['kind'], 'switch'>, string>> = {
  text: 'TEXT',
  list: 'TEXT',
  timestamp: 'TIMESTAMP',
  duration: 'TIME',
  integer: 'N',
  days: 'DAYS',
  rate: 'R/s',
  choice: 'WORD',
}
