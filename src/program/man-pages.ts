import { type Command, commonOptionsOf, wordsOf } from '../cli/command.js'
import { type CommandOptions, flagName, variableName } from '../cli/option.js'
import { VERSION } from '../version.js'
import { CATALOG } from './catalog.js'
import { EXIT_CODES, FIRST_STEPS, type HelpRow, optionRow, synopsisOf } from './help.js'

/** The man pages by file name: `guestlist.1`, and one such as `guestlist-plan.1` per command. Written by the build. */
export function manPages(): ReadonlyMap<string, string> {
  const pages = CATALOG.commands.map(command => [`${nameOf(command)}.1`, commandPage(command)] as const)
  return new Map([['guestlist.1', overviewPage()], ...pages])
}

const nameOf = (command: Command): string => ['guestlist', ...wordsOf(command)].join('-')

const WHAT_IT_IS = 'plan and apply who is accepted, denied and removed at a BIMData identity provider'

function overviewPage(): string {
  const rows = CATALOG.commands.map((command): HelpRow => [`${nameOf(command)}(1)`, command.describe])
  return page('guestlist', [
    heading('NAME', `guestlist ${roff('-')} ${roff(WHAT_IT_IS)}`),
    heading('SYNOPSIS', '.B guestlist\n.I COMMAND\n[options]'),
    heading('COMMANDS', terms(rows)),
    heading('EXAMPLES', examples(FIRST_STEPS)),
    heading('EXIT STATUS', terms(EXIT_CODES)),
    heading('ENVIRONMENT', terms(VARIABLES)),
  ])
}

function commandPage(command: Command): string {
  const rows = (options: CommandOptions) =>
    Object.entries(options).map(([key, option]) => optionRow(key, option, command))
  const [words, ...args] = synopsisOf(command)
  const taken = { ...command.options, ...commonOptionsOf(command) }
  const variables = Object.entries(taken).map(
    ([key, { env = [] }]): HelpRow => [[variableName(key), ...env].join(', '), `The same as --${flagName(key)}.`],
  )
  return page(nameOf(command), [
    heading('NAME', `${roff(nameOf(command))} ${roff('-')} ${roff(lowerFirst(command.describe))}`),
    heading('SYNOPSIS', `.B guestlist ${roff(words)}\n${roff(args.join(' '))}`),
    heading('DESCRIPTION', roff(`${command.describe}.`)),
    heading(
      'ARGUMENTS',
      terms(Object.entries(command.positionals ?? {}).map(([name, { describe }]): HelpRow => [name, describe])),
    ),
    heading('OPTIONS', terms(rows(command.options))),
    command.glossary === undefined
      ? ''
      : heading(
          command.glossary.title.toUpperCase(),
          `${roff(command.glossary.note)}\n${terms(command.glossary.rows)}`,
        ),
    heading('COMMON OPTIONS', terms([...rows(commonOptionsOf(command)), ['-h, --help', 'Show the help']])),
    heading('EXAMPLES', examples(command.examples)),
    heading('EXIT STATUS', terms(EXIT_CODES)),
    heading('ENVIRONMENT', terms(variables)),
    heading('SEE ALSO', '.BR guestlist (1):\nthe credentials and other variables'),
  ])
}

/** Variables other than those of the flags. */
const VARIABLES: readonly HelpRow[] = [
  ['GUESTLIST_…', 'Every flag has a variable of the same name: --max-removals is GUESTLIST_MAX_REMOVALS.'],
  ['BIMDATA_API_URL', 'The address of the API, as --api-url.'],
  ['BIMDATA_ACCESS_TOKEN', 'A credential: an access token. The first of the credentials that is set is used.'],
  [
    'BIMDATA_API_KEY, BIMDATA_API_KEY_PREFIX',
    'A credential: an API key, and the word that is sent before it in place of ApiKey.',
  ],
  [
    'BIMDATA_CLIENT_ID, BIMDATA_CLIENT_SECRET',
    'A credential: those of an application. Its tokens come from BIMDATA_IAM_URL, or from BIMDATA_TOKEN_URL without discovery; BIMDATA_SCOPE sets their scope.',
  ],
  [
    'BIMDATA_CLOUD_ACCESS_TOKEN, BIMDATA_CLOUD_API_KEY, BIMDATA_CLOUD_CLIENT_ID, BIMDATA_CLOUD_CLIENT_SECRET',
    'Another credential, to read the clouds with.',
  ],
  ['KEYCLOAK_CLIENT_ID, KEYCLOAK_CLIENT_SECRET', 'The service account for users left in Keycloak.'],
  ['GUESTLIST_STATE_POSTGRES', 'The address of the PostgreSQL that holds the state; else PGHOST and its like.'],
  ['TF_HTTP_ADDRESS', 'The address of the state kept by the http backend, and TF_HTTP_LOCK_ADDRESS and its like.'],
  ['GUESTLIST_WEBHOOK_SECRET', 'The secret with which webhooks are signed.'],
  ['GUESTLIST_CONFIG_DIR', 'The folder of the logins.'],
  ['…_FILE', 'In place of a secret, such as BIMDATA_API_KEY_FILE: a file that holds it.'],
  ['HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS', 'Proxies, and certificates to trust.'],
  ['NO_COLOR, FORCE_COLOR', 'Whether text is coloured.'],
]

/** Without a date, so that two builds of one version are identical. */
const page = (name: string, sections: readonly string[]): string =>
  `.TH ${name.toUpperCase()} 1 "" "guestlist ${VERSION}" "guestlist"\n.nh\n.ad l\n${sections.join('')}`

const heading = (title: string, body: string): string => (body === '' ? '' : `.SH ${title}\n${body}\n`)

const terms = (rows: readonly HelpRow[]): string =>
  rows.map(([term, describe]) => `.TP\n.B ${roff(term)}\n${roff(describe)}`).join('\n')

const examples = (rows: Command['examples']): string =>
  rows
    .map(([line, what]) => `${roff(`${upperFirst(what)}:`)}\n.PP\n.RS 4\n.nf\n${roff(line)}\n.fi\n.RE\n.PP`)
    .join('\n')

/** Escapes backslashes, dashes, and lines that roff would take for a request. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&')

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
