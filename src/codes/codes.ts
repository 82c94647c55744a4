import type { Style } from '../render/text/style.js'
import { wrapText } from '../render/text/width.js'
import * as generated from './pages.gen.js'

/** Everything about one code. Of Markdown, sentences use only backquotes. */
export interface Page {
  /** One sentence. */
  readonly means: string
  readonly why: string
  readonly remedy: string
  /** A manifest, a command or output that shows the code or its fix; lines without a language. */
  readonly example: string
}

/** Codes of one kind, and where they are shown. */
export interface Family {
  readonly name: string
  readonly title: string
  readonly shown: string
  readonly pages: Readonly<Record<string, Page>>
}

export interface CodePage extends Page {
  readonly code: string
  readonly family: string
}

/** Every code that guestlist shows, each in exactly one family. Generated from schemas/codes.md. */
export const FAMILIES: readonly Family[] = generated.FAMILIES

export const CODE_PAGES: ReadonlyMap<string, CodePage> = new Map(
  FAMILIES.flatMap(({ name, pages }) =>
    Object.entries(pages).map(([code, page]) => [code, { code, family: name, ...page }] as const),
  ),
)

/** One page for people. @param width columns of the terminal, if there is one */
export function pageText(
  { code, family, means, why, remedy, example }: CodePage,
  style: Style,
  width?: number,
): string {
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
export function listText(families: readonly Family[], style: Style, width?: number): string {
  return families
    .map(({ title, pages }) => {
      const rows = Object.entries(pages).flatMap(([code, { means }]) => [
        `  ${code}`,
        wrapText(`      ${means}`, width, 6),
      ])
      return `${style.bold(title)}\n${rows.join('\n')}\n`
    })
    .join('\n')
}
