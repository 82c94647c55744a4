/** How text is emphasized; without colour, every function returns its input. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly change: (text: string) => string
  readonly bad: (text: string) => string
  /** What to append to a diagnostic with a code: nothing, or the code for `guestlist explain-code`. */
  readonly code: (code: string) => string
}

const same = (text: string): string => text

export const PLAIN: Style = { bold: same, dim: same, good: same, change: same, bad: same, code: () => '' }

/** `util.styleText` would check the process's streams again and override what the flags have settled. */
const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`

export const COLOUR: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  good: sgr(32, 39),
  change: sgr(33, 39),
  bad: sgr(31, 39),
  code: () => '',
}

/** The same style, showing the codes of diagnostics. */
export const withCodes = (style: Style): Style => ({ ...style, code: code => ` ${style.dim(`[${code}]`)}` })
