import { ERROR_CODES, type ErrorCode } from '../../model/error-codes.js'
import type { Page } from '../code-page.js'
import { OUTDATED, page, STORE_REST, UPGRADE } from './store-pages.js'

/** What ends a command; what each means is said beside the codes themselves. */
const REST: Readonly<Record<ErrorCode, Omit<Page, 'means'>>> = {
  usage: page(
    'A flag or an argument is misspelt, missing, of the wrong kind, or contradicts another one.',
    'Correct it: the message suggests what was probably meant.',
    'guestlist plan --help',
  ),
  'no-terminal': page(
    'A change needs an approval, and in a pipeline nobody can type it.',
    'Apply a saved plan, or pass `--auto-approve`.',
    'guestlist apply plan.json',
  ),
  declined: page(
    "Only 'yes' approves.",
    'Nothing was done. Run the command again to be asked again.',
    'guestlist apply',
  ),
  interrupted: page('Ctrl-C, or a signal.', 'Nothing was done. Run the command again.', 'guestlist apply'),
  'file-unreadable': page(
    'It is not there, this user may not read it, or it is no file.',
    'Check the path and its permissions.',
    'guestlist show plan.json',
  ),
  'file-unwritable': page(
    'The folder is not there, this user may not write to it, or the disk is full.',
    'Check the path and its permissions.',
    'guestlist plan --out plan.json',
  ),
  'file-occupied': page(
    'What is there may be all that somebody has: only an empty file, or an older one of the same kind, is replaced.',
    'Name another file, or move it away.',
    'guestlist plan --out plan.json',
  ),
  'manifest-problems': page(
    'Nothing is planned from a manifest with a problem.',
    'Correct each: it is shown with its line and what to do.',
    'guestlist validate',
  ),
  'test-problems': page(
    'Tests that cannot be read would pass in silence.',
    'Correct each: it is shown with its line and what to do.',
    'guestlist test',
  ),
  'tests-missing': page(
    'There is no `*.test.yaml` beside the manifest, and no test was not what you meant to pass.',
    'Write one, or record what is decided today.',
    'guestlist test --record guestlist.test.yaml',
  ),
  'not-found': page(
    'No invitation has this id, no record this address, or no list this name.',
    'List what is there.',
    'guestlist invitations list',
  ),
  'protects-nobody': page(
    'It is no address and no wildcard that could match one, so that somebody would believe to be protected who is not.',
    'Correct the entry.',
    'GUESTLIST_PROTECT="*@it.acme.example" guestlist plan',
  ),
  'plan-problems': page(
    'What contradicts itself cannot be carried out as it was meant.',
    'Correct what is shown above it, and plan again.',
    'guestlist plan',
  ),
  'plan-refused': page(
    'The plan goes over a guard, or removes somebody who is protected.',
    'The message names the guard or the protection, the numbers, and how to lift it.',
    'guestlist explain-code max_removals',
  ),
  'plan-stale': page(
    'Something changed since the plan was made, so that it would not do what was approved.',
    'Plan again, and have the new plan approved.',
    'guestlist plan --out plan.json',
  ),
  'plan-invalid': page(
    'It is another file, or it was cut off.',
    'Name the file that `plan --out` wrote.',
    'guestlist plan --out plan.json',
  ),
  'plan-newer': page(OUTDATED, UPGRADE, 'guestlist --version'),
  'plan-edited': page(
    'Its checksum does not match: what was approved may not be what it says now.',
    'Plan again.',
    'guestlist plan --out plan.json',
  ),
  'plan-other-api': page(
    'The same ids mean other invitations there.',
    'Use the address of the plan, or plan again.',
    'guestlist apply plan.json --api-url https://api.bimdata.io',
  ),
  'plan-settled': page(
    'A saved plan is carried out as it is, so the flag would have no effect.',
    'Leave out the flag, or plan again with it.',
    'guestlist plan --target bimdata_invitation.56 --out plan.json',
  ),
  'plan-empty': page(
    'A signature under nothing could be mistaken for one under something.',
    'Nothing has to be done.',
    'guestlist show plan.json',
  ),
  'plan-too-large': page(
    'The format needs the whole plan in memory at once.',
    'Show it as text or JSON, which are written as they are made.',
    'guestlist show plan.json --format text',
  ),
  'snapshot-invalid': page(
    'It is another file, or it was cut off.',
    'Name the file that `snapshot --out` wrote.',
    'guestlist snapshot --out live.json',
  ),
  'snapshot-newer': page(OUTDATED, UPGRADE, 'guestlist --version'),
  'snapshot-other-api': page(
    'The same ids mean other invitations there.',
    'Take a snapshot of the API that you plan for, or leave out `--api-url`.',
    'guestlist snapshot --out live.json',
  ),
  'approvals-missing': page(
    'Too few signatures count: each that does not is named with its reason.',
    'Have more people sign this very plan.',
    'guestlist approve plan.json',
  ),
  'approvals-unchecked': page(
    'Without a list of who may approve, anybody could.',
    'Name the signers file.',
    'guestlist apply plan.json --approval approvals --allowed-signers allowed_signers',
  ),
  'signers-invalid': page(
    'A line of it is not as OpenSSH writes it, or it cannot be read.',
    'Correct the line that is named.',
    'alice@acme.example namespaces="guestlist-approval" ssh-ed25519 AAAA…',
  ),
  'signing-key': page(
    'It is of a type that does not count, or its private half is not available.',
    'Name the key that the signers file lists, or load it into the agent.',
    'guestlist approve plan.json --key ~/.ssh/id_ed25519',
  ),
  'ssh-keygen': page(
    'It is not installed, older than OpenSSH 8.2, or refused.',
    'Install OpenSSH, and read what it said.',
    'ssh -V',
  ),
  'cannot-start': page(
    'The address is in use or not of this machine, or the program is not on the path.',
    'Name another address or program.',
    'guestlist serve --listen 127.0.0.1:9090',
  ),
  'api-not-sent': page(
    'The name does not resolve, nobody listens there, or the certificate is not trusted.',
    'Check the address, the proxy and NODE_EXTRA_CA_CERTS.',
    'guestlist doctor',
  ),
  'api-credentials': page(
    'None is set, or it has ended and could not be renewed.',
    'Set one, or log in.',
    'guestlist auth status',
  ),
  'api-http': page(
    '401 and 403: the credential does not suffice. 404: the address is not one of the API. 429 and 5xx: it is busy or broken, also after the retries.',
    'The message says which, and what to do.',
    'guestlist doctor',
  ),
  'api-network': page(
    'A proxy, a firewall or the server closed it.',
    'Run the command again; what was done is seen by reading.',
    'guestlist plan',
  ),
  'api-timeout': page(
    'The API or the network is slow.',
    'Run the command again, or wait longer.',
    'guestlist plan --timeout 60s',
  ),
  'api-invalid-answer': page(
    'Something else answers at this address, such as a proxy, or the API has changed.',
    'Check the address; look for a newer guestlist.',
    'guestlist doctor',
  ),
  'api-too-large': page(
    'No answer of the API should be so large: something else answers.',
    'Check the address.',
    'guestlist doctor',
  ),
  ...STORE_REST,
}

const MEANS = new Map(Object.entries(ERROR_CODES))

export const ERROR_PAGES: Readonly<Record<string, Page>> = Object.fromEntries(
  Object.entries(REST).map(([code, rest]) => [code, { means: MEANS.get(code) ?? '', ...rest }]),
)
