import { type Command, commonOptionsOf, wordsOf } from '../cli/command.js'
import { flagName, type Options } from '../cli/option.js'
import { VERSION } from '../version.js'
import { CATALOG } from './catalog.js'
import { EXIT_CODES, FIRST_STEPS, optionRow, type Row } from './help.js'

/** The manual, by file name: `guestlist.1`, and `guestlist-plan.1` and its like for each command. Made by the build. */
export function manPages(): ReadonlyMap<string, string> {
  const pages = CATALOG.commands.map(command => [`${nameOf(command)}.1`, commandPage(command)] as const)
  return new Map([['guestlist.1', overviewPage()], ...pages])
}

const nameOf = (command: Command): string => ['guestlist', ...wordsOf(command)].join('-')

const WHAT_IT_IS = 'plan and apply who is accepted, denied and removed at a BIMData identity provider'

function overviewPage(): string {
  const rows = CATALOG.commands.map((command): Row => [`${nameOf(command)}(1)`, command.describe])
  return page('guestlist', [
    heading('NAME', `guestlist ${roff('-')} ${roff(WHAT_IT_IS)}`),
    heading('SYNOPSIS', '.B guestlist\n.I command\n[options]'),
    heading('COMMANDS', terms(rows)),
    heading('EXAMPLES', examples(FIRST_STEPS)),
    heading('EXIT STATUS', terms(EXIT_CODES)),
    heading(
      'ENVIRONMENT',
      roff('Every flag has a variable of the same name: --max-removals is GUESTLIST_MAX_REMOVALS.'),
    ),
  ])
}

function commandPage(command: Command): string {
  const rows = (options: Options) => Object.entries(options).map(([key, option]) => optionRow(key, option, command))
  const variables = Object.entries(command.options).map(([key, { env = [] }]): Row => {
    const names = [`GUESTLIST_${flagName(key).toUpperCase().replaceAll('-', '_')}`, ...env]
    return [names.join(', '), `The same as --${flagName(key)}.`]
  })
  return page(nameOf(command), [
    heading('NAME', `${roff(nameOf(command))} ${roff('-')} ${roff(lowerFirst(command.describe))}`),
    heading('SYNOPSIS', `.B guestlist\n${roff(command.usage)}\n[options]`),
    heading('DESCRIPTION', roff(`${command.describe}.`)),
    heading(
      'ARGUMENTS',
      terms(Object.entries(command.positionals ?? {}).map(([name, { describe }]): Row => [name, describe])),
    ),
    heading('OPTIONS', terms(rows(command.options))),
    heading((command.glossary?.title ?? '').toUpperCase(), terms(command.glossary?.rows ?? [])),
    heading('COMMON OPTIONS', terms([...rows(commonOptionsOf(command)), ['-h, --help', 'Show the help']])),
    heading('EXAMPLES', examples(command.examples)),
    heading('EXIT STATUS', terms(EXIT_CODES)),
    heading('ENVIRONMENT', terms(variables)),
    heading('SEE ALSO', '.BR guestlist (1)'),
  ])
}

/** No date: two builds of one version are the same to the byte. */
const page = (name: string, sections: readonly string[]): string =>
  `.TH ${name.toUpperCase()} 1 "" "guestlist ${VERSION}" "guestlist"\n${sections.join('')}`

const heading = (title: string, body: string): string => (body === '' ? '' : `.SH ${title}\n${body}\n`)

const terms = (rows: readonly Row[]): string =>
  rows.map(([term, describe]) => `.TP\n.B ${roff(term)}\n${roff(describe)}`).join('\n')

const examples = (rows: Command['examples']): string =>
  rows.map(([line, what]) => `${roff(`${what}:`)}\n.PP\n.RS 4\n.nf\n${roff(line)}\n.fi\n.RE\n.PP`).join('\n')

/** As roff shows it: a backslash and a dash as they are, and no line taken for a request. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&')

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
