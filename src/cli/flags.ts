import { GuestlistError } from '../model/error.js'
import { COMMON, FORMATS, type Format } from './common-options.js'
import { type CommandOptions, flagName, type OptionKind, type ValuesOf, variableName } from './option.js'

type FlagValue = boolean | number | string | readonly string[] | Date | undefined

/** What yargs found, by name. Flags other than switches are declared as strings, to be parsed here, strictly. */
export type Given = Readonly<Record<string, unknown>>

/** What every command receives: `--format` and `--json` are merged. */
export type CommonFlags<F extends Format = Format> = Omit<ValuesOf<typeof COMMON>, 'format' | 'json'> & {
  readonly format: F
  /** The keys of the flags given on the command line. */
  readonly given: ReadonlySet<string>
}

/** The values of a command's flags, from the command line, the environment or the default, in that order. */
export type Flags<O extends CommandOptions, F extends Format> = CommonFlags<F> & ValuesOf<O>

interface DeclaredFlags<O extends CommandOptions, F extends Format> {
  readonly options: O
  /** The default comes first. */
  readonly formats: readonly [F, ...F[]]
}

/**
 * Reads a command's flags: the command line first, then `GUESTLIST_…`, then the flag's other variables, then the
 * default. A flag that adds to its variable is not combined with it here, so that a plan can name the source of a
 * protection.
 *
 * @throws GuestlistError for an invalid value
 */
export function readFlags<O extends CommandOptions, F extends Format>(
  { options, formats }: DeclaredFlags<O, F>,
  given: Given,
  env: NodeJS.ProcessEnv,
): Flags<O, F> {
  const values: Record<string, FlagValue> = {}
  const keys = new Set<string>()
  for (const [key, option] of Object.entries<CommandOptions[string]>({ ...options, ...COMMON })) {
    const text = given[flagName(key)]
    const adds = option.kind === 'list' && option.adds === true
    if (option.limits && (text === undefined || adds)) refuseEmpty(variableName(key), env)
    if (text !== undefined) keys.add(key)
    if (text !== undefined) values[key] = readGiven(option, text, `--${flagName(key)}`)
    else values[key] = fromEnvironment(option, [variableName(key), ...(option.env ?? [])], env)
    if (text === undefined && adds) values[key] = []
  }
  const read: object = { ...values, format: readFormat(values, keys, formats), given: keys }
  return read as Flags<O, F>
}

/**
 * --format and --json on the command line take precedence over the environment. A format in the environment applies
 * only to the commands that support it, so that a pipeline can set it for all its steps.
 */
function readFormat<F extends Format>(
  { format, json }: Readonly<Record<string, FlagValue>>,
  given: ReadonlySet<string>,
  formats: readonly [F, ...F[]],
): F {
  const onLine = given.has('format') || (given.has('json') && json === true)
  const knows = (wanted: FlagValue) => formats.some(each => each === wanted) || FORMATS.every(each => each !== wanted)
  const named = (onLine ? given.has('format') : knows(format)) ? format : undefined
  const asJson = json === true && (onLine ? given.has('json') : knows('json'))
  if (asJson && named !== undefined && named !== 'json')
    throw new GuestlistError('usage', `--json and --format ${String(named)} contradict each other`)
  const asked = asJson ? 'json' : (named ?? formats[0])
  const found = formats.find(each => each === asked)
  if (found !== undefined) return found
  throw invalidValue(
    given.has('format') || asJson ? '--format' : 'GUESTLIST_FORMAT',
    String(asked),
    `one of ${formats.join(', ')}`,
  )
}

function fromEnvironment(option: OptionKind, variables: readonly string[], env: NodeJS.ProcessEnv): FlagValue {
  const variable = variables.find(candidate => (env[candidate] ?? '') !== '')
  if (variable === undefined) return fallback(option)
  const text = env[variable] ?? ''
  if (option.kind === 'list') return nonEmptyList(text, variable)
  return readValue(option, text, variable)
}

/** @throws GuestlistError for a variable that is set but empty */
export function refuseEmpty(variable: string, env: NodeJS.ProcessEnv): void {
  if (env[variable]?.trim() !== '') return
  throw new GuestlistError('usage', `${variable} is set but empty`, { advice: 'Set it to a value, or unset it.' })
}

