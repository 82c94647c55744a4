import { CommandError } from './io.js'

interface FormatFlags {
  readonly format: string | undefined
  readonly json: boolean
}

/** The format that a command was asked for; its first one where none was. */
export function formatOf<Format extends string>(flags: FormatFlags, formats: readonly [Format, ...Format[]]): Format {
  const asked = flags.json ? 'json' : flags.format
  if (flags.json && flags.format !== undefined && flags.format !== 'json') {
    throw new CommandError(`--json and --format ${flags.format} contradict each other`)
  }
  if (asked === undefined) return formats[0]
  const found = formats.find(format => format === asked)
  if (found !== undefined) return found
  throw new CommandError(`--format: ${JSON.stringify(asked)} is not one of ${formats.join(', ')}`)
}
