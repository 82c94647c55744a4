import type { Page } from '../code-page.js'

/** What a command warns of on standard error while it goes on. */
export const NOTICE_PAGES = {
  unknown_variable: {
    means: 'A GUESTLIST_… variable is set that names no flag.',
    why: 'Guards and protections are set that way, and a typo would undo one.',
    remedy: 'Correct its name: the message suggests one. Variables of your own need another prefix.',
    example: 'GUESTLIST_PROTECT="*@it.acme.example" guestlist plan',
  },
  unused_flag: {
    means: 'A flag, or its variable, has no effect on this command.',
    why: 'Common flags are accepted everywhere, so that a pipeline can give them to all its steps.',
    remedy: 'Leave it out; it was perhaps meant for another command.',
    example: 'guestlist validate --json',
  },
  state_not_locked: {
    means: 'The state is not locked during this run.',
    why: '`--no-lock` says so, or the state server has no lock address. Two runs at a time could undo each other.',
    remedy: 'Set state.lockAddress or TF_HTTP_LOCK_ADDRESS, or leave out `--no-lock`.',
    example: `state:
  backend: http
  address: https://state.acme.example/guestlist
  lockAddress: https://state.acme.example/guestlist/lock`,
  },
  lock_taken_over: {
    means: 'The lock of a process that has ended was taken over.',
    why: 'That run was killed. What it did is in the state and the audit log.',
    remedy: 'Nothing, if that run was meant to end.',
    example: 'guestlist audit show audit.jsonl',
  },
  tests_incomplete: {
    means: 'Some invitations are not in the recorded tests.',
    why: 'A test cannot express their role, or their address.',
    remedy: 'Write tests of what matters about them by hand.',
    example: 'guestlist test --coverage',
  },
  test_file_name: {
    means: 'The recorded tests are in a file that `guestlist test` does not find by itself.',
    why: 'It looks for `*.test.yaml` beside the manifest.',
    remedy: 'Rename the file, or name it.',
    example: 'guestlist test tests/everything.yaml',
  },
  lint_undecided: {
    means: 'What some rules cover is too complex to be decided.',
    why: 'Many wildcards in many fields at once would take unreasonably long, so nothing is said of whether they are shadowed, redundant or in conflict.',
    remedy: 'Simplify them, or test what they decide.',
    example: 'guestlist test --coverage',
  },
  manifest_too_large: {
    means: 'The exported manifest is larger than one manifest may be.',
    why: 'More is live than 10 MiB of rules can describe.',
    remedy: 'Split it into several files, or export one status at a time.',
    example: 'guestlist export --status accepted --out accepted.yaml',
  },
  tokens_not_revoked: {
    means: 'The login is forgotten here, but its tokens were not revoked.',
    why: 'The identity provider could not be reached, or refused.',
    remedy: "End the session in the provider's account console.",
    example: 'guestlist logout',
  },
  login_unused: {
    means: 'A credential in the environment takes precedence over the login.',
    why: 'The first credential in the list is used, and the login comes last.',
    remedy: 'Unset the variable to use the login.',
    example: 'guestlist auth status',
  },
  run_failed: {
    means: 'A run of serve failed, was refused, or did not finish.',
    why: 'The lines say why.',
    remedy: 'Fix that; serve retries by itself, with longer and longer pauses.',
    example: 'curl http://127.0.0.1:8080/status',
  },
  webhook_not_forwarded: {
    means: 'A webhook could not be passed on to the address of `--forward`.',
    why: 'That server is down or refused it. guestlist itself acted on it.',
    remedy: 'Check that server; the event is not sent again.',
    example: 'guestlist serve --forward https://hooks.acme.example/bimdata',
  },
  no_leader: {
    means: 'This instance of serve cannot find out whether it is the one to work.',
    why: "The state's lock cannot be reached.",
    remedy: 'Check the state; serve retries by itself.',
    example: 'guestlist doctor',
  },
  grace_exceeded: {
    means: 'What was in flight did not finish within `--grace`, and was cut.',
    why: 'The service was asked to end. An action that was cut may have taken effect: the next run reads it.',
    remedy: 'Give it longer, and the supervisor longer still.',
    example: 'guestlist serve --grace 60s',
  },
  remote_listener: {
    means: 'Others can reach the page of serve.',
    why: '`--allow-remote` is set. The page shows names and addresses to anybody who asks.',
    remedy: 'Put a proxy that authenticates in front of it.',
    example: 'guestlist serve --listen 0.0.0.0:8080 --allow-remote',
  },
} as const satisfies Readonly<Record<string, Page>>

/** Stable names of what a command warns of while it goes on. */
export type NoticeCode = keyof typeof NOTICE_PAGES