/** The items of a list written as one string. */
export const splitList = (text: string): readonly string[] =>
  text
    .split(/[,\r\n]/)
    .map(item => item.trim())
    .filter(item => item !== '')

function fallback(option: OptionKind): FlagValue {
  if (option.kind === 'switch') return false
  if (option.kind === 'list') return []
  return 'fallback' in option ? option.fallback : undefined
}

function readGiven(option: OptionKind, given: unknown, flag: string): FlagValue {
  if (option.kind === 'list') {
    const items = [given].flat().map(item => nonEmpty(String(item), flag))
    return option.commas ? items.flatMap(item => nonEmptyList(item, flag)) : items
  }
  if (Array.isArray(given))
    throw new GuestlistError('usage', `${flag} was given ${given.length} times`, { advice: 'Give it once.' })
  return readValue(option, String(given), flag)
}

/** An empty list is a mistake: read as no list, it could target everything or protect nobody. */
function nonEmptyList(text: string, source: string): readonly string[] {
  const items = splitList(text)
  if (items.length > 0) return items
  throw new GuestlistError('usage', `${source}: ${JSON.stringify(text)} is an empty list`, {
    advice: 'Write what is meant, or leave it out.',
  })
}

function nonEmpty(text: string, source: string): string {
  if (text.trim() === '') throw new GuestlistError('usage', `${source} needs a value`)
  return text
}

/**
 * Checks and normalizes the values of switches: yargs would read `--no-removals=yes` as false.
 *
 * @param switches their names, without dashes
 * @throws GuestlistError
 */
export function checkSwitches(argv: readonly string[], switches: ReadonlySet<string>): readonly string[] {
  return argv.map(word => {
    const [, name = '', value = ''] = /^--([\w-]+)=(.*)$/s.exec(word) ?? []
    return switches.has(name) ? `--${name}=${readSwitch(value, `--${name}`)}` : word
  })
}

/** Strict: an invalid value is an error, wherever it comes from. */
export function readValue(option: OptionKind, text: string, source: string): FlagValue {
  switch (option.kind) {
    case 'switch':
      return readSwitch(text, source)
    case 'text':
    case 'list':
      return nonEmpty(text, source)
    case 'choice': {
      const word = option.anyCase ? text.toLowerCase() : text
      if (option.choices.includes(word)) return word
      throw invalidValue(source, text, `one of ${option.choices.join(', ')}`)
    }
    case 'integer':
      return readInteger(text, source, option.min, option.max ?? Number.MAX_SAFE_INTEGER)
    case 'days': {
      const days = Number(/^(\d{1,5})d?$/.exec(text)?.[1] ?? Number.NaN)
      if (!Number.isNaN(days)) return days
      throw invalidValue(source, text, 'a number of days, such as 30d')
    }
    case 'rate': {
      const value = Number(/^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text)?.[1])
      if (value > 0) return value
      throw invalidValue(source, text, 'a number above 0, such as 20 or 20/s')
    }
    case 'duration':
      return readDuration(text, source, option.positive ?? false)
    case 'timestamp':
      return readTimestamp(text, source)
    default:
      return option satisfies never
  }
}

const invalidValue = (source: string, text: string, wanted: string): GuestlistError =>
  new GuestlistError('usage', `${source}: ${JSON.stringify(text)} is not ${wanted}`)

function readSwitch(text: string, source: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw invalidValue(source, text, 'true, false, 1 or 0')
}

function readInteger(text: string, source: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw invalidValue(
    source,
    text,
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
  )
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 }

/** Node's timers fire at once if the delay is longer than this. */
const LONGEST_MS = 2 ** 31 - 1

function readDuration(text: string, source: string, positive: boolean): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text)
  const milliseconds = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN) : Number.NaN
  if (milliseconds >= 0 && milliseconds <= LONGEST_MS && !(positive && milliseconds === 0)) return milliseconds
  throw invalidValue(source, text, 'a time such as 30, 30s, 500ms or 2m (24 days at most)')
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/

function readTimestamp(text: string, source: string): Date {
  const date = RFC3339.test(text) ? new Date(text.replace(' ', 'T')) : new Date(Number.NaN)
  // A nonexistent day, such as February 30, would roll over to the next month.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  if (!Number.isNaN(date.getTime()) && exists) return date
  throw invalidValue(source, text, 'a time such as 2026-12-31T23:59:59Z or 2026-12-31')
}
