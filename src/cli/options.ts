import type { Options, ValuesOf } from './option-kind.js'

/** Every command takes these. */
export const COMMON = {
  file: {
    kind: 'list',
    alias: 'f',
    value: 'PATH',
    describe: 'Manifest: a file, a folder or - for standard input; repeatable [default: guestlist.yaml]',
  },
  apiUrl: {
    kind: 'text',
    value: 'URL',
    env: ['BIMDATA_API_URL'],
    describe: 'Address of the API [default: https://api.bimdata.io]',
  },
  format: { kind: 'text', value: 'FORMAT', describe: 'Format of the result' },
  json: { kind: 'switch', describe: 'The same as --format json' },
  noColor: { kind: 'switch', describe: 'No colours (NO_COLOR and FORCE_COLOR are honoured too)' },
  noInput: { kind: 'switch', describe: 'Never ask; refuse where an answer would be needed' },
  logLevel: {
    kind: 'choice',
    choices: ['off', 'error', 'warn', 'info', 'debug', 'trace'],
    anyCase: true,
    fallback: 'info',
    env: ['GUESTLIST_LOG'],
    describe: 'What is logged on standard error',
  },
  timeout: {
    kind: 'duration',
    positive: true,
    value: 'TIME',
    fallback: 60_000,
    describe: 'For one request: seconds, or 500ms, 2m [default: 60]',
  },
  retries: {
    kind: 'integer',
    min: 0,
    max: 100,
    value: 'N',
    fallback: 4,
    describe: 'Repeats of a request that failed for a passing reason [default: 4]',
  },
  maxBody: {
    kind: 'integer',
    min: 1,
    max: 1_048_576,
    value: 'MIB',
    fallback: 4096,
    describe: 'The longest answer of the API that is read, in MiB, decompressed [default: 4096]',
  },
  maxDepth: {
    kind: 'integer',
    min: 2,
    max: 10_000,
    value: 'N',
    fallback: 32,
    describe: 'The deepest nesting of its JSON that is read [default: 32]',
  },
  allowInsecureHttp: {
    kind: 'switch',
    describe: 'Allow http:// to other hosts than this one: credentials then travel in the clear',
  },
} as const satisfies Options

const PLANNING = {
  target: {
    kind: 'list',
    value: 'ADDRESS',
    describe:
      'Only this address, as a plan shows it: bimdata_invitation.56, or bimdata_user.bob@acme.example with the denials that the removal implies; repeatable',
  },
  noRemovals: { kind: 'switch', describe: 'Plan no removals' },
  maxRemovals: { kind: 'integer', min: 0, value: 'N', describe: 'In place of guards.maxRemovals' },
} as const satisfies Options

const DECIDING = {
  protect: {
    kind: 'list',
    value: 'PATTERN',
    describe: 'Addresses that are never removed, comma-separated, wildcards allowed; repeatable',
  },
  now: { kind: 'timestamp', value: 'TIMESTAMP', describe: 'Decide as at this time (RFC 3339)' },
} as const satisfies Options

const SNAPSHOT_FROM = {
  from: { kind: 'text', value: 'SNAPSHOT', describe: 'Read a snapshot file instead of the API' },
} as const satisfies Options

const LOCKING = {
  lockTimeout: {
    kind: 'duration',
    value: 'TIME',
    fallback: 0,
    describe: 'How long to wait for a held lock [default: 0]',
  },
  noLock: { kind: 'switch', describe: 'Do not lock the state; dangerous where others may run' },
} as const satisfies Options

const UNCHANGED = {
  showUnchanged: { kind: 'switch', describe: 'List also what needs nothing' },
} as const satisfies Options

const OUT = { out: { kind: 'text', value: 'FILE', describe: 'Write to this file' } } as const satisfies Options

