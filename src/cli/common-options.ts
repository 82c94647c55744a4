import type { CommandOptions, ValuesOf } from './option.js'

/** Accepted by every command; each group is used by the commands that list it in `uses`, and `always` by all. */
export const COMMON_GROUPS = {
  always: {
    chdir: { kind: 'text', value: 'DIR', completes: 'file', describe: 'Change to this folder before anything else' },
    noColor: { kind: 'switch', describe: 'No colours (NO_COLOR and FORCE_COLOR are honoured too)' },
    logLevel: {
      kind: 'choice',
      value: 'LEVEL',
      // `trace` logs the same as `debug`; it is accepted because other tools have it.
      choices: ['off', 'error', 'warn', 'info', 'debug', 'trace'],
      anyCase: true,
      fallback: 'info',
      env: ['GUESTLIST_LOG'],
      describe: 'What to log on standard error',
    },
  },
  manifest: {
    file: {
      kind: 'list',
      value: 'PATH',
      alias: 'f',
      completes: 'file',
      describe: 'Manifest: a file, a folder or - for standard input; repeatable [default: guestlist.yaml]',
    },
  },
  format: {
    format: { kind: 'text', value: 'FORMAT', describe: 'Output format' },
    json: { kind: 'switch', describe: 'Same as --format json' },
  },
  prompt: {
    noInput: { kind: 'switch', describe: 'Never ask; refuse if an answer would be needed' },
  },
  api: {
    apiUrl: {
      kind: 'text',
      value: 'URL',
      env: ['BIMDATA_API_URL'],
      describe: 'Address of the API [default: https://api.bimdata.io]',
    },
    timeout: {
      kind: 'duration',
      positive: true,
      fallback: 60_000,
      describe: 'Time-out of one request: seconds, or 500ms, 2m [default: 60]',
    },
    allowInsecureHttp: {
      kind: 'switch',
      describe: 'Allow http:// to other hosts; credentials are then sent unencrypted',
    },
  },
  retries: {
    retries: {
      kind: 'integer',
      min: 0,
      max: 100,
      fallback: 4,
      describe: 'Retries of a request after a transient failure [default: 4]',
    },
  },
  limits: {
    maxBody: {
      kind: 'integer',
      min: 1,
      max: 1_048_576,
      fallback: 4096,
      value: 'MIB',
      describe: 'Largest answer read from the API, in MiB after decompression [default: 4096]',
    },
    maxDepth: {
      kind: 'integer',
      min: 2,
      max: 10_000,
      fallback: 32,
      describe: 'Deepest nesting accepted in JSON [default: 32]',
    },
  },
} as const satisfies Readonly<Record<string, CommandOptions>>

export type CommonGroup = keyof typeof COMMON_GROUPS

export const COMMON = {
  ...COMMON_GROUPS.manifest,
  ...COMMON_GROUPS.api,
  ...COMMON_GROUPS.retries,
  ...COMMON_GROUPS.limits,
  ...COMMON_GROUPS.format,
  ...COMMON_GROUPS.always,
  ...COMMON_GROUPS.prompt,
} as const satisfies CommandOptions

/** What a command that reads the live state uses. */
export const READING = ['api', 'retries', 'limits'] as const satisfies readonly CommonGroup[]

/** Options that several commands share. */
export const PLANNING = {
  target: {
    kind: 'list',
    limits: true,
    commas: true,
    value: 'ADDRESS',
    completes: 'target',
    describe:
      'Only this address, as a plan shows it: bimdata_invitation.56, or bimdata_user.bob@acme.example with the denials of their invitations; repeatable',
  },
  noRemovals: { kind: 'switch', limits: true, describe: 'Plan no removals' },
  maxRemovals: { kind: 'integer', limits: true, min: 0, describe: 'Overrides guards.maxRemovals' },
  noLoss: { kind: 'switch', describe: 'Do not check which clouds are deleted with a removed user' },
} as const satisfies CommandOptions

export const DECIDING = {
  protect: {
    kind: 'list',
    limits: true,
    adds: true,
    commas: true,
    value: 'PATTERN',
    describe: 'Addresses that are never removed, comma-separated, wildcards allowed; repeatable',
  },
  now: { kind: 'timestamp', describe: 'Decide as at this time (RFC 3339)' },
} as const satisfies CommandOptions

export const CONCURRENCY = {
  parallelism: {
    kind: 'integer',
    min: 1,
    max: 1000,
    fallback: 10,
    describe: 'Maximum number of concurrent requests [default: 10]',
  },
  rateLimit: { kind: 'rate', describe: 'Maximum number of requests per second: 20 or 20/s' },
} as const satisfies CommandOptions

export type ConcurrencyFlags = ValuesOf<typeof CONCURRENCY>

export type DecidingFlags = ValuesOf<typeof DECIDING>

export type PlanningFlags = ValuesOf<typeof PLANNING> & DecidingFlags

/** How many approvals a plan needs. The stricter of flag and variable holds: see commands/shared/plan-approvals.ts. */
export const REQUIRING = {
  requiredApprovals: {
    kind: 'integer',
    min: 0,
    describe: 'Number of approvals required; the strictest of flag, variable and manifest applies',
  },
  requiredApprovalsFor: {
    kind: 'choice',
    choices: ['removals', 'all'],
    describe: 'Plans that --required-approvals applies to: those with removals (default), or all with changes',
  },
} as const satisfies CommandOptions

export const APPROVING = {
  approval: {
    kind: 'list',
    completes: 'file',
    describe: 'A file that guestlist approve wrote, or a folder of *.sig; repeatable [default: those beside PLANFILE]',
  },
  allowedSigners: {
    kind: 'text',
    completes: 'file',
    describe: 'OpenSSH allowed_signers file of those who may approve',
  },
  author: {
    kind: 'text',
    describe: 'Author of the plan, as named in the signers file; their own approval does not count',
  },
  ...REQUIRING,
} as const satisfies CommandOptions

export type RequiringFlags = ValuesOf<typeof REQUIRING>

export type ApprovingFlags = ValuesOf<typeof APPROVING>

export const SNAPSHOT_FROM = {
  from: { kind: 'text', completes: 'file', describe: 'Read a snapshot file instead of the API' },
} as const satisfies CommandOptions

export type SnapshotFromFlags = ValuesOf<typeof SNAPSHOT_FROM>

/** What a command that changes something takes. */
export const APPLYING = {
  auditLog: {
    kind: 'text',
    completes: 'file',
    describe: 'Append decisions and actions to this file, one JSON line each',
  },
  acceptAbsent: { kind: 'switch', describe: 'Also succeed if the API knows none of the users to remove' },
} as const satisfies CommandOptions

export type ApplyingFlags = ValuesOf<typeof APPLYING>

export const LOCKING = {
  lockTimeout: { kind: 'duration', fallback: 0, describe: 'How long to wait for a held lock [default: 0]' },
  noLock: { kind: 'switch', describe: 'Do not lock the state; dangerous if others may run' },
} as const satisfies CommandOptions

export type LockingFlags = ValuesOf<typeof LOCKING>

export const OUT = {
  out: { kind: 'text', completes: 'file', describe: 'Write to this file' },
} as const satisfies CommandOptions

export type OutFlags = ValuesOf<typeof OUT>

export const PLAN_FORMATS = ['text', 'json', 'markdown', 'diff', 'html'] as const

export type PlanFormat = (typeof PLAN_FORMATS)[number]

/** Every format of any command. */
export const FORMATS = [...PLAN_FORMATS, 'table', 'yaml', 'csv', 'junit', 'sarif'] as const

export type Format = (typeof FORMATS)[number]
