import type { ExitCode, Io } from '../cli/io.js'
import type { CommandName, Flags } from '../cli/options.js'

/** The values of a command's positionals, by name: none, one, or for `NAME..` any number. */
export type Positionals = Readonly<Record<string, readonly string[]>>

export interface Command {
  readonly name: CommandName
  /** The word before it, for `invitations list` and the like. */
  readonly group?: 'invitations' | 'state' | 'audit' | 'auth'
  /** Its own word and positionals, as yargs writes them. */
  readonly usage: string
  readonly describe: string
  /** What a positional is, by name. */
  readonly positionals?: Readonly<Record<string, string>>
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Each command's code is loaded when it runs, so that no command pays for another. */
  run(flags: unknown, positionals: Positionals, io: Io): Promise<ExitCode>
}

function define<Name extends CommandName>(
  name: Name,
  rest: Omit<Command, 'name' | 'run'> & {
    run(flags: Flags<Name>, positionals: Positionals, io: Io): Promise<ExitCode>
  },
): Command {
  return { ...rest, name, run: (flags, positionals, io) => rest.run(flags as Flags<Name>, positionals, io) }
}

/** Every command, in the order of --help. */
export const COMMANDS: readonly Command[] = [
  define('init', {
    usage: 'init [DIR]',
    describe: 'Write a starter manifest',
    positionals: { DIR: 'The folder to write guestlist.yaml in; made where it is missing [default: here]' },
    examples: [
      ['guestlist init', 'begin here'],
      ['guestlist init identity', 'begin in a folder of its own'],
    ],
    run: async (flags, given, io) => (await import('../commands/init.js')).init(given.DIR?.[0], flags, io),
  }),
  define('validate', {
    usage: 'validate',
    describe: 'Check manifests, without the network',
    examples: [
      ['guestlist validate', 'check guestlist.yaml'],
      ['guestlist validate -f teams/ --json', 'check a folder, for machines'],
    ],
    run: async (flags, _, io) => (await import('../commands/validate.js')).validate(flags, io),
  }),
  define('plan', {
    usage: 'plan',
    describe: 'Show what apply would do; change nothing',
    examples: [
      ['guestlist plan', 'what would change now'],
      ['guestlist plan --out plan.json', 'save it, to apply exactly this'],
      ['guestlist plan --detailed-exitcode', 'exit with 2 where there are changes'],
    ],
    run: async (flags, _, io) => (await import('../commands/plan.js')).plan(flags, io),
  }),
  define('apply', {
    usage: 'apply [PLANFILE]',
    describe: 'Plan (or load a saved plan), ask, and make the changes',
    positionals: { PLANFILE: 'A plan saved with plan --out; it needs no approval' },
    examples: [
      ['guestlist apply', 'plan, ask, apply'],
      ['guestlist apply plan.json', 'apply what was approved, and nothing else'],
      ['guestlist apply --auto-approve --no-removals', 'invitations only, without asking'],
    ],
    run: async (flags, given, io) => (await import('../commands/apply.js')).apply(given.PLANFILE?.[0], flags, io),
  }),
  define('explain', {
    usage: 'explain <SUBJECT>',
    describe: 'Say why an invitation or an address is decided as it is',
    positionals: {
      SUBJECT:
        'The id of an invitation, or an e-mail address: its invitations and its removal, or the rules that name it',
    },
    examples: [
      ['guestlist explain 56', 'every rule that matches, and which wins'],
      ['guestlist explain bob@acme.example --from live.json', 'from a snapshot'],
    ],
    run: async (flags, given, io) =>
      (await import('../commands/explain.js')).explain(given.SUBJECT?.[0] ?? '', flags, io),
  }),
  define('export', {
    usage: 'export',
    describe: 'Write a manifest that describes the live state',
    examples: [
      ['guestlist export --out guestlist.yaml', 'begin with what there is; an existing file stays'],
      ['guestlist export --status denied', 'only what is denied'],
    ],
    run: async (flags, _, io) => (await import('../commands/export.js')).exportManifest(flags, io),
  }),
  define('snapshot', {
    usage: 'snapshot',
    describe: 'Save the live state, to plan from it without credentials',
    examples: [
      ['guestlist snapshot --out live.json', 'the invitations and the removals remembered'],
      ['guestlist plan --from live.json', 'plan from it'],
    ],
    run: async (flags, _, io) => (await import('../commands/snapshot.js')).snapshot(flags, io),
  }),
  define('show', {
    usage: 'show <PLANFILE>',
    describe: 'Show a saved plan, offline',
    positionals: { PLANFILE: 'A plan saved with plan --out' },
    examples: [
      ['guestlist show plan.json', 'as plan showed it'],
      ['guestlist show plan.json --format markdown', 'for a pull request'],
      ['guestlist show plan.json --format html > plan.html', 'a page for reviewers'],
    ],
    run: async (flags, given, io) => (await import('../commands/show.js')).show(given.PLANFILE?.[0] ?? '', flags, io),
  }),
  define('invitationsList', {
    group: 'invitations',
    usage: 'list',
    describe: 'List the live invitations',
    examples: [['guestlist invitations list --status pending', 'those that wait for a decision']],
    run: async (flags, _, io) => (await import('../commands/invitations.js')).listInvitations(flags, io),
  }),
  define('invitationsGet', {
    group: 'invitations',
    usage: 'get <ID>',
    describe: 'Show one invitation',
    positionals: { ID: "The invitation's id" },
    examples: [['guestlist invitations get 56', 'the invitation with this id']],
    run: async (flags, given, io) =>
      (await import('../commands/invitations.js')).getInvitation(given.ID?.[0] ?? '', flags, io),
  }),
  define('stateList', {
    group: 'state',
    usage: 'list',
    describe: 'List the removals that are remembered',
    examples: [
      ['guestlist state list', 'those of the state that guestlist.yaml names'],
      ['guestlist state list --json', 'for machines'],
    ],
    run: async (flags, _, io) => (await import('../commands/state.js')).stateList(flags, io),
  }),
  define('stateRm', {
    group: 'state',
    usage: 'rm <EMAIL..>',
    describe: 'Forget removals, so that the next apply asks for them again',
    positionals: { EMAIL: 'Addresses as state list shows them; all of them are forgotten, or none' },
    examples: [['guestlist state rm bob@acme.example', 'remove bob again with the next apply']],
    run: async (flags, given, io) => (await import('../commands/state.js')).stateRemove(given.EMAIL ?? [], flags, io),
  }),
  define('stateUnlock', {
    group: 'state',
    usage: 'unlock <ID>',
    describe: 'Remove a lock that a run left behind; never one of a run that still goes on',
    positionals: { ID: "The lock's id, as the message about the lock shows it" },
    examples: [['guestlist state unlock 0b7e2c1a-8f7f-4c0e-9d43-1c2f5a6b7c8d', 'the lock with this id']],
    run: async (flags, given, io) => (await import('../commands/state.js')).stateUnlock(given.ID?.[0] ?? '', flags, io),
  }),
  define('auditVerify', {
    group: 'audit',
    usage: 'verify <FILE>',
    describe: 'Find changed, removed and reordered lines of an audit log',
    positionals: { FILE: 'A log that apply --audit-log wrote, or - for standard input' },
    examples: [
      ['guestlist audit verify audit.jsonl', 'the chain of its lines'],
      ['guestlist audit verify audit.jsonl --expect-head HASH', 'and that nothing was cut off since HASH was printed'],
    ],
    run: async (flags, given, io) =>
      (await import('../commands/audit-verify.js')).auditVerify(given.FILE?.[0] ?? '', flags, io),
  }),
  define('login', {
    usage: 'login',
    describe: 'Log in with your own account, in a browser',
    examples: [
      ['guestlist login', 'open the browser'],
      ['guestlist login --device', 'where there is no browser: a code to enter elsewhere'],
    ],
    run: async (flags, _, io) => (await import('../commands/login.js')).login(flags, io),
  }),
  define('logout', {
    usage: 'logout',
    describe: 'Revoke and delete the tokens of the login',
    examples: [['guestlist logout', 'for the API in use']],
    run: async (flags, _, io) => (await import('../commands/logout.js')).logout(flags, io),
  }),
  define('authStatus', {
    group: 'auth',
    usage: 'status',
    describe: 'Say which credential is used, and why',
    examples: [
      ['guestlist auth status', 'for people'],
      ['guestlist auth status --json', 'for machines'],
    ],
    run: async (flags, _, io) => (await import('../commands/auth-status.js')).authStatus(flags, io),
  }),
  define('sandbox', {
    usage: 'sandbox',
    describe: 'Serve an embedded BIMData SSO API on this machine, for demos and rehearsals',
    examples: [
      ['guestlist sandbox --port 8099', 'a small organisation, in memory'],
      ['guestlist sandbox --data org.yaml --fault accept:503:nth=2', 'your own data, and one fault'],
    ],
    run: async (flags, _, io) => (await import('../commands/sandbox.js')).sandbox(flags, io),
  }),
  define('completion', {
    usage: 'completion [SHELL]',
    describe: 'Print a completion script for bash or zsh',
    positionals: { SHELL: 'bash or zsh [default: the shell in $SHELL]' },
    examples: [
      ['source <(guestlist completion bash)', 'in ~/.bashrc'],
      ['source <(guestlist completion zsh)', 'in ~/.zshrc, after compinit'],
    ],
    run: async (flags, given, io) => (await import('./completion.js')).completion(given.SHELL?.[0], flags, io),
  }),
]

/** Commands that only group others. */
export const GROUPS = {
  invitations: 'Look at live invitations',
  state: 'Look at and mend what is remembered of removals',
  audit: 'Check an audit log',
  auth: 'See which credential is used',
} as const satisfies Record<NonNullable<Command['group']>, string>
