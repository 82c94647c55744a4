import { CommandError } from './io.js'
import type { CommandName } from './options.js'

const PLAN_FORMATS = ['text', 'json', 'markdown', 'diff', 'html'] as const
const TEXT_OR_JSON = ['text', 'json'] as const
const TEXT = ['text'] as const
const LISTS = ['table', 'json', 'yaml'] as const

/** The formats that each command knows, its default first. */
export const FORMATS = {
  init: TEXT,
  validate: TEXT_OR_JSON,
  plan: PLAN_FORMATS,
  apply: TEXT_OR_JSON,
  show: PLAN_FORMATS,
  explain: TEXT_OR_JSON,
  export: ['yaml'],
  snapshot: ['json'],
  invitationsList: LISTS,
  invitationsGet: LISTS,
  stateList: ['table', 'json'],
  stateRm: TEXT,
  stateUnlock: TEXT,
  auditVerify: TEXT_OR_JSON,
  login: TEXT_OR_JSON,
  logout: TEXT_OR_JSON,
  authStatus: TEXT_OR_JSON,
  sandbox: TEXT,
  completion: TEXT,
} as const satisfies Record<CommandName, readonly [string, ...string[]]>

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
