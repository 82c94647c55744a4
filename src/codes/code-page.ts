/** What there is to say of one code. Sentences hold Markdown's backquotes and nothing else of it. */
export interface Page {
  /** One sentence. */
  readonly means: string
  readonly why: string
  readonly remedy: string
  /** A manifest, a command or an output, in which it is seen or fixed; lines without a language. */
  readonly example: string
}

/** Each code of a closed set with its page: one that is missing, or one too many, does not compile. */
export type Pages<Code extends string> = Readonly<Record<Code, Page>>