/** What each command takes besides `COMMON`. */
export const OPTIONS = {
  init: {},
  validate: {},
  plan: {
    ...OUT,
    detailedExitcode: { kind: 'switch', describe: 'Exit with 2 where there are changes' },
    ...SNAPSHOT_FROM,
    ...PLANNING,
    ...DECIDING,
    ...UNCHANGED,
  },
  apply: {
    autoApprove: { kind: 'switch', describe: 'Do not ask' },
    parallelism: {
      kind: 'integer',
      min: 1,
      max: 1000,
      value: 'N',
      fallback: 10,
      describe: 'Requests under way at once [default: 10]',
    },
    rateLimit: { kind: 'rate', value: 'R/s', describe: 'Requests a second, at most: 20 or 20/s' },
    expect: { kind: 'text', value: 'DIGEST', describe: 'Apply only a plan of this digest' },
    failFast: { kind: 'switch', describe: 'Start nothing new after the first failure' },
    auditLog: { kind: 'text', value: 'FILE', describe: 'Append what is decided and done, one JSON line each' },
    ...LOCKING,
    ...PLANNING,
    ...DECIDING,
  },
  show: {},
  explain: { ...SNAPSHOT_FROM, ...DECIDING },
  export: {
    status: {
      kind: 'choice',
      choices: ['pending', 'accepted', 'denied'],
      value: 'STATUS',
      describe: 'Only invitations of this status',
    },
    ...OUT,
  },
  snapshot: { ...OUT },
  invitationsList: {
    status: {
      kind: 'choice',
      choices: ['pending', 'accepted', 'denied'],
      value: 'STATUS',
      describe: 'Only invitations of this status',
    },
  },
  invitationsGet: {},
  stateList: {},
  stateRm: { ...LOCKING },
  stateUnlock: {},
  auditVerify: {
    expectHead: {
      kind: 'text',
      value: 'HASH',
      describe: 'A head that an earlier audit verify printed; its line must still be there',
    },
  },
  login: {
    device: { kind: 'switch', describe: 'Use the device flow: for a machine without a browser' },
    redirectUri: {
      kind: 'text',
      value: 'URI',
      describe: 'Where the answer is caught [default: http://localhost:8080/oidc-callback]',
    },
  },
  logout: {},
  authStatus: {},
  sandbox: {
    port: {
      kind: 'integer',
      min: 0,
      max: 65_535,
      value: 'N',
      fallback: 0,
      describe: 'Port; 0 for any that is free [default: 0]',
    },
    data: { kind: 'text', value: 'FILE', describe: 'YAML file with invitations, users and clouds; kept up to date' },
    latency: { kind: 'integer', min: 0, max: 600_000, value: 'MS', describe: 'Milliseconds before each answer' },
    fault: {
      kind: 'list',
      value: 'FAULT',
      describe: 'OPERATION:KIND[:nth=N|p=P][:…], repeatable; for example accept:503:nth=2; help explains them',
    },
    unknownUser: {
      kind: 'choice',
      choices: ['404', '400', '204'],
      fallback: '404',
      value: 'STATUS',
      describe: 'What the removal of an unknown user is answered [default: 404]',
    },
    seed: { kind: 'integer', min: 0, value: 'N', describe: 'Of faults with a probability' },
    issuer: { kind: 'text', value: 'URL', describe: 'Also take access tokens of this OpenID provider' },
  },
  completion: {},
} as const satisfies Readonly<Record<string, Options>>

export type CommandName = keyof typeof OPTIONS

/** The values of a command's flags, from the command line, else from the environment, else the default. */
export type Flags<Name extends CommandName = 'validate'> = ValuesOf<typeof COMMON> & ValuesOf<(typeof OPTIONS)[Name]>

/** `maxRemovals` → `max-removals` */
export const flagName = (key: string): string => key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

/** `maxRemovals` → `GUESTLIST_MAX_REMOVALS` */
export const variableName = (key: string): string => `GUESTLIST_${flagName(key).replaceAll('-', '_').toUpperCase()}`

export const optionsOf = (name: CommandName): Options => ({ ...COMMON, ...OPTIONS[name] })
