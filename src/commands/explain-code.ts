import type { CommonFlags } from '../cli/flags.js'
import type { Io } from '../cli/io.js'
import { styleFor, widthOf } from '../cli/style-for.js'
import { CODE_PAGES, type CodePage, FAMILIES, listText, pageText } from '../codes/codes.js'
import { suggest } from '../manifest/suggest.js'
import { EXIT, type ExitCode, GuestlistError } from '../model/error.js'
import { jsonText } from '../render/json-text.js'

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
  else if (code === undefined || page === undefined) io.out(listText(FAMILIES, style, widthOf(io)))
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
