import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { CODE_PAGES, type CodePage, FAMILIES } from '../codes/codes.js'
import { suggest } from '../manifest/suggest.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import { jsonText } from '../render/json-text.js'
import type { Style } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'

/** Shows the page of a code, or lists all of them. */
export async function explainCode(
  code: string | undefined,
  flags: CommonFlags & { readonly list: boolean },
  io: Io,
): Promise<ExitCode> {
  if (code !== undefined && flags.list)
    throw new GuestlistError('usage', `--list lists every code, and ${JSON.stringify(code)} is one`, {
      advice: 'Leave one out.',
    })
  const style = styleFor('out', flags, io)
  const pages = code === undefined ? [...CODE_PAGES.values()] : [pageOf(code)]
  const [page] = pages
  if (flags.format === 'json') io.out(`${jsonText({ format_version: '1.0', codes: pages })}\n`)
  else if (code === undefined || page === undefined) io.out(listText(style, widthOf(io)))
  else io.out(pageText(page, style, widthOf(io)))
  return EXIT.done
}

/** Accepts a code copied from text output together with its brackets. */
function pageOf(written: string): CodePage {
  const code = written.replace(/^\[(.*)\]$/, '$1')
  const page = CODE_PAGES.get(code)
  if (page !== undefined) return page
  const near = suggest(code, [...CODE_PAGES.keys()])
  throw new GuestlistError('usage', `There is no code ${JSON.stringify(code)}`, {
    advice: `${near === null ? '' : `Did you mean ${near}? `}guestlist explain-code lists all of them.`,
  })
}

/** One page for people. @param width columns of the terminal, if there is one */
function pageText({ code, family, means, why, remedy, example }: CodePage, style: Style, width?: number): string {
  const wrap = (text: string) => wrapText(text, width, 0)
  return [
    `${style.bold(code)} ${style.dim(`(${family})`)}`,
    wrap(means),
    wrap(`${style.bold('Why:')} ${why}`),
    wrap(`${style.bold('What to do:')} ${remedy}`),
    `${style.bold('Example:')}\n${example.replace(/^/gm, '    ')}`,
  ]
    .join('\n\n')
    .concat('\n')
}

/** Every code with its first sentence. @param width as for `pageText` */
function listText(style: Style, width?: number): string {
  return FAMILIES.map(({ title, pages }) => {
    const rows = Object.entries(pages).flatMap(([code, { means }]) => [
      `  ${code}`,
      wrapText(`      ${means}`, width, 6),
    ])
    return `${style.bold(title)}\n${rows.join('\n')}\n`
  }).join('\n')
}
