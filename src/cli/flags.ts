import { FORMATS } from './format.js'
import { CommandError } from './io.js'
import type { Kind } from './option-kind.js'
import { COMMON, type CommandName, type Flags, flagName, OPTIONS, optionsOf, variableName } from './options.js'

type Value = boolean | number | string | readonly string[] | Date | undefined

/** What yargs found for one flag: every flag but a switch is declared as text, so that it is read here, strictly. */
export type Given = Readonly<Record<string, unknown>>

/**
 * Reads a command's flags: the command line first, then `GUESTLIST_…`, then the flag's other variables, then the default.
 * `--protect` adds to its variable instead of replacing it: what is protected from outside stays so. It is not added here,
 * so that a plan can say who holds it.
 *
 * @throws CommandError for a value that does not fit
 */
export function readFlags<Name extends CommandName>(name: Name, given: Given, env: NodeJS.ProcessEnv): Flags<Name> {
  const values: Record<string, Value> = {}
  for (const [key, option] of Object.entries(optionsOf(name))) {
    const flag = `--${flagName(key)}`
    const text = given[flagName(key)]
    values[key] =
      text !== undefined
        ? readGiven(option, text, flag)
        : key === 'protect'
          ? []
          : fromEnvironment(option, [variableName(key), ...(option.env ?? [])], env)
  }
  return { ...values, ...settleFormat(name, values, given) } as Flags<Name>
}

const ALL_FORMATS: ReadonlySet<string> = new Set(Object.values(FORMATS).flat())

/**
 * Of --format and --json one on the command line goes before one in the environment; and what the environment says is
 * meant for the commands that know it, so that a pipeline can set it for all its steps.
 */
function settleFormat(name: CommandName, { format, json }: Readonly<Record<string, Value>>, given: Given) {
  if (given.format !== undefined) return { json: given.json !== undefined && json }
  if (given.json === true) return { format: undefined }
  const known: readonly Value[] = FORMATS[name]
  return {
    format: known.includes(format) || !ALL_FORMATS.has(String(format)) ? format : undefined,
    json: json === true && (given.json !== undefined || known.includes('json')),
  }
}

function fromEnvironment(option: Kind, variables: readonly string[], env: NodeJS.ProcessEnv): Value {
  const variable = variables.find(candidate => (env[candidate] ?? '') !== '')
  if (variable === undefined) return fallback(option)
  const text = env[variable] ?? ''
  if (option.kind === 'list') return splitList(text)
  return readValue(option, text, variable)
}

/** The members of a comma-separated variable. */
export const splitList = (text: string): readonly string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

function fallback(option: Kind): Value {
  if (option.kind === 'switch') return false
  if (option.kind === 'list') return []
  return 'fallback' in option ? option.fallback : undefined
}

function readGiven(option: Kind, given: unknown, flag: string): Value {
  if (option.kind === 'list') return (Array.isArray(given) ? given : [given]).map(item => nonEmpty(String(item), flag))
  if (Array.isArray(given))
    throw new CommandError(`${flag} was given ${given.length} times`, { advice: 'Give it once.' })
  return readValue(option, String(given), flag)
}

function nonEmpty(text: string, source: string): string {
  if (text.trim() === '') throw new CommandError(`${source} needs a value`)
  return text
}

const SWITCHES = new Set(
  [COMMON, ...Object.values(OPTIONS)].flatMap((options: Readonly<Record<string, Kind>>) =>
    Object.entries(options).flatMap(([key, { kind }]) => (kind === 'switch' ? [flagName(key)] : [])),
  ),
)

/**
 * A command line whose switches have only values that they know: left to yargs, `--no-removals=yes` would be false.
 *
 * @throws CommandError
 */
export function checkSwitches(argv: readonly string[]): readonly string[] {
  return argv.map(word => {
    const [, name = '', value = ''] = /^--([\w-]+)=(.*)$/s.exec(word) ?? []
    return SWITCHES.has(name) ? `--${name}=${readSwitch(value, `--${name}`)}` : word
  })
}

/** Strict: a value that does not fit is an error, whichever way it came. */
export function readValue(option: Kind, text: string, source: string): Value {
  switch (option.kind) {
    case 'switch':
      return readSwitch(text, source)
    case 'text':
    case 'list':
      return nonEmpty(text, source)
    case 'choice': {
      const word = option.anyCase ? text.toLowerCase() : text
      if (option.choices.includes(word)) return word
      throw misfit(source, text, `one of ${option.choices.join(', ')}`)
    }
    case 'integer':
      return readInteger(text, source, option.min, option.max ?? Number.MAX_SAFE_INTEGER)
    case 'rate': {
      const value = Number(/^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text)?.[1])
      if (value > 0) return value
      throw misfit(source, text, 'a number above 0, such as 20 or 20/s')
    }
    case 'duration':
      return readDuration(text, source, option.positive ?? false)
    case 'timestamp':
      return readTimestamp(text, source)
    default:
      return option satisfies never
  }
}

const misfit = (source: string, text: string, wanted: string): CommandError =>
  new CommandError(`${source}: ${JSON.stringify(text)} is not ${wanted}`)

function readSwitch(text: string, source: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw misfit(source, text, 'true, false, 1 or 0')
}

function readInteger(text: string, source: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw misfit(
    source,
    text,
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
  )
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 }

/** Longer than this a timer of Node's fires at once. */
const LONGEST_MS = 2 ** 31 - 1

function readDuration(text: string, source: string, positive: boolean): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text)
  const milliseconds = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN) : Number.NaN
  if (milliseconds >= 0 && milliseconds <= LONGEST_MS && !(positive && milliseconds === 0)) return milliseconds
  throw misfit(source, text, 'a time such as 30, 30s, 500ms or 2m (24 days at most)')
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/

function readTimestamp(text: string, source: string): Date {
  const date = RFC3339.test(text) ? new Date(text.replace(' ', 'T')) : new Date(Number.NaN)
  // A day that the month does not have would roll over to the next month.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  const exists = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  if (!Number.isNaN(date.getTime()) && exists) return date
  throw misfit(source, text, 'a time such as 2026-12-31T23:59:59Z or 2026-12-31')
}
