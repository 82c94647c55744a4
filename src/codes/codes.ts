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
